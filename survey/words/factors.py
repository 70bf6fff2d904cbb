"""Words of the second factor."""

from __future__ import annotations

AGAIN = {
    "revoke": "撤销认定",
    "delete": "删除轮次、申报通知、题库草稿",
    "undo": "撤销名单导入",
    "erase": "清除个人信息、注销账号",
    "accounts": "停用账号、更改身份、发重置链接",
}
"""Kinds of destructive step that may want the factor again."""
SHOWN_BY = {"app": "用动态码", "passkey": "用通行密钥", "recovery": "用恢复码"}
