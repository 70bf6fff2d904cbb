"""Who may do what: every route with its roles as data, and every row with its owner."""

from __future__ import annotations

from functools import partial, wraps
from typing import Protocol
from urllib.parse import urlsplit

from flask import Flask, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from survey.store import assessments as store
from survey.tables import Assessment, AssessmentState, Role
from survey.web import factor, here, sessions, tokens
from survey.web.here import Reader
from survey.words import api as api_words
from survey.words.wording import RETURNED, VISIT_RETURNED

ANYONE = "anyone"
EVERY_ROLE = frozenset(Role)
_public = frozenset({ANYONE})
_firm = frozenset({Role.FIRM})
_consultant = frozenset({Role.CONSULTANT})
_officer = frozenset({Role.OFFICER})
_administrator = frozenset({Role.ADMINISTRATOR})
_provider = frozenset({Role.PROVIDER})

ROUTES: dict[str, frozenset[str]] = {
    "static": _public,
    # for whoever watches the machine: alive, ready
    "health.live": _public,
    "health.ready": _public,
    # what a browser keeps to open a visit without a network: nobody's in particular
    "worker.script": _public,
    "worker.away": _public,
    # account: signing in and out, one's own password and sessions
    "account.home": _public,
    "account.sign_in": _public,
    "account.link": _public,
    "account.sign_out": EVERY_ROLE,
    "account.sign_out_everywhere": EVERY_ROLE,
    "account.profile": EVERY_ROLE,
    "account.keep_phone": EVERY_ROLE,
    "account.end_session": EVERY_ROLE,
    # the second factor: one's own; a lost one is another administrator's to reset
    "second_factor.ask": EVERY_ROLE,
    "second_factor.begin": EVERY_ROLE,
    "second_factor.codes": EVERY_ROLE,
    "second_factor.leave": EVERY_ROLE,
    "second_factor.reset": _administrator,
    "second_factor.security": _administrator,
    # privacy: what is kept of people, theirs to read, to take along, to have erased
    "privacy.purpose": _public,
    "privacy.agree": EVERY_ROLE,
    "privacy.mine": EVERY_ROLE,
    "privacy.people": _administrator,
    "privacy.text": _administrator,
    "privacy.user": _administrator,
    "privacy.user_data": _administrator,
    "privacy.erase_user": _administrator,
    "privacy.firm": _administrator,
    "privacy.firm_data": _administrator,
    "privacy.erase_contact": _administrator,
    # calendar: a secret address, and who gives it to themselves
    "calendar.feed": _public,
    "calendar.renew": _consultant | _officer,
    "calendar.revoke": _consultant | _officer,
    # other systems: tokens by which they speak in a user's name, and what they may ask
    "tokens.home": _firm | _consultant | _officer,
    "tokens.make": _firm | _consultant | _officer,
    "tokens.revoke": _firm | _consultant | _officer,
    "tokens.revoke_anybodys": _administrator,
    "tokens.everybodys": _administrator,
    "tokens.guide": _public,
    "tokens.description_file": _public,
    "api.me": _firm | _consultant | _officer,
    "api.firms": _officer,
    "api.firm": _firm | _officer,
    "api.add_firm": _officer,
    "api.change_firm": _officer,
    "api.rounds": _officer,
    "api.round_one": _officer,
    "api.open_round": _officer,
    "api.invite": _officer,
    "api.begin": _firm,
    "api.assessments": _firm | _consultant | _officer,
    "api.assessment": _firm | _consultant | _officer,
    "api.answers": _firm | _consultant | _officer,
    "api.save_answer": _firm | _consultant,
    "api.submit": _firm,
    "api.score": _firm | _consultant | _officer,
    "api.request_report": _firm | _consultant | _officer,
    "api.pool": _officer,
    "api.entry": _officer,
    "api.enter_pool": _officer,
    "api.raise_target": _officer,
    "api.withdraw": _officer,
    "api.document": _firm | _consultant | _officer,
    "api.content": _firm | _consultant | _officer,
    "api.job": _firm | _consultant | _officer,
    "api.feed": _officer,
    # whether a document is genuine: for whoever holds one
    "verify.page": _public,
    "verify.rules": _public,
    "verify.script": _public,
    # firm: the questionnaire
    "firm.home": _firm,
    "firm.begin": _firm,
    "firm.profile": _firm,
    "firm.overview": _firm,
    "firm.section": _firm,
    "firm.save_answer": _firm,
    "firm.review": _firm,
    "firm.quick": _firm,
    "firm.quick_question": _firm,
    "firm.trend": _firm,
    "firm.file": _firm,
    "firm.request_bundle": _firm,
    "firm.bundle_state": _firm,
    "firm.bundle": _firm,
    "firm.notices": _firm,
    "firm.notice": _firm,
    "firm.notice_file": _firm,
    "firm.ask_return": _firm,
    "firm.take_back_request": _firm,
    "firm.needs": _firm,
    "firm.need": _firm,
    "firm.dismiss_draft": _firm,
    # firm: its own projects
    "firm.own_projects": _firm,
    "firm.plan_project": _firm,
    "firm.samples": _firm,
    "firm.sample": _firm,
    "firm.copy_sample": _firm,
    "firm.project": _firm,
    "firm.edit_project": _firm,
    "firm.contract_project": _firm,
    "firm.project_step": _firm,
    "firm.attach_project_paper": _firm,
    "firm.project_paper": _firm,
    "firm.remove_project_paper": _firm,
    # firm: only its owner, see OWNERS
    "firm.colleagues": _firm,
    "firm.share": _firm,
    "firm.colleague_link": _firm,
    "firm.take_back": _firm,
    "firm.say_intention": _firm,
    "firm.answer_sample": _firm,
    # providers that fit what it should buy; to be named is its owner's to say
    "firm.providers": _firm,
    "firm.agree": _firm,
    "firm.answer_introduction": _firm,
    # provider: its own file, demand without names, and who agreed to be named
    "provider.home": _provider,
    "provider.demand": _provider,
    "provider.file": _provider,
    # results: one page and one PDF per sheet, for whoever may read the assessment
    "results.result": frozenset({Role.FIRM, Role.CONSULTANT, Role.OFFICER}),
    "responses.confirmation": frozenset({Role.FIRM, Role.CONSULTANT, Role.OFFICER}),
    "responses.signature": frozenset({Role.FIRM, Role.CONSULTANT, Role.OFFICER}),
    "responses.say": _firm,
    "responses.answer": _officer,
    "plans.page": frozenset({Role.FIRM, Role.CONSULTANT, Role.OFFICER}),
    "plans.begin": _firm,
    "results.book": frozenset({Role.FIRM, Role.CONSULTANT, Role.OFFICER}),
    "results.request_report": frozenset({Role.FIRM, Role.CONSULTANT, Role.OFFICER}),
    "results.report_state": frozenset({Role.FIRM, Role.CONSULTANT, Role.OFFICER}),
    "results.request_stamped": frozenset({Role.FIRM, Role.CONSULTANT, Role.OFFICER}),
    "results.stamped": frozenset({Role.FIRM, Role.CONSULTANT, Role.OFFICER}),
    "results.request_handouts": frozenset({Role.FIRM, Role.CONSULTANT, Role.OFFICER}),
    "results.short": frozenset({Role.FIRM, Role.CONSULTANT, Role.OFFICER}),
    "results.picture": frozenset({Role.FIRM, Role.CONSULTANT, Role.OFFICER}),
    "results.report": frozenset({Role.FIRM, Role.CONSULTANT, Role.OFFICER}),
    "results.request_word": frozenset({Role.FIRM, Role.CONSULTANT, Role.OFFICER}),
    "results.word": frozenset({Role.FIRM, Role.CONSULTANT, Role.OFFICER}),
    # versions: what was handed in or confirmed once, and what changed between two
    "last_round.page": frozenset({Role.FIRM, Role.CONSULTANT, Role.OFFICER}),
    "versions.all_of": frozenset({Role.FIRM, Role.CONSULTANT, Role.OFFICER}),
    "versions.one": frozenset({Role.FIRM, Role.CONSULTANT, Role.OFFICER}),
    "versions.between": frozenset({Role.FIRM, Role.CONSULTANT, Role.OFFICER}),
    # interests: a consultant's own, or any to an officer
    "interests.home": frozenset({Role.CONSULTANT, Role.OFFICER}),
    "interests.end": frozenset({Role.CONSULTANT, Role.OFFICER}),
    # consultant: the visit
    "consultant.home": _consultant,
    "consultant.work_of_mine": _consultant,
    "consultant.overview": _consultant,
    "consultant.preparation": _consultant,
    "consultant.checklist": _consultant,
    "consultant.section": _consultant,
    "consultant.station": _consultant,
    "consultant.leave_as_said": _consultant,
    "consultant.save_answer": _consultant,
    "consultant.standing": _consultant,
    "consultant.contact": _consultant,
    "consultant.device_file": _consultant,
    "consultant.begin_photo": _consultant,
    "consultant.add_part": _consultant,
    "consultant.finish_photo": _consultant,
    "consultant.notes": _consultant,
    "consultant.keep_note": _consultant,
    "consultant.save_note": _consultant,
    "consultant.processes": _consultant,
    "consultant.conclusion": _consultant,
    "consultant.confirm": _consultant,
    "consultant.sign": _consultant,
    "consultant.explain": _consultant,
    "consultant.return_to_firm": _consultant,
    "consultant.begin_second_sheet": _consultant,
    "consultant.finish_second_sheet": _consultant,
    "consultant.disagreements": _consultant,
    "consultant.compare": _consultant,
    "consultant.decide": _consultant,
    "consultant.go_on_without": _consultant,
    "consultant.ask_off": _consultant,
    "consultant.samples": _consultant,
    "consultant.sample": _consultant,
    "consultant.needs_of_mine": _consultant,
    "consultant.needs": _consultant,
    "consultant.dismiss_draft": _consultant,
    # bureau: firms, pool, exports
    "bureau.home": _officer,
    "bureau.assessments": _officer,
    "bureau.export_assessments": _officer,
    "bureau.assessment": _officer,
    "bureau.assign": _officer,
    "bureau.unassign": _officer,
    "bureau.assign_many": _officer,
    "bureau.ask_batch": _officer,
    "bureau.ask_files": _officer,
    "bureau.ask_pool_files": _officer,
    "bureau.batches": _officer,
    "bureau.batch": _officer,
    "bureau.cancel_batch": _officer,
    "bureau.resume_batch": _officer,
    "bureau.retry_batch": _officer,
    "bureau.batch_file": _officer,
    "bureau.decide_on_assessments": _officer,
    "bureau.decide_on_entries": _officer,
    "bureau.return_to_firm": _officer,
    "bureau.decline_return": _officer,
    "bureau.reopen": _officer,
    "bureau.opinions": _officer,
    "bureau.withdraw_report": _officer,
    "bureau.propose": _officer,
    "bureau.admit": _officer,
    "bureau.firms": _officer,
    "bureau.export_firms": _officer,
    "bureau.view": _officer,
    "bureau.templates": _officer,
    "bureau.template_sample": _officer,
    "bureau.fill_template": _officer,
    "bureau.forget_template": _officer,
    "bureau.keep_view": _officer,
    "bureau.forget_view": _officer,
    "bureau.keep_columns": _officer,
    "bureau.add_firm": _officer,
    "bureau.firm": _officer,
    "bureau.add_firm_user": _officer,
    "bureau.firm_link": _officer,
    "bureau.request_bundle": _officer,
    "bureau.bundle_state": _officer,
    "bureau.bundle": _officer,
    "bureau.rosters": _officer,
    "bureau.roster": _officer,
    "bureau.read_roster": _officer,
    "bureau.set_roster_trades": _officer,
    "bureau.import_roster": _officer,
    "bureau.undo_roster": _officer,
    "bureau.discard_roster": _officer,
    "bureau.roster_missing": _officer,
    "bureau.roster_problems": _officer,
    "bureau.roster_template": _officer,
    "bureau.take_proposal": _officer,
    "bureau.decline_proposal": _officer,
    "bureau.consultants": _officer,
    "bureau.consultant_link": _officer,
    "bureau.visits": _officer,
    "bureau.export_visits": _officer,
    "bureau.renew_forecasts": _officer,
    "bureau.agreement": _officer,
    "bureau.agreement_visits": _officer,
    "bureau.district": _officer,
    "bureau.district_csv": _officer,
    "bureau.district_workbook": _officer,
    "bureau.request_district_page": _officer,
    "bureau.district_page_state": _officer,
    "bureau.district_page": _officer,
    "bureau.district_firms": _officer,
    "bureau.budget": _officer,
    "bureau.ask_budget": _officer,
    "bureau.budget_run": _officer,
    "bureau.budget_state": _officer,
    "bureau.budget_workbook": _officer,
    "bureau.adopt_budget": _officer,
    "bureau.withdraw_from_budget": _officer,
    "bureau.compare_budgets": _officer,
    "bureau.annual": _officer,
    "bureau.write_annual": _officer,
    "bureau.request_annual": _officer,
    "bureau.annual_state": _officer,
    "bureau.annual_word": _officer,
    "bureau.annual_paper": _officer,
    # Word templates: one shelf, open to whoever lays out the bureau's papers
    "bureau.word_templates": frozenset({Role.OFFICER, Role.ADMINISTRATOR}),
    "bureau.shipped_word_template": frozenset({Role.OFFICER, Role.ADMINISTRATOR}),
    "bureau.word_template": frozenset({Role.OFFICER, Role.ADMINISTRATOR}),
    "bureau.forget_word_template": frozenset({Role.OFFICER, Role.ADMINISTRATOR}),
    "bureau.export_district_firms": _officer,
    "bureau.work_of_all": frozenset({Role.OFFICER, Role.ADMINISTRATOR}),
    "bureau.work_of_one": frozenset({Role.OFFICER, Role.ADMINISTRATOR}),
    "bureau.export_work": frozenset({Role.OFFICER, Role.ADMINISTRATOR}),
    "bureau.rounds": _officer,
    "bureau.round_": _officer,
    "bureau.close_round": _officer,
    "bureau.delete_round": _officer,
    "bureau.export_round": _officer,
    "bureau.round_text": _officer,
    "bureau.invite": _officer,
    "bureau.invite_coded": _officer,
    "bureau.invite_chosen": _officer,
    "bureau.invitations": _officer,
    "bureau.take_back_invitation": _officer,
    "bureau.prepare_invitations": _officer,
    "bureau.export_invitations": _officer,
    "bureau.slips": _officer,
    "bureau.reminders": _officer,
    "bureau.remind": _officer,
    "bureau.pass_on_reminders": _officer,
    "bureau.mails": _officer,
    "bureau.mail_invitations": _officer,
    "bureau.retry_mails": _officer,
    "bureau.retry_mail": _officer,
    "bureau.providers": _officer,
    "bureau.firm_providers": _officer,
    "bureau.export_providers": _officer,
    "bureau.add_provider": _officer,
    "bureau.provider": _officer,
    "bureau.stand_provider": _officer,
    "bureau.review_provider": _officer,
    "bureau.decide_change": _officer,
    "bureau.add_provider_user": _officer,
    "bureau.provider_link": _officer,
    "bureau.provider_ledger": _officer,
    "bureau.export_provider_ledger": _officer,
    "bureau.record_claim": _officer,
    "bureau.introductions": _officer,
    "bureau.export_introductions": _officer,
    "bureau.move_introduction": _officer,
    "bureau.pool": _officer,
    "bureau.export_pool": _officer,
    "bureau.pool_entry": _officer,
    "bureau.admit_entry": _officer,
    "bureau.raise_target": _officer,
    "bureau.correct_recognition": _officer,
    "bureau.revoke_recognition": _officer,
    "bureau.attach_paper": _officer,
    "bureau.paper": _officer,
    "bureau.attach_minutes": _officer,
    "bureau.correct_minutes": _officer,
    "bureau.withdraw": _officer,
    "bureau.move_stage": _officer,
    "bureau.move_nation": _officer,
    "bureau.answer_stage_proposal": _officer,
    "bureau.aim_nation": _officer,
    "bureau.file_nation": _officer,
    "bureau.revoke_nation": _officer,
    "bureau.follow_entry": _officer,
    "bureau.note_known": _officer,
    "bureau.give_entries": _officer,
    "bureau.take_stage_proposals": _officer,
    "bureau.recognise": _officer,
    "bureau.needs": _officer,
    "bureau.export_needs": _officer,
    "bureau.need": _officer,
    "bureau.need_step": _officer,
    "bureau.join_needs": _officer,
    "bureau.need_paper": _officer,
    "bureau.firm_needs": _officer,
    "bureau.dismiss_draft": _officer,
    "bureau.projects": _officer,
    "bureau.check_projects": _officer,
    "bureau.export_projects": _officer,
    "bureau.project": _officer,
    "bureau.plan_project_for": _officer,
    "bureau.project_step": _officer,
    "bureau.attach_project_paper": _officer,
    "bureau.project_paper": _officer,
    "bureau.policies": _officer,
    "bureau.packages": _officer,
    "bureau.package": _officer,
    "bureau.move_package": _officer,
    "bureau.samples": _officer,
    "bureau.export_samples": _officer,
    "bureau.draft_sample": _officer,
    "bureau.sample": _officer,
    "bureau.edit_sample": _officer,
    "bureau.sample_step": _officer,
    "bureau.take_sample_consent": _officer,
    "bureau.sample_consent": _officer,
    "bureau.notices": _officer,
    "bureau.new_notice": _officer,
    "bureau.notice": _officer,
    "bureau.edit_notice": _officer,
    "bureau.move_notice": _officer,
    "bureau.withdraw_notice": _officer,
    "bureau.delete_notice": _officer,
    "bureau.copy_notice": _officer,
    "bureau.add_condition": _officer,
    "bureau.drop_condition": _officer,
    "bureau.attach_to_notice": _officer,
    "bureau.detach_from_notice": _officer,
    "bureau.notice_file": _officer,
    "bureau.pass_on_notice": _officer,
    "bureau.candidates": _officer,
    "bureau.export_candidates": _officer,
    "bureau.candidate": _officer,
    "bureau.mark_intended": _officer,
    "bureau.mark_declined": _officer,
    "bureau.answer_condition": _officer,
    "bureau.check_papers": _officer,
    "bureau.take_off": _officer,
    "bureau.record_result": _officer,
    "bureau.recommendation": _officer,
    "bureau.recommend": _officer,
    "bureau.export_recommendation": _officer,
    "bureau.audit": frozenset({Role.OFFICER, Role.ADMINISTRATOR}),
    "bureau.export_audit": frozenset({Role.OFFICER, Role.ADMINISTRATOR}),
    # administrator: users, settings, editions
    "administrator.home": _administrator,
    "administrator.users": _administrator,
    "administrator.create_user": _administrator,
    "administrator.reset_link": _administrator,
    "administrator.set_active": _administrator,
    "administrator.set_role": _administrator,
    "administrator.end_sessions": _administrator,
    "administrator.district_settings": _administrator,
    "administrator.stages": _administrator,
    "profiles.profile": _administrator,
    "profiles.load": _administrator,
    "profiles.present": _administrator,
    "profiles.logo": _public,
    "profiles.colours": _public,
    # settings of their own: working days, categories of needs
    "workdays.home": _administrator,
    "workdays.forget": _administrator,
    "need_rules.home": _administrator,
    "operation.home": _administrator,
    "operation.back_up": _administrator,
    "jobs.home": _administrator,
    "jobs.cancel": _administrator,
    "jobs.retry": _administrator,
    "editions.home": _administrator,
    "editions.edition": _administrator,
    "editions.differences": _administrator,
    "editions.preview": _administrator,
    "editions.section": _administrator,
    "editions.paper": _administrator,
    "editions.hand_out": _administrator,
    "editions.copy": _administrator,
    "editions.take_workbook": _administrator,
    "editions.publish": _administrator,
    "editions.discard": _administrator,
    "editions.retire": _administrator,
    "editions.restore": _administrator,
    # files: evidence and reports, each checked against its owner
    "files.upload": frozenset({Role.FIRM, Role.CONSULTANT}),
    "files.delete": frozenset({Role.FIRM, Role.CONSULTANT}),
    "files.describe": _consultant,
    "files.evidence": frozenset({Role.FIRM, Role.CONSULTANT, Role.OFFICER}),
    "files.view": frozenset({Role.FIRM, Role.CONSULTANT, Role.OFFICER}),
    "files.thumbnail": frozenset({Role.FIRM, Role.CONSULTANT, Role.OFFICER}),
}
"""Endpoint → roles. A route that is not here stops the application from starting."""

