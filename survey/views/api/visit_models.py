"""What operations about visits take and give, as JSON."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field

from survey.tables import AssessmentState, Need, ResponseKind
from survey.views.api.models import Day, Given, Id, Reason, Version


class Person(BaseModel):
    id: int
    name: str


class Consultant(Person):
    visits: int = Field(description="正在诊断几家。")
    free: list[date] = Field(description="两周里最近的空闲工作日，最多三天。")


class Consultants(BaseModel):
    items: list[Consultant]


class OpenQuestion(BaseModel):
    question: str
    needs: list[Need] = Field(
        description="answer 答案，verdict 核验结论，reason 理由，photo 照片，seen 要现场看过。"
    )


class Contradiction(BaseModel):
    """Answers that do not sit well together, and nobody has said why."""

    id: str
    says: str
    questions: list[str]


class Left(BaseModel):
    questions: list[OpenQuestion] = Field(description="还需要处理的题。")
    contradictions: list[Contradiction] = Field(description="还没有说明的矛盾提示。")
    content: str | None = Field(description="核查表此刻内容的哈希，核定时带上。")


class Visit(BaseModel):
    assessment: int
    state: AssessmentState
    consultant: Person | None = Field(description="诊断顾问，两人同去时是组长。")
    second: Person | None = Field(description="组员。")
    planned_on: date | None = Field(description="计划日期。")
    confirmed_at: datetime | None
    left: Left | None = Field(description="核定前还差什么，只给正在诊断的顾问。")
    version: int


class Assignment(Given):
    consultant: Id = Field(description="诊断顾问的 id，两人同去时是组长。")
    second: Id | None = Field(None, description="组员的 id。")
    planned_on: Day | None = Field(None, description="计划日期，不写就是还没有定。")
    version: Version
    despite: str = Field(
        "", max_length=500, description="顾问与企业有利益关系（409）而仍要指派时，写明理由。"
    )


class Unassignment(Given):
    reason: Reason


class Explaining(Given):
    says: str = Field(max_length=500, description="为什么两边都属实，一句话。")


class FirmsWord(Given):
    kind: ResponseKind = Field(strict=False, description="acknowledged 签认，objected 有异议。")
    name: str = Field(max_length=60, description="企业代表的姓名。")
    post: str = Field("", max_length=60, description="职务。")
    says: str = Field("", max_length=1000, description="有异议时：对哪一题、为什么。")


class Confirming(Given):
    content: str = Field(
        pattern="^[0-9a-f]{64}$", description="读到的 left.content，期间变过就不受理。"
    )
    signer: str = Field("", max_length=60, description="签名的顾问，不写就是令牌的用户。")
    word: FirmsWord | None = Field(None, description="企业代表当场说的，没有就不写。")
