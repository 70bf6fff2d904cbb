"""What operations on evidence (佐证材料) take and give."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from survey.tables import SheetKind
from survey.views.api.models import Asked


class File(BaseModel):
    id: int
    assessment: int = Field(description="评估 id。")
    kind: SheetKind = Field(description="哪份答卷：self 自评，onsite 现场诊断。")
    question: str = Field(description="题目 id；现状与差距下的照片以 note: 开头。")
    name: str = Field(description="文件名。")
    media_type: str
    size: int = Field(description="字节数。")
    sha256: str
    caption: str = Field(description="照片说明。")
    taken_at: datetime | None = Field(description="照片上的拍摄时间。")
    uploaded_at: datetime
    scan: str | None = Field(description="查毒：waiting 待查，infected 有毒已隔离，null 可以打开。")


class Files(BaseModel):
    items: list[File]


class FileAsked(Asked):
    name: str = Field(min_length=1, max_length=255, description="文件名，带扩展名。")
