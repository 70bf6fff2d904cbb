"""What an officer keeps of a list: a view under a name, the columns they want to see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from survey.lifecycle import typed
from survey.lifecycle.errors import Invalid, NotThere
from survey.lifecycle.step import About, Step
from survey.store import views as store
from survey.tables import SavedView, ShownColumns

MOST_TITLE: Final = 40
MOST_VIEWS: Final = 50
"""Of one officer: a menu of more is no menu."""


def keep_view(
    step: Step, listed: str, title: str, asked: Mapping[str, str], *, shared: bool
) -> SavedView:
    """Keep how a list stands now under a name; an own view of that name is written over.

    Args:
        listed: Which list, as the log names it.
        asked: Filters, order and columns; whoever calls has looked that the list knows them.

    Raises:
        Invalid: No name, too long a name, or too many views.
    """
    title, owner = typed.line(title), step.by.user_id
    if not 1 <= len(title) <= MOST_TITLE:
        raise Invalid({"title": f"请填写视图名称（{MOST_TITLE} 字以内）。"})
    if owner is None:
        raise NotThere
    with step.writing() as session:
        kept = store.own_view(session, owner, listed, title)
        if kept is None:
            if store.how_many(session, owner) >= MOST_VIEWS:
                raise Invalid({"title": f"最多保存 {MOST_VIEWS} 个视图，请先删除不用的。"})
            session.add(kept := SavedView(owner_id=owner, listed=listed, title=title))
        kept.asked, kept.shared, kept.kept_at = dict(asked), shared, step.now
        session.flush()
        step.log("view_keep", About("view", kept.id), after={"title": title, "shared": shared})
        return kept


def forget_view(step: Step, view_id: int) -> str:
    """Forget a view of one's own; return which list it was of.

    Raises:
        NotThere: There is none, or it is somebody else's.
    """
    owner = step.by.user_id
    with step.writing() as session:
        kept = store.view(session, view_id, owner) if owner else None
        if kept is None or kept.owner_id != owner:
            raise NotThere
        step.log("view_forget", About("view", view_id), before={"title": kept.title})
        session.delete(kept)
        return kept.listed


def keep_columns(step: Step, listed: str, columns: Sequence[str]) -> None:
    """Remember which columns of a list an officer wants to see; none of them are the usual ones."""
    with step.writing() as session:
        user_id = step.by.user_id
        before = store.columns_of(session, user_id, listed) if user_id else None
        if user_id is None or before == list(columns):
            return
        session.merge(ShownColumns(user_id=user_id, listed=listed, columns=list(columns)))
        step.log("columns_keep", About("list", listed), after={"columns": len(columns)})
