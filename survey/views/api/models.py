"""What operations take and give, as JSON; the description of the interface is made of these."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from reports.facts import Use
from survey.tables import AssessmentState, DocumentStanding, JobState, PoolState, SheetKind, Size

MOST = 200
"""Rows of one page."""
MOST_ID = 999_999_999
"""What the number of a row is at most."""
Id = Annotated[int, Field(ge=1, le=MOST_ID)]
Reason = Annotated[str, Field(description="理由，500 字以内。", min_length=1, max_length=500)]
Version = Annotated[int, Field(description="读到的版本，期间被别人改过就不受理。", ge=0, le=10**9)]


class Given(BaseModel):
    """What is sent: nothing beside what is named, nothing of another type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Asked(BaseModel):
    """What stands behind an address's question mark."""

    model_config = ConfigDict(extra="forbid")


class Fault(BaseModel):
    status: int = Field(description="HTTP 状态码。")
    message: str = Field(description="出了什么问题，怎么办。")
    request_id: str = Field(description="请求编号，反映问题时请提供。")
    fields: dict[str, str] | None = Field(None, description="逐项：哪个字段、怎么改。")


# --- pages ----------------------------------------------------------------------------------------


class PageAsked(Asked):
    after: int = Field(0, ge=0, le=MOST_ID, description="上一页最后一项的 id，第一页填 0。")
    limit: int = Field(100, ge=1, le=MOST, description="一页几项。")


class Page(BaseModel):
    next: int | None = Field(description="下一页的 after，没有下一页时为 null。")


# --- the token ------------------------------------------------------------------------------------


class Me(BaseModel):
    user: str = Field(description="令牌代表谁，用户名。")
    role: str = Field(description="身份：firm 企业、consultant 顾问、officer 主管部门。")
    firm: int | None = Field(description="企业用户的企业 id。")
    purpose: str = Field(description="令牌的用途。")
    scopes: list[str] = Field(description="权限。")


# --- firms ----------------------------------------------------------------------------------------


class FirmsAsked(PageAsked):
    code: str = Field("", max_length=18, description="统一社会信用代码。")
    trade: str = Field("", max_length=60, description="行业代号。")
    township: str = Field("", max_length=60, description="乡镇（街道）。")


class InUse(BaseModel):
    """A system or a main machine as the firm names it."""

    kind: Use = Field(description="system 信息系统，machine 主要设备。")
    name: str
    vendor: str = Field(description="厂商，没有填就是空的。")
    year: int | None = Field(description="启用年份。")


class Firm(BaseModel):
    id: int
    code: str = Field(description="统一社会信用代码。")
    name: str
    trade: str = Field(description="行业代号。")
    township: str | None
    park: str | None
    size: Size | None = Field(description="企业规模。")
    above_scale: bool | None = Field(description="是否规上。")
    employees: int | None
    revenue: int | None = Field(description="上年营业收入，万元。")
    in_use: list[InUse] = Field(description="企业填写的在用系统和主要设备。")
    version: int


class Firms(Page):
    items: list[Firm]


class NewFirm(Given):
    code: str = Field(max_length=60)
    name: str = Field(max_length=100)
    trade: str = Field(max_length=60, description="行业代号。")
    township: str = Field("", max_length=60)
    person: str = Field(max_length=60, description="首位用户的姓名。")
    username: str = Field("", max_length=40, description="不填就用统一社会信用代码登录。")
    sure: bool = Field(False, description="代码少见（409）而已对照营业执照时填 true。")


class ChangedFirm(Given):
    version: Version
    name: str | None = Field(None, max_length=100)
    trade: str | None = Field(None, max_length=60)
    township: str | None = Field(None, max_length=60)


class AddedFirm(BaseModel):
    firm: Firm
    link: str = Field(description="首位用户的邀请链接，只给这一次。")
    link_ends: datetime


# --- rounds ---------------------------------------------------------------------------------------


class Round(BaseModel):
    id: int
    title: str
    edition: str = Field(description="问卷年版。")
    notice: str = Field(description="通知文号。")
    opens_on: date
    closes_on: date | None
    check_by: date | None
    upward_by: date | None
    only_invited: bool = Field(description="是否只有选定的企业参加。")
    version: int


class Rounds(Page):
    items: list[Round]


Day = Annotated[date, Field(strict=False, ge=date(1900, 1, 1), le=date(2199, 12, 31))]


class NewRound(Given):
    title: str = Field(max_length=100)
    edition: str = Field(max_length=40)
    opens_on: Day
    closes_on: Day | None = None
    check_by: Day | None = None
    upward_by: Day | None = None
    notice: str = Field("", max_length=100)
    only_invited: bool = False
    sure: bool = Field(False, description="与别的轮次同时开放（409）而确有此意时填 true。")


class ChangedRound(Given):
    """What is left out stays as it is; ``null`` takes a day away."""

    version: Version
    title: Annotated[str, Field(max_length=100)] = ""
    opens_on: Day = date(1900, 1, 1)
    closes_on: Day | None = None
    check_by: Day | None = None
    upward_by: Day | None = None
    notice: str = Field("", max_length=100)
    only_invited: bool = False
    sure: bool = Field(False, description="与别的轮次同时开放（409）而确有此意时填 true。")


class Invited(Given):
    firms: list[Id] = Field(min_length=1, max_length=1000, description="企业 id。")


class Invitation(BaseModel):
    new: int = Field(description="这次新邀请了几家。")
    job: int | None = Field(description="生成邀请链接的任务。")


# --- assessments ----------------------------------------------------------------------------------


