"""The words of a firm's file (一企一档)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from survey.tables import Outlook, ProposalState, RequestState, SignerRole

REQUESTS: Final[Mapping[str, str]] = {
    RequestState.OPEN: "待答复",
    RequestState.GRANTED: "已退回",
    RequestState.DECLINED: "未同意",
    RequestState.TAKEN_BACK: "企业收回",
}
SIGNERS: Final[Mapping[str, str]] = {
    SignerRole.FIRM: "企业代表",
    SignerRole.CONSULTANT: "诊断顾问",
}
PROPOSALS: Final[Mapping[str, str]] = {
    ProposalState.OPEN: "待核对",
    ProposalState.TAKEN: "已按文件登记",
    ProposalState.DECLINED: "不采用",
}
TITLES: Final[Mapping[str, str]] = {
    Outlook.BUREAU: "一企一档",
    Outlook.OWNER: "我的档案",
    Outlook.FIRM: "我的档案",
}