PERSON, EVIDENCE = "view_person", "view_evidence"
SHOWS = {
    "administrator.users": PERSON,
    "bureau.assessment": PERSON,
    "bureau.audit": PERSON,
    "bureau.candidate": PERSON,
    "bureau.district_firms": PERSON,
    "bureau.firm": PERSON,
    "bureau.firm_needs": PERSON,
    "bureau.firm_providers": PERSON,
    "bureau.invitations": PERSON,
    "bureau.mails": PERSON,
    "bureau.need": PERSON,
    "bureau.need_paper": PERSON,
    "bureau.notice": PERSON,
    "bureau.provider": PERSON,
    "bureau.reminders": PERSON,
    "bureau.roster": PERSON,
    "bureau.round_": PERSON,
    "consultant.checklist": PERSON,
    "consultant.confirm": PERSON,
    "consultant.home": PERSON,
    "consultant.needs": PERSON,
    "consultant.notes": PERSON,
    "consultant.overview": PERSON,
    "consultant.preparation": PERSON,
    "firm.colleagues": PERSON,
    "firm.file": PERSON,
    "firm.home": PERSON,
    "firm.overview": PERSON,
    "firm.profile": PERSON,
    "firm.providers": PERSON,
    "privacy.firm": PERSON,
    "privacy.people": PERSON,
    "privacy.user": PERSON,
    "provider.file": PERSON,
    "provider.home": PERSON,
    "responses.confirmation": PERSON,
    "responses.signature": PERSON,
    "results.report": PERSON,
    "results.picture": PERSON,
    "results.result": PERSON,
    "results.short": PERSON,
    "results.stamped": PERSON,
    "results.word": PERSON,
    "versions.all_of": PERSON,
    "files.evidence": EVIDENCE,
    "files.thumbnail": EVIDENCE,
    "files.view": EVIDENCE,
}
"""What stands in the log of whoever opens a route (``web.seen``): that they saw how to reach people
or who signed, or saw evidence. A test finds the routes that show such things; a list whose columns are
chosen says so itself (``here.shows_persons``)."""
TAKES = frozenset(
    {
        "bureau.batch_file",
        "bureau.bundle",
        "bureau.export_audit",
        "bureau.export_district_firms",
        "bureau.export_invitations",
        "bureau.export_recommendation",
        "bureau.export_providers",
        "bureau.export_round",
        "bureau.fill_template",
        "bureau.roster_problems",
        "bureau.round_text",
        "bureau.slips",
        "firm.bundle",
        "privacy.firm_data",
        "privacy.mine",
        "privacy.user_data",
    }
)
"""Routes that hand out such things as files: each adds its own row to the log (``note_export``)."""
SAVES = frozenset({"firm.save_answer", "consultant.save_answer"})
"""Routes whose work is one step and nothing else: it looks under the lock at who asks."""
OWNERS = frozenset(
    {
        "firm.colleagues",
        "firm.share",
        "firm.colleague_link",
        "firm.take_back",
        "firm.say_intention",
        "firm.answer_sample",
        "responses.say",
        "firm.agree",
        "firm.answer_introduction",
    }
)
"""What of a firm's pages only its owner may open."""
GIVEN = frozenset(
    {
        "account.sign_out",
        "account.sign_out_everywhere",
        "account.profile",
        "account.keep_phone",
        "account.end_session",
        "second_factor.ask",
        "second_factor.begin",
        "second_factor.codes",
        "second_factor.leave",
        "privacy.agree",
        "privacy.mine",
        "firm.home",
        "firm.overview",
        "firm.section",
        "firm.save_answer",
        "versions.all_of",
        "versions.between",
        "files.upload",
        "files.delete",
        "files.evidence",
        "files.view",
        "files.thumbnail",
    }
)
"""What a colleague may open who was given some modules: theirs alone, as ``require_given`` sees to."""


