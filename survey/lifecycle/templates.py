"""The bureau's own workbooks: kept under a name, forgotten again."""

from __future__ import annotations

from typing import Final

from survey.files.templates import Held
from survey.files.uploads import Stored
from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid, NotThere
from survey.lifecycle.step import About, Step
from survey.lifecycle.word_editions import ANNUAL, REPORT
from survey.store import templates as store
from survey.tables import ListTemplate

MOST_TITLE: Final = 40
MOST_TEMPLATES: Final = 60
DOCUMENTS: Final = {REPORT: "诊断报告 Word 版", ANNUAL: "年度报告 Word 版"}
"""Documents that are written from a template, one each, and under which title it stands."""


def keep_template(step: Step, listed: str, title: str, stored: Stored, held: Held) -> ListTemplate:
    """Keep a workbook under a name; one of the same name is replaced.

    Raises:
        Invalid: No name, too long a name, or too many templates.
    """
    title = typed.line(title)
    if not 1 <= len(title) <= MOST_TITLE:
        raise Invalid({"title": f"请填写模板名称（{MOST_TITLE} 字以内）。"})
    with step.writing() as session:
        kept = store.titled(session, title)
        if kept is None:
            if len(store.templates(session)) >= MOST_TEMPLATES:
                raise Invalid({"title": f"最多保存 {MOST_TEMPLATES} 个模板，请先删除不用的。"})
            session.add(kept := ListTemplate(title=title))
        elif (kept.listed in DOCUMENTS) != (listed in DOCUMENTS):
            raise Invalid({"title": "这个名称留给 Word 模板用，请换一个名称。"})
        kept.listed, kept.name, kept.sha256 = listed, stored.name, stored.sha256
        kept.named, kept.lost = list(held.named), list(held.lost)
        kept.kept_by, kept.kept_at = step.by.user_id, step.now
        session.flush()
        said = {"title": title, "name": stored.name, "sha256": stored.sha256}
        step.log("template_keep", About("template", kept.id), after=said)
        return kept


def forget_template(step: Step, template_id: int) -> None:
    """Forget a template; its bytes go with the next tidying up."""
    with step.writing() as session:
        kept = store.template(session, template_id, lock=True)
        if kept is None:
            raise NotThere
        said = {"title": kept.title, "name": kept.name}
        step.log("template_forget", About("template", template_id), before=said)
        session.delete(kept)
