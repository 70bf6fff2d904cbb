"""What the log says, in the words of its readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from survey.tables import AuditEntry
from survey.words import seen
from survey.words.log_actions import ACTIONS, QUIET
from survey.words.log_names import BARE, LISTS, NAMES, STATES_OF, SUBJECTS
from survey.words.log_values import PHRASES, plain


@dataclass(frozen=True)
class LogWords:
    """The words for rows of the log. Each mapping holds titles by id, of every edition."""

    rungs: Mapping[str, str]
    trades: Mapping[str, str]
    processes: Mapping[str, str]
    sections: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    """Names by user name."""

    def action(self, entry: AuditEntry) -> str:
        """Name a step, such as 新增企业."""
        named = ACTIONS.get(entry.action, entry.action)
        if entry.action in ("create", "edit"):
            return named + SUBJECTS.get(entry.subject, entry.subject)
        return named

    @staticmethod
    def subject(entry: AuditEntry) -> str:
        """Name what a step was about, with its number; there is one district, so it has none."""
        if entry.subject == "list":
            return LISTS.get(entry.subject_id, entry.subject_id)
        if entry.subject == "page":
            return seen.PAGES.get(entry.subject_id, entry.subject_id)
        if entry.subject == "log":
            return f"操作日志第 {entry.subject_id} 块"
        titled = SUBJECTS.get(entry.subject, entry.subject)
        return titled if entry.subject == "district" else f"{titled} {entry.subject_id}".strip()

    def change(self, entry: AuditEntry) -> str:
        """Write what changed, from and to; nothing of what only a sheet's readers may see."""
        if entry.action in QUIET:
            return ""
        was, is_ = entry.before or {}, entry.after or {}
        if entry.action == "correct_recognition":  # its row holds all of both
            was, is_ = (
                {name: value for name, value in one.items() if was.get(name) != is_.get(name)}
                for one in (was, is_)
            )
        before, after = (self._said(entry, values) for values in (was, is_))
        return f"{before} → {after}" if before and after else after or before

    def changed(
        self, entry: AuditEntry, name: str, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> str:
        """Write one value, from and to; what did not change as it is."""
        was, is_ = (
            self._value(entry, name, values[name]) if name in values else ""
            for values in (before, after)
        )
        if not was or not is_ or was == is_:
            return is_ or was
        return f"{was} → {is_.removeprefix(f'{NAMES.get(name, name)} ')}"

    def _said(self, entry: AuditEntry, values: Mapping[str, Any] | None) -> str:
        parts = (self._value(entry, name, value) for name, value in (values or {}).items())
        return "，".join(part for part in parts if part)

    def _value(self, entry: AuditEntry, name: str, value: Any) -> str:
        if name == "state":
            return STATES_OF.get(entry.subject, {}).get(value, str(value))
        if say := PHRASES.get(name):
            return say(value)
        if name == "target":
            return f"目标 {self.rungs.get(value, value)}"
        if name == "rung":
            return self.rungs.get(value, value)
        return self._named(entry, name, value)

    def _named(self, entry: AuditEntry, name: str, value: Any) -> str:
        said = plain(self._titled(name, value))
        if name in BARE and entry.action not in ("profile", "settings"):
            return said
        return f"{NAMES.get(name, name)} {said or '无'}"

    def _titled(self, name: str, value: Any) -> Any:
        """Put titles in the place of the ids that a value holds."""
        if value and name in ("consultant", "second"):
            return self.people.get(value, value)
        if value and name == "trade":
            return self.trades.get(value, value)
        if value and name == "processes":
            return [self.processes.get(process, process) for process in value]
        if value and name == "section":
            return self.sections.get(value, value)
        if value and name == "targets":
            return [
                {**target, "rungs": [self.rungs.get(rung, rung) for rung in target["rungs"]]}
                for target in value
            ]
        return value
