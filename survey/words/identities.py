"""Words of signing in by an issuer (统一登录)."""

from __future__ import annotations

FAILED = {
    "down": (
        "暂时连不上{name}",
        "请稍后再试，或者用登录名和密码登录。一直连不上，请告诉{bureau}。",
    ),
    "strange": (
        "登录没有完成",
        "这次登录不是从这个浏览器的登录页开始的，或者离开超过 10 分钟了。请从登录页重新开始。",
    ),
    "declined": (
        "{name}没有放行",
        "您在那边取消了，或者那边不让您进本系统。请重新开始，或者用登录名和密码登录。",
    ),
    "refused": (
        "登录没有完成",
        "{name}返回的内容核对不上，没有登录。请从登录页重新开始；再出现这一页，请告诉{bureau}。",
    ),
    "untied": (
        "这个身份还没有关联账号",
        "统一登录不会新建账号。请先用登录名和密码登录，在“账号与密码”里关联；没有账号或者进不去，请向{bureau}提出。",
    ),
}
"""Why nobody came in by an issuer: a title, and what to do."""
SIGNED_BY = {"identity": "用统一登录"}
REFUSED = {"issuer": "别处返回", "unbelieved": "返回内容核对不上"}