class AssessmentsAsked(PageAsked):
    round: int = Field(0, ge=0, le=MOST_ID)
    firm: int = Field(0, ge=0, le=MOST_ID)
    state: AssessmentState | None = None


class Result(BaseModel):
    share: str | None = Field(description="得分率，精确分数，例如 13/20。")
    permille: int | None = Field(description="得分率，千分之几，舍去尾数。")
    rung: str | None = Field(description="等级代号，未达最低等级时为 null。")


class Assessment(BaseModel):
    id: int
    firm: int
    round: int
    edition: str
    trade: str
    state: AssessmentState
    submitted_at: datetime | None
    confirmed_at: datetime | None
    own: Result | None = Field(description="自评结果，提交后才有。")
    visited: Result | None = Field(description="核定结果，核定后才有。")
    version: int


class Assessments(Page):
    items: list[Assessment]


class Answer(BaseModel):
    question: str
    value: JsonValue
    remark: str
    verification: str | None = Field(description="顾问的核验结论，只在核查表里。")
    finding: str
    reason: str
    revision: int
    saved_at: datetime


class Answers(BaseModel):
    assessment: int
    kind: SheetKind
    processes: list[str]
    is_writable: bool
    items: list[Answer]


class NewAnswer(Given):
    request_id: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9._-]{1,64}$", description="自己编的编号，重发时不变。"),
    ]
    base_revision: Annotated[
        int, Field(ge=0, le=10**9, description="这题读到的 revision，没有答过填 0。")
    ]
    value: JsonValue = Field(None, description="答案，不带这一项就不改答案。")
    remark: str | None = Field(None, max_length=2000)
    verification: str | None = Field(None, max_length=20, description="只在核查表里。")
    finding: str | None = Field(None, max_length=2000)
    reason: str | None = Field(None, max_length=2000)


class SavedAnswer(BaseModel):
    request_id: str
    revision: int
    saved_at: datetime
    value: JsonValue
    verification: str | None


class Beginning(Given):
    round: Id = Field(description="轮次 id。")


class Submission(Given):
    declared_by: str = Field(max_length=60, description="承诺内容真实的人。")


class Returning(Given):
    reason: Reason
    questions: list[Annotated[str, Field(max_length=60)]] = Field(
        [], max_length=500, description="请企业再看的题，代号。"
    )


class Reopening(Given):
    reason: Reason


class Submitted(BaseModel):
    assessment: int
    submitted_at: datetime
    declared_by: str


class ScoredQuestion(BaseModel):
    section: str
    question: str
    state: str
    answer: str
    points: str | None = Field(description="得分，精确分数。")
    of_whole: str = Field(description="占总分的比重，精确分数。")
    contribution: str = Field(description="对得分率的贡献，全部相加就是得分率。")


class Score(BaseModel):
    assessment: int
    kind: SheetKind
    edition: str
    share: str
    permille: int
    rung: str | None
    unmet_gates: list[str] = Field(description="上一个等级还没有达到的必备条件，代号。")
    trace: list[ScoredQuestion]


# --- the pool -------------------------------------------------------------------------------------


class PoolAsked(PageAsked):
    state: PoolState | None = None
    edition: str = Field("", max_length=40)


class Entry(BaseModel):
    id: int
    firm: int
    firm_name: str
    firm_code: str
    assessment: int
    edition: str
    state: PoolState
    target_rung: str
    stage: str
    reason: str
    admitted_at: datetime | None
    changed_at: datetime
    version: int


class Pool(Page):
    items: list[Entry]


class Entering(Given):
    assessment: Id
    step: Literal["propose", "admit"] = Field(description="propose 拟入库，admit 入库。")
    target_rung: str = Field(max_length=60)
    reason: Reason
    version: Version = 0
    sure: bool = Field(False, description="没有核定或是暂核（409）而仍要入库时填 true。")


class Aiming(Given):
    target_rung: str = Field(max_length=60)
    reason: Reason
    version: Version


class Leaving(Given):
    reason: Reason
    version: Version


# --- documents, jobs ------------------------------------------------------------------------------


class Document(BaseModel):
    id: int
    number: str
    assessment: int
    kind: str
    standing: DocumentStanding
    edition: str | None
    version: int | None = Field(description="所据答卷的版本。")
    sha256: str
    size: int
    issued_at: datetime


class DocumentsAsked(PageAsked):
    assessment: int = Field(0, ge=0, le=MOST_ID)
    number: str = Field("", max_length=40, description="报告编号。")


class Documents(Page):
    items: list[Document]


class Withdrawal(Given):
    reason: Reason


class Order(Given):
    assessment: Id
    kind: SheetKind = Field(strict=False, description="self 自评，onsite 核查。")


class Ordered(BaseModel):
    document: Document | None = Field(description="已有有效报告时。")
    job: int | None = Field(description="正在生成时。")


class Job(BaseModel):
    id: int
    state: JobState
    progress: int
    total: int
    document: int | None = Field(description="生成的报告。")


class Jobs(Page):
    items: list[Job]


# --- what other systems are told ------------------------------------------------------------------


class EventData(BaseModel):
    """Numbers of rows; those that an event has."""

    firm: int | None = Field(None, description="企业 id。")
    list: int | None = Field(None, description="企业名单的编号，一批里各家请用接口重新取。")
    round: int | None = Field(None, description="轮次 id。")
    assessment: int | None = Field(None, description="评估 id。")
    entry: int | None = Field(None, description="培育库里的 id。")
    number: str | None = Field(None, description="报告编号。")


class Event(BaseModel):
    type: str = Field(description="事件的种类。")
    timestamp: datetime = Field(description="什么时候发生的，重发时不变。")
    data: EventData = Field(description="说的是哪一条，内容用接口来取。")