def init_app(app: Flask) -> None:
    """Check every route of the application against the table, and every request against it."""

    @app.before_request
    def _guard() -> ResponseReturnValue | None:
        if tokens.is_meant():
            g.reader = tokens.reader()
            guard_operation()
            return None
        saves = request.endpoint in SAVES
        g.reader = sessions.signed_in_lately() if saves else sessions.signed_in()
        return guard()


def require_declared_routes(app: Flask) -> None:
    """Refuse to start with a route nobody decided on, or a decision about no route.

    Raises:
        LookupError: Names the endpoints.
    """
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    if strange := endpoints.symmetric_difference(ROUTES):
        raise LookupError(f"routes and the access table differ: {', '.join(sorted(strange))}")


def guard() -> ResponseReturnValue | None:
    """Let the reader through, send them to sign in, or refuse the function."""
    if request.endpoint is None:
        return None
    allowed = ROUTES[request.endpoint]
    if ANYONE in allowed:
        return None
    who = here.current()
    if who is None:
        if wants_json():
            abort(401)
        return redirect(url_for("account.sign_in", next=_where_to_return()))
    if who.role not in allowed:
        abort(403)
    if not may_open(who, request.endpoint):
        here.refuse(403, "这一页由企业负责人办理。如有需要，请联系本企业负责人。")
    if way := factor.missing(who, request.endpoint, request.method):
        if wants_json():
            abort(401)
        return redirect(url_for(way, next=_where_to_return()))
    if request.endpoint not in SAVES:
        here.rest_on(partial(sessions.require_unchanged, who))
    return None


