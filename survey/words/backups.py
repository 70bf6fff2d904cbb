"""What is said of backups: what is wrong with one, and what is to be seen to after a restoration."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from survey.clock import local
from survey.config import Keep
from survey.files.backups.members import Backup
from survey.tables import Fault, Job
from survey.words.uploads import size_words

FAULTS: Final = {
    "not_ours": "这个文件不是本系统的备份。请核对文件名。",
    "format": "这个备份的格式（{format}）本版程序不认识。请用写它的那一版程序恢复。",
    "cut": "这个备份没有写完：末尾缺了。请改用另一份备份，并查看写它的那次备份为什么中断。",
    "garbled": "这个备份没有写完，或者写好以后被改动过：有一处读不下去。请改用另一份备份。",
    "longer": "这个备份被改动过：末尾之后多出了内容。请改用另一份备份。",
    "changed": "这个备份被改动过：其中的 {name} 和清单对不上。请改用另一份备份。",
    "missing": "这个备份不完整：缺少 {name}。请改用另一份备份。",
    "strange": "这个备份里有不该有的内容（{name}），没有读下去。它不是本系统写的，或被改动过。",
    "counts": "这个备份的清单和里面的行数、文件对不上。请改用另一份备份。",
    "tables": "这个备份的表或列和本版程序的不一样。请用写它的那一版程序恢复。",
    "rows": "这个备份里“{table}”表的内容放不进数据库：被改动过，或者互相对不上。请改用另一份备份。",
    "newer": "这个备份是更新的程序（{product}，结构版本 {theirs}）写的，本程序的结构版本是 {ours}。请先升级程序，再恢复。",
    "older": "这个备份是较早的程序（{product}，结构版本 {theirs}）写的，本程序的结构版本是 {ours}。请用那一版程序恢复，再升级。",
    "locked": "这个备份加了密。请用 --key 指明存放私钥的文件。",
    "other_key": "私钥不对：这个备份不是用它的公钥加密的，或者开头被改动过。",
}
NO_KEY: Final = "这个文件里没有私钥（以 AGE-SECRET-KEY- 开头的一行）。"
NO_PUBLIC_KEY: Final = "公钥写得不对：它以 age1 开头，由 flask backup-key 或 age-keygen 给出。"
FAILED: Final[dict[str, str]] = {
    Fault.NO_FOLDER: "请检查 BACKUP_FOLDER 指的文件夹：要先建好，让运行本系统的账户能写；在网络盘上的，看是否已挂载。",
    Fault.NO_ROOM: "请腾出空间，或换一个更大的磁盘，再点“现在备份”。以前的备份都还在。",
    Fault.NO_KEY: NO_PUBLIC_KEY + "请改正 BACKUP_KEY，然后重新启动。",
    Fault.UNPROVED: "磁盘可能在出错。请先换一个磁盘再备份，并检查原来的磁盘。以前的备份都还在。",
    Fault.UNREACHABLE: "请看磁盘、数据库和网络盘是否正常，再点“现在备份”。",
    Fault.LOST: "后台进程在备份中途停了，没有写完的文件不会当作备份。请再点“现在备份”。",
}
OTHERWISE: Final = "请把“后台任务”里这一件和服务器日志交给运维，改好后再点“现在备份”。"
PROVED: Final = {
    "whole": "写完后读回核对过，可以恢复。",
    "read_back": "加了密，写完后读回核对过每个字节。能不能恢复，要在存放私钥的机器上用 flask verify-backup 核对。",
}
REMARKS: Final = {
    "secret_key": "环境变量 SECRET_KEY 和备份里的不同：没用过的邀请链接会失效，离线设备上没发出的内容和两步验证会打不开。请去掉它，改用恢复出来的 secret_key，或把备份里的写进 OLD_SECRET_KEYS。",
    "old_keys": "原来设置过 OLD_SECRET_KEYS。请把 old_secret_keys 文件里的每一行写进这个环境变量，用逗号隔开。",
    "signing": "文件签名用的是单独设置的证书。请把 SIGNING_FILE 指向恢复出来的 signing.p12，有密码的把 SIGNING_PASSWORD_FILE 指向 signing-password。",
}
NOT_RESTORED: Final = (
    "没有恢复成：{why}。表里没有留下内容。请先排除这个问题（例如磁盘满了），再运行一次。"
)
NOT_EMPTY: Final = "这个实例里已有数据（{count} 张表不空），只能恢复到空实例，没有改动。请另设 INSTANCE，用 PostgreSQL 的另建一个空库。"


def fault(what: str, values: dict[str, Any]) -> str:
    return FAULTS[what].format_map(values)


def remedy(failed: Job) -> str:
    """Say what to do about a backup that failed."""
    return FAILED.get(failed.fault or "", OTHERWISE)


def kept(keep: Keep) -> str:
    """Say of which days, weeks and months the newest backup is kept."""
    parts = [f"最近 {keep.days} 天每天一份"]
    parts += [f"{keep.weeks} 周每周一份"] if keep.weeks else []
    parts += [f"{keep.months} 个月每月一份"] if keep.months else []
    return "、".join(parts)


def held(done: Backup) -> str:
    """Say what a backup holds, of which moment, and by which digest it is known."""
    at = local(datetime.fromisoformat(done.head["at"]), "%Y-%m-%d %H:%M:%S")
    lines = [
        f"{at} 的备份：{sum(done.rows.values())} 行，{done.contents} 个文件，共 {size_words(done.bytes)}。",
        f"程序 {done.head['product']}，结构版本 {done.head['schema']}。",
        f"摘要：{done.digest}",
    ]
    if done.missing:
        lines.append(f"备份以前就缺 {len(done.missing)} 个文件：" + "、".join(done.missing[:5]))
    if done.damaged:
        lines.append(f"备份以前就坏了 {len(done.damaged)} 个文件：" + "、".join(done.damaged[:5]))
    return "\n".join(lines)
