"""Words of the interface for other systems (数据接口)."""

from __future__ import annotations

from survey.files.kinds import KINDS

SCOPES = {
    "firms:read": "查看企业",
    "firms:write": "新增、修改企业",
    "rounds:read": "查看轮次",
    "rounds:write": "新建、修改轮次，邀请企业",
    "assessments:read": "查看评估、答案、得分",
    "assessments:write": "填写答案、提交；退回、重新打开；指派、核定",
    "evidence:read": "查看、下载佐证材料",
    "evidence:write": "上传、撤回佐证材料",
    "pool:read": "查看培育库",
    "pool:write": "入库、调高目标、退库",
    "documents:read": "下载报告",
    "documents:write": "生成、撤销报告",
}
"""What a token may be for."""
TAGS = {
    "me": "令牌",
    "firms": "企业",
    "rounds": "轮次",
    "assessments": "评估",
    "evidence": "佐证材料",
    "visits": "现场诊断",
    "pool": "培育库",
    "documents": "报告和任务",
    "feeds": "表格数据源",
}
OPERATIONS = {
    "me": "这个令牌是谁的、能做什么",
    "firms": "列出企业，每页最多 200 家",
    "firm": "一家企业",
    "add_firm": "新增企业，返回首位用户的邀请链接（只给这一次）",
    "change_firm": "改企业的名称、行业或乡镇（街道）",
    "rounds": "列出轮次",
    "round_one": "一个轮次",
    "open_round": "新建轮次",
    "change_round": "改轮次的名称、日期，没有写的不变",
    "invite": "邀请企业参加一个轮次",
    "begin": "本企业开始一个轮次的评估，重复调用返回同一份",
    "assessments": "列出评估，每页最多 200 份",
    "assessment": "一份评估",
    "answers": "一份答卷的全部答案",
    "save_answer": "保存一题，同一个 request_id 重复发送只算一次",
    "submit": "提交自评，提交后不能再改",
    "send_back": "退回企业补充，写明理由，可以点名要看的题",
    "reopen": "把已核定的重新打开，写明理由",
    "evidence": "一份答卷的佐证材料",
    "attach_evidence": "给一题上传一个文件，请求体就是文件；同样的内容再传返回原来那个",
    "evidence_file": "一个佐证文件的名称、大小、哈希、是否查过毒",
    "evidence_content": "佐证文件本身",
    "remove_evidence": "撤回自己答卷上的一个佐证文件",
    "score": "得分、等级、未达标的必备条件，逐题核算",
    "consultants": "列出可以指派的诊断顾问，手上少的在前",
    "visit": "谁去现场、哪天去；顾问自己读到核定前还差什么",
    "assign": "指派一位或两位顾问，改人、改日期也用它",
    "unassign": "收回指派，写明理由",
    "explain": "说明一条矛盾提示为什么两边都属实",
    "confirm": "核定现场诊断，按姓名签名",
    "request_report": "生成报告，已有的直接返回",
    "pool": "列出培育库，每页最多 200 家",
    "entry": "培育库里的一家企业",
    "enter_pool": "拟入库或入库",
    "raise_target": "调高目标等级",
    "withdraw": "退库",
    "documents": "列出报告，可以按评估或编号找",
    "withdraw_document": "撤销报告，写明理由",
    "document": "一份报告的编号、状态、哈希",
    "content": "报告的 PDF 文件",
    "jobs": "列出自己申请的后台任务",
    "job": "一个后台任务的进度",
    "feed": "企业、评估或培育库的整张表，CSV 或 JSON，列和筛选同网页",
}
"""What each operation does."""
FILES = {
    "content": ("application/pdf",),
    "evidence_content": tuple(kind.media_type for kind in KINDS),
    "feed": ("text/csv", "application/json"),
}
"""What is sent by operations whose answer is a file."""
STATUSES = {
    200: "成功",
    201: "已新增",
    202: "已受理，进度看 job",
    400: "请求的格式不对",
    401: "没有令牌，或令牌不对、已停用、已到期",
    403: "令牌没有这项权限",
    404: "没有这一项，或不归这个令牌看",
    410: "报告已撤销",
    413: "请求体太大",
    409: "与现在的状态冲突：别人刚改过，或这一步已不能做",
    415: "请求体的类型不收：一般只收 application/json，上传文件只收 application/octet-stream 和网页上收的那几种文件",
    422: "有内容不能接受，fields 里逐项写明",
    429: "请求太频繁，请按 Retry-After 稍后再试",
    503: "系统正忙，请稍后再试",
}
HEADERS = {
    "webhook-id": "事件的编号。同一事件重发时不变，收过的就不用再处理。",
    "webhook-timestamp": "这一次发送的时间，Unix 秒。和现在差 5 分钟以上的不要受理。",
    "webhook-signature": "签名，形如 v1,…。换密钥后的 24 小时里有几个，用空格隔开，对上一个就是真的。",
}
"""Of a request by which another system is told what happened (Standard Webhooks)."""
TAKEN = "收到了，10 秒内回应任何 2XX。别的回应、没有回应都会再发，最多 8 次，约 28 小时。"
NEEDS_BEARER = "请在 Authorization 里带上有效的接口令牌：Bearer 加一个空格再加令牌。"
NEEDS_SCOPE = "这个令牌没有“{scope}”的权限，请在“账号与密码”的“接口令牌”里另生成一个。"
ONLY_JSON = "请求体请用 application/json。"
ONLY_BYTES = "上传文件请用 application/octet-stream，请求体就是文件本身，文件名写在 name 里。"
HALF_LETTERS = "JSON 里有不成对的半个字符（例如单独的 \\ud800），没有保存。请检查文字的编码。"
TOO_OFTEN = "请求太频繁，请稍后再试。"
