"""Providers and introductions in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Final

from reports.contracts import Prices, Rate
from reports.demand import Described
from reports.figures import amount, money_text, span
from reports.matching import Reason
from reports.small_cells import FEWEST
from survey.tables import IntroductionState, ProviderStanding
from survey.words.wording import SIZES

STANDINGS: Final[Mapping[str, str]] = {
    ProviderStanding.ACTIVE: "在用",
    ProviderStanding.PAUSED: "暂停推荐",
    ProviderStanding.REMOVED: "已移出",
}
STATES: Final[Mapping[str, str]] = {
    IntroductionState.ASKED: "待企业答复",
    IntroductionState.AGREED: "企业已同意，待引荐",
    IntroductionState.REFUSED: "企业不同意",
    IntroductionState.INTRODUCED: "已引荐",
    IntroductionState.CONTRACTED: "已签约",
    IntroductionState.ENDED: "没有谈成",
    IntroductionState.WITHDRAWN: "企业已收回同意",
}
TONES: Final[Mapping[str, str]] = {
    IntroductionState.ASKED: "note",
    IntroductionState.AGREED: "warn",
    IntroductionState.REFUSED: "plain",
    IntroductionState.INTRODUCED: "brand",
    IntroductionState.CONTRACTED: "good",
    IntroductionState.ENDED: "plain",
    IntroductionState.WITHDRAWN: "plain",
}
STANDING_TONES: Final[Mapping[str, str]] = {
    ProviderStanding.ACTIVE: "good",
    ProviderStanding.PAUSED: "warn",
    ProviderStanding.REMOVED: "plain",
}
REASONS: Final[Mapping[str, str]] = {
    Reason.TRADE: "专做您这个行业",
    Reason.CASE: "有同类项目可查",
    Reason.PLACE: "本地有驻场人员",
    Reason.QUICK: "承诺一天内答复",
}
FIELDS: Final[Mapping[str, str]] = {
    "name": "服务商名称",
    "place": "所在地",
    "on_the_spot": "本地驻场人数",
    "classes": "类别",
    "provincial": "省级数字化服务商类别",
    "provincial_year": "列入省级名单的年度",
    "trades": "服务行业",
    "response_hours": "承诺多少小时内答复",
    "qualifications": "资质",
    "contact_name": "联系人",
    "contact_phone": "联系电话",
    "contact_mail": "邮箱",
}
MOVED_ON: Final = "这条引荐的状态已经变了，请刷新页面后再办理。"
MANY: Final = "若干家"
"""Where a count would tell on the firms behind it."""


def share(permille: int) -> str:
    """Write a share in percent without the sign."""
    return amount(Fraction(permille, 10))


def rate(permille: int, document: str, since: object) -> str:
    """Say which part of its sales a provider is paid, from when on and by which paper."""
    begins = f"{since} 起 " if since else ""
    return f"{begins}{share(permille)}%（{document or '参考值，依据文件还没有登记'}）"


def rates(known: Iterable[Rate]) -> str:
    """Say all rates in their order."""
    return "；".join(rate(*one) for one in known) or "还没有登记比例"


def standing_of(deal: Any) -> str:
    """Say whether a project counts in the ledger of providers, or why it does no more."""
    if deal.stands:
        return "已验收"
    return "验收已撤回或合同待核对" if deal.ours else "合同已改为别的服务商"


def price(product: Any) -> str:
    """Say what a product usually costs, and its fee; empty where nobody said."""
    parts = []
    if product.low is not None:
        ends = (amount(Fraction(end, 100)) for end in (product.low, product.high))
        parts.append(f"{span(*ends)} 万元")
    if product.yearly:
        parts.append(f"年费 {money_text(product.yearly)}")
    return "，".join(parts)


def paid(prices: Prices | None, per: str = "") -> str:
    """Say what accepted contracts paid; that there are too few, where there are."""
    if prices is None:
        return "验收合同太少或集中在少数几家，不公布成交价"
    few, many = prices.firms
    middle, half = _band(*prices.median), _band(prices.low[0], prices.high[1])
    each = f"每{per}" if per else ""
    return f"{few}–{many} 家的验收合同：{each}中位数在 {middle} 万元一档，中间一半在 {half} 万元"


def satisfied(mark: int | None) -> str:
    """Say how satisfied firms are with a provider; that too few have said so, where they are."""
    if mark is None:
        return "打分的企业太少，不公布"
    return f"{mark} 分（满分 5 分，{FEWEST + 1} 家以上企业打分的中间值）"


def _band(begins: Fraction, ends: Fraction) -> str:
    return span(amount(begins / 100), amount(ends / 100))


def described(words: Described, trades: Mapping[str, str]) -> str:
    """Say what may be said of firms without naming them."""
    parts = (trades.get(words.trade, words.trade), SIZES.get(words.size, ""), words.township)
    return "，".join(part for part in parts if part) or "本区制造业企业"