def guard_operation() -> None:
    """Let another system through that shows a good token for the operation, or refuse it."""
    if request.endpoint is None or ANYONE in ROUTES[request.endpoint]:
        return
    who = here.current()
    if who is None:
        here.refuse(401, api_words.NEEDS_BEARER)
    if who.role not in ROUTES[request.endpoint] or not may_open(who, request.endpoint):
        abort(403)
    tokens.require_scope(who, tokens.SCOPES[request.endpoint])
    here.rest_on(partial(tokens.require_unchanged, who))


def may_open(reader: Reader, endpoint: str) -> bool:
    """Whether a route is a reader's by role, and in a firm by what its owner gave them."""
    if reader.role not in ROUTES[endpoint]:
        return False
    if endpoint in OWNERS:
        return reader.owner
    return reader.sections is None or endpoint in GIVEN


def wants_json() -> bool:
    """Whether the client is a program rather than a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return tokens.is_meant() or request.is_json or best == "application/json"


def safe_next(target: str | None) -> str | None:
    """Return a path of this application, or None: never another host, never a scheme."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(c) < 32 for c in target):
        return None
    return target


def _where_to_return() -> str:
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc == request.host:
        return safe_next(came_from.path) or "/"
    return "/"


class Find(Protocol):
    """Looks for an assessment of the signed-in reader's; ``lock`` holds off other writers."""

    def __call__(self, assessment_id: int, *, lock: bool = False) -> Assessment: ...


