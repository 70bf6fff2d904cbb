"""What is said of an installation's checks: what each is about, how it stands, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

from survey.clock import local
from survey.words.uploads import size_words

GRADES: Final[dict[str, str]] = {"good": "好", "watch": "留意", "bad": "坏"}
OVERALL: Final[dict[str, str]] = {
    "good": "都好",
    "watch": "有几处请留意",
    "bad": "有问题，请尽快处理",
}
TITLES: Final[dict[str, str]] = {
    "release": "程序版本",
    "schema": "数据库结构",
    "contents": "记录和文件",
    "disk": "磁盘空间",
    "backup": "备份",
    "queue": "后台任务",
    "unsent": "待发邮件",
    "webhooks": "推送",
    "log": "操作日志",
    "forwarding": "日志外送",
    "clock": "时钟",
    "clamd": "查毒",
    "fonts": "报告字体",
    "signing": "签发证书",
    "address": "访问地址",
    "tls": "内部证书",
    "outgoing": "往外的连接",
    "factors": "两步验证",
    "passwords": "泄露密码名单",
    "sign_ins": "登录失败",
    "refused": "被拒绝的请求",
}


class Words(NamedTuple):
    """A sentence about what was found, and what to do; empty where there is nothing to do."""

    said: str
    remedy: str = ""


SAID: Final[dict[str, Words]] = {
    "release.new": Words("{version}，{at} 装的。"),
    "release.old": Words(
        "{version}，{at} 装的，已经 {days} 天没有换过，它用的部件可能有了已知的漏洞。",
        "请问提供程序的单位有没有新版，没有的请他们查一遍漏洞；换法见 deploy/README.md 的“不停机升级”。",
    ),
    "schema.head": Words("和本版程序一致（{schema}）。"),
    "schema.older": Words(
        "数据库是 {schema}，本版程序要 {wanted}。",
        "请先备份，再运行 flask migrate，然后重新启动。",
    ),
    "schema.newer": Words(
        "数据库是 {schema}，比本版程序（{wanted}）新。",
        "请换成升级时的新版程序，或从升级前的备份恢复。",
    ),
    "schema.unwatched": Words(
        "少了 {count} 个记下变动的触发器，例如 {first}，页面上的数字可能不是最新的。",
        "请运行 flask migrate 补上。",
    ),
    "contents.whole": Words("有记录的文件都在，也没有多出来的文件。"),
    "contents.missing": Words(
        "有 {count} 个文件有记录却不在了，例如 {first}。",
        "请用最近一份含有它们的备份找回；flask stray 列出全部。",
    ),
    "contents.unclaimed": Words(
        "有 {count} 个文件没有记录，共 {bytes}。",
        "不影响使用。用 flask stray 看一遍，再用 flask stray --remove 清理。",
    ),
    "disk.roomy": Words("还有 {percent}%（{bytes}）空着。"),
    "disk.less": Words(
        "只有 {percent}%（{bytes}）空着。",
        "请安排扩大磁盘，或清理同一磁盘上别的文件。",
    ),
    "disk.tight": Words(
        "快满了：只有 {percent}%（{bytes}）空着。满了以后谁也保存不了。",
        "请马上扩大磁盘或清理；备份可以用 BACKUP_FOLDER 放到别的磁盘。",
    ),
    "backup.there": Words("最近一份是 {at} 的，已核对。"),
    "backup.unset": Words(
        "没有设置定时备份。",
        "请设置 BACKUP_FOLDER（最好在另一台机器的磁盘上），再重新启动。",
    ),
    "backup.never": Words("还没有做成过一份备份。", "夜里会自动做，也可以现在点“现在备份”。"),
    "backup.failed": Words("{at} 的备份没有成功。", "原因和办法写在下面“备份”一栏。"),
    "backup.overdue": Words(
        "最近一份是 {at} 的，昨夜的没有做。",
        "请看后台任务是否在运行（flask work 或 flask serve），再点“现在备份”。",
    ),
    "backup.away": Words(
        "从这台机器读不到备份文件夹。",
        "请看 BACKUP_FOLDER 指的文件夹是否还在、网络盘是否已挂载。",
    ),
    "backup.gone": Words(
        "最近一份已经不在备份文件夹里了。",
        "如果不是有意移走，请现在就备份一份，并查清是谁删的。",
    ),
    "queue.moves": Words("没有积压。"),
    "queue.slow": Words(
        "最早的一件已等了 {minutes} 分钟。",
        "大批报告正在生成时会这样；持续变长，请看“后台任务”，或再开一个 flask work。",
    ),
    "queue.stuck": Words(
        "卡住了：最早的一件已等了 {minutes} 分钟，{left} 件的处理进程没有了音信。",
        "请看后台进程是否在运行，重新启动它；没做完的任务会自动接着做。",
    ),
    "unsent.sent": Words("没有积压。"),
    "unsent.nowhere": Words(
        "有 {count} 封邮件等着，但没有设置发信服务器。",
        "请设置 MAIL_URL 和 MAIL_FROM，或由主管部门人员改为电话通知。",
    ),
    "unsent.waiting": Words(
        "有 {count} 封邮件等了一个多小时。",
        "请看发信服务器（MAIL_URL）能不能连上，后台任务是否在运行。",
    ),
    "unsent.failed": Words(
        "有 {count} 封没有发出去，或不知道发到没有。",
        "请主管部门人员在“评估轮次”的邮件页逐封处理。",
    ),
    "webhooks.none": Words("没有设置推送地址。"),
    "webhooks.nowhere": Words(
        "设置了 {count} 个推送地址，但没有写明允许推送到哪些主机，什么都没有推送。",
        "请设置 WEBHOOK_HOSTS，再重新启动；不再用的在“推送”里删除。",
    ),
    "webhooks.arrive": Words("{count} 个推送地址都正常。"),
    "webhooks.failing": Words(
        "有 {count} 个推送地址一个多小时没有正常回应，例如“{first}”。",
        "系统会自动再试。持续不好，请在“推送”里看对方的回应，再联系对方。",
    ),
    "webhooks.given_up": Words(
        "最近一天有 {count} 条推送多次没有送达，已放弃。",
        "请在“推送”里看原因，联系对方修好后点“重发全部放弃的”。",
    ),
    "webhooks.off": Words(
        "有 {count} 个推送地址长时间不通，已自动停用，例如“{first}”。",
        "请联系对方，修好后在“推送”里启用，期间的事件会补发；不再用的就删除。",
    ),
    "log.whole": Words("{at} 核对过，封存的日志完整。"),
    "log.never": Words("封存的日志还没有核对过。", "夜里会自动核对，也可以运行 flask verify-log。"),
    "log.long_ago": Words(
        "最近一次核对是 {at}。",
        "请看后台任务是否在运行；也可以运行 flask verify-log。",
    ),
    "log.touched": Words(
        "封存的日志有 {count} 处被动过。",
        "请保留现场，运行 flask verify-log 看是哪几处，和备份里的日志比对，并报告单位负责人。",
    ),
    "clock.right": Words("和数据库、磁盘、日志的时间一致。"),
    "clock.astray": Words(
        "和数据库、磁盘或日志差 {seconds} 秒。",
        "差得再多，两步验证的动态码会对不上。请打开自动对时（systemd-timesyncd 或 chrony）。",
    ),
    "clock.far": Words(
        "和数据库、磁盘或日志差 {seconds} 秒。",
        "截止时间、动态码和日志的先后都会不对。请马上校准时钟，打开自动对时。",
    ),
    "fonts.there": Words("报告用的中文字体都在。"),
    "fonts.lost": Words("缺少或损坏：{names}。", "报告里的中文会印不出来。请重新安装本版程序。"),
    "signing.own": Words("用本系统自己的证书签发。"),
    "signing.good": Words("单位证书可用，{at} 到期。"),
    "signing.ends": Words(
        "单位证书 {at} 到期，到期后报告签不出来。",
        "请换一张新证书，把 SIGNING_FILE 指向它，再重新启动。以前签发的报告照旧能核对。",
    ),
    "signing.weak": Words(
        "单位证书的密钥太短，报告签不出来。",
        "请向发证机构换一张 RSA 3072 位以上或 P-256 的证书，放到 SIGNING_FILE，再重新启动；或先去掉 SIGNING_FILE，用本系统自己的证书。",
    ),
    "signing.unusable": Words(
        "单位证书打不开、密码不对或已过期，报告签不出来。",
        "请看 SIGNING_FILE、SIGNING_PASSWORD_FILE 指的文件在不在、对不对，服务账户能不能读。",
    ),
    "address.https": Words("用 https 访问（{host}）。"),
    "address.here": Words("只在本机访问。"),
    "address.open": Words(
        "用没有加密的 http 访问（{host}），密码在网络上能被看到。",
        "请在前面放一个带证书的 nginx，把 BASE_URL 改成 https:// 开头的网址。",
    ),
    "tls.none": Words("没有设置（TLS_FOLDER）：nginx 在同一台机器上，走套接字。"),
    "tls.good": Words("nginx 和这台机器之间加密，证书 {at} 到期。"),
    "tls.ends": Words(
        "这台机器给 nginx 看的证书 {at} 到期，到期后谁也打不开网页。",
        "请按部署说明“多台机器之间的证书”给每台换一张新的，再逐台重新启动。",
    ),
    "tls.ended": Words(
        "这台机器给 nginx 看的证书 {at} 到期了，nginx 不再连它。",
        "请马上按部署说明“多台机器之间的证书”换一张新的，再重新启动。",
    ),
    "tls.unusable": Words(
        "TLS_FOLDER 里的 certificate.pem 读不懂。",
        "请按部署说明“多台机器之间的证书”重新签一张，再重新启动。",
    ),
    "outgoing.none": Words("不连别的机器。"),
    "outgoing.guarded": Words("连 {count} 处别的机器，都加密并核对证书：{names}。"),
    "outgoing.open": Words(
        "没有加密，或不核对对方的证书：{names}。网络上能看到内容和口令。",
        "数据库加 ?sslmode=verify-full，Redis 用 rediss://，邮件用 smtps://，桶用 https://；clamd 放在本机（unix:…），或走加密隧道到 127.0.0.1。",
    ),
    "forwarding.here": Words("没有设置把操作日志送到别的系统（SYSLOG）。"),
    "forwarding.taken": Words("操作日志都送到了日志系统，最近一次 {at}。"),
    "forwarding.never": Words(
        "还没有往日志系统送成过。",
        "刚设置的，请等一两分钟再看；一直这样，请看 SYSLOG 的地址、SYSLOG_CA 的证书、中间的防火墙。",
    ),
    "forwarding.late": Words(
        "操作日志有一刻钟没有送出去，最近一次 {at}。日志还在这里，不会丢。",
        "请看“后台任务”在不在跑、日志系统在不在收；恢复后会自动补送。",
    ),
    "forwarding.away": Words(
        "操作日志有一个多小时没有送出去，最近一次 {at}。日志还在这里，不会丢。",
        "请看日志系统在不在收、SYSLOG 的地址和证书对不对；恢复后会自动补送。",
    ),
    "clamd.idle": Words("没有设置查毒（CLAMD）。"),
    "clamd.clean": Words("clamd 在应答，上传的文件都查过了。"),
    "clamd.left": Words(
        "查毒停用了（CLAMD 没有设置），还有 {count} 个文件待查毒，别人打不开。",
        "请恢复 CLAMD，让这些文件查完。",
    ),
    "clamd.silent": Words(
        "clamd 没有应答，{count} 个文件待查毒，别人打不开。",
        "请看 clamd 在不在运行（systemctl status clamav-daemon）、CLAMD 里的地址对不对；恢复后会自动接着查。",
    ),
    "clamd.slow": Words(
        "{count} 个文件等查毒超过半小时。",
        "请看“后台任务”在不在跑；特别大的文件，请调大 clamd 的 StreamMaxLength。",
    ),
    "clamd.found": Words(
        "最近 30 天查出 {count} 个含病毒的文件，已隔离，谁也打不开。",
        "名单在“操作日志”（查出病毒）；请通知上传的人杀毒后换一个文件。",
    ),
    "factors.all": Words("该设置的都设置了。"),
    "factors.demonstration": Words("演示环境不要求。"),
    "factors.nobody": Words(
        "现在不要求任何人（SECOND_FACTOR=none）。",
        "正式使用请去掉这个设置，至少要求主管部门和管理员。",
    ),
    "factors.lacking": Words(
        "还有 {count} 位该设置而没有设置。",
        "名单在“登录安全”；他们下次登录时会被要求设置，长期不用的账号请停用。",
    ),
    "factors.alone": Words(
        "只有一位管理员：手机丢了，没有人能替他重置。",
        "请再设一位管理员；在那以前，只能在服务器上用 flask reset-factor。",
    ),
    "passwords.idle": Words("没有设置（BREACHED_PASSWORDS），设密码时只查常见的三万个。"),
    "passwords.there": Words("设密码时会查（{bytes}）。"),
    "passwords.away": Words(
        "读不到 BREACHED_PASSWORDS 指的文件，设密码时没有查。",
        "请看文件还在不在、服务账户能不能读。",
    ),
    "passwords.unsorted": Words(
        "BREACHED_PASSWORDS 指的文件不是按哈希排好的名单，设密码时查不到。",
        "请下载按哈希排序（ordered by hash）的 SHA-1 名单，每行“哈希:次数”；或用 LC_ALL=C sort 排一遍。",
    ),
    "sign_ins.few": Words("最近 {minutes} 分钟 {count} 次。"),
    "sign_ins.many": Words(
        "最近 {minutes} 分钟有 {count} 次，比平时多。",
        "请在“操作日志”里看是哪些账号、从哪里来；可能有人在猜密码。",
    ),
    "sign_ins.flood": Words(
        "最近 {minutes} 分钟有 {count} 次，像是有人在成批猜密码。",
        "每个账号和地址都已自动放慢。请在“操作日志”里看来源地址，在防火墙或 nginx 上拦住它，并提醒有关用户换密码。",
    ),
    "refused.few": Words("最近 {minutes} 分钟本机拒绝了 {count} 次。"),
    "refused.many": Words(
        "最近 {minutes} 分钟本机拒绝了 {count} 次，比平时多。",
        "可能有程序在乱试网址。请看 nginx 的访问日志。",
    ),
    "refused.flood": Words(
        "最近 {minutes} 分钟本机拒绝了 {count} 次，像是在被扫描或攻击。",
        "请看 nginx 的访问日志，在防火墙或 nginx 上拦住来源地址。",
    ),
}
ANY: Final[dict[str, Words]] = {
    "unasked": Words(
        "没有查成（{error}）。",
        "请先处理数据库和磁盘的问题，再查一次；还不行，把这一行和服务器日志交给运维。",
    ),
    "absent": Words(
        "数据库不在。",
        "第一次使用，先启动一次就会建好。原来有的，看磁盘是否已挂载、INSTANCE 是否写对，或从备份恢复。",
    ),
}
"""What any check may come to."""
BOUNDS: Final = (
    "磁盘空余不到 {roomy:.0%} 留意，不到 {tight:.0%} 或 {tight_bytes} 为坏。",
    "后台任务最早的一件等了 {waits} 分钟留意，{stuck} 分钟为坏。",
    "操作日志有一行等了 {log_waits} 分钟没有送出去留意，{log_away} 分钟为坏。",
    "{minutes} 分钟内登录失败 {failed_some} 次留意，{failed_many} 次为坏。",
    "{minutes} 分钟内拒绝的请求 {refused_some} 次留意，{refused_many} 次为坏。",
    "时钟差 {astray} 秒留意，{far} 分钟为坏。",
    "程序 {unchanged} 天没有换过留意。",
)
"""From where on something is worth a look, or bad: our own proposals."""
UNKNOWN: Final = Words("这一项由更新的程序查出，本版不认识。", "请看新版程序的“运行状况”。")
"""Two releases may share a database for a while."""


def title(check: str) -> str:
    return TITLES.get(check, check)


def of(check: str, code: str, values: dict[str, Any]) -> Words:
    """Say what a check found and what to do about it."""
    words = ANY.get(code) or SAID.get(f"{check}.{code}", UNKNOWN)
    said = {name: _plain(name, value) for name, value in values.items()}
    return Words(words.said.format_map(said), words.remedy)


def bounds(values: dict[str, Any]) -> list[str]:
    """Say from where on checks are worth a look, or bad."""
    said = values | {"tight_bytes": size_words(values["tight_bytes"])}
    return [one.format_map(said) for one in BOUNDS]


def _plain(name: str, value: Any) -> object:
    match name:
        case "at":
            return local(value if isinstance(value, datetime) else datetime.fromisoformat(value))
        case "bytes":
            return size_words(value)
    return value


def subject(check: str) -> str:
    """Return the subject of a mail about what turned bad."""
    return f"【数智阶梯】{title(check)}：请尽快处理"


def mail(check: str, code: str, values: dict[str, Any], url: str) -> str:
    """Write the mail about what turned bad."""
    words = of(check, code, values)
    return f"{title(check)}：{words.said}\n\n怎么办：{words.remedy}\n\n全部检查结果：{url}\n同一件事只发一封；恢复正常后，页面上的警报自动消除。\n"


def worst(grades: Iterable[str]) -> str:
    """Return the worst of some grades, ``good`` of none."""
    order = list(GRADES)
    return max(grades, key=order.index, default=order[0])