def own_assessment(assessment_id: int) -> Assessment:
    """Return an assessment of the signed-in firm; anybody else's is simply not there.

    An assessment never changes its firm, so nothing is asked again when a step begins.
    """
    assessment = store.assessment(here.session(), assessment_id)
    if assessment is None or assessment.firm_id != here.reader().firm_id:
        abort(404)
    return assessment


def require_given(section_id: str) -> None:
    """Answer 404 unless a firm's reader was given this module; the rest is simply not there."""
    given = here.reader().sections
    if given is not None and section_id not in given:
        abort(404)


def _asked_again(find: Find) -> Find:
    """Have what may be taken from a reader looked for again when a step of theirs begins."""

    @wraps(find)
    def found(assessment_id: int, *, lock: bool = False) -> Assessment:
        assessment = find(assessment_id, lock=lock)
        here.rest_on(partial(find, assessment_id, lock=True))
        return assessment

    return found


@_asked_again
def visited_assessment(assessment_id: int, *, lock: bool = False) -> Assessment:
    """Return an assessment this consultant is assigned to, alone or as one of a pair.

    It is theirs while the visit runs and after it. What is sent from a page of before a return is
    answered by what happened meanwhile.
    """
    assessment = store.assessment(here.session(), assessment_id, lock=lock)
    if assessment is None or here.reader().id not in assessment.visitors:
        abort(404)
    if assessment.state not in (AssessmentState.VISITING, AssessmentState.CONFIRMED):
        if request.method == "POST" and not wants_json():
            here.refuse(409, VISIT_RETURNED)
        abort(404)
    return assessment


@_asked_again
def handed_in_assessment(assessment_id: int, *, lock: bool = False) -> Assessment:
    """Return an assessment an officer may read: drafts stay with the firm.

    A step asked for on a page from before the return is answered by what happened meanwhile.
    """
    assessment = store.assessment(here.session(), assessment_id, lock=lock)
    if assessment is None or assessment.state == AssessmentState.DRAFT:
        if assessment and assessment.submitted_at and request.method == "POST":
            here.refuse(409, RETURNED)
        abort(404)
    return assessment


def known_assessment(assessment_id: int) -> Assessment:
    """Return an assessment of whose handed-in versions the reader may know, whatever its state.

    Its own firm, the consultants who are assigned, officers once it was handed in; a firm's colleague
    sees in it what was given.
    """
    who, assessment = here.reader(), store.assessment(here.session(), assessment_id)
    if assessment is None:
        abort(404)
    knows = {
        Role.FIRM: assessment.firm_id == who.firm_id,
        Role.CONSULTANT: who.id in assessment.visitors,
        Role.OFFICER: assessment.submitted_at is not None,
    }
    if not knows.get(who.role):
        abort(404)
    return assessment


READABLE_BY = {
    Role.FIRM: own_assessment,
    Role.CONSULTANT: visited_assessment,
    Role.OFFICER: handed_in_assessment,
}


def readable_assessment(assessment_id: int) -> Assessment:
    """Return an assessment the signed-in reader may read, by the rule of their role."""
    find = READABLE_BY.get(here.reader().role)
    return find(assessment_id) if find else abort(404)
