"""Steps of one entry on its ladders, and who sees to it: pressed on the entry's page."""

from __future__ import annotations

from flask import abort, request
from flask.typing import ResponseReturnValue

from survey.lifecycle import following, nation, stages
from survey.lifecycle.nation import Filed
from survey.lifecycle.stages import Move
from survey.store import nation as store
from survey.store import pool as pool_store
from survey.store import stages as stage_store
from survey.tables import Ladder
from survey.views.bureau import ledger_forms, ledger_page, pool
from survey.views.bureau.blueprint import pages
from survey.views.bureau.steps import ReasonForm, StepForm
from survey.web import here
from survey.web.here import today


@pages.post("/pool/<row:entry_id>/stage")
def move_stage(entry_id: int) -> ResponseReturnValue:
    """Put the firm into another stage of the province's ladder."""
    return _move(entry_id, Ladder.PROVINCE)


@pages.post("/pool/<row:entry_id>/nation/stage")
def move_nation(entry_id: int) -> ResponseReturnValue:
    """Put the firm into another stage of the nation's ladder."""
    return _move(entry_id, Ladder.NATION)


def _move(entry_id: int, ladder: Ladder) -> ResponseReturnValue:
    form = ledger_forms.StageForm(
        f"stage-{ladder}",
        ledger_forms.stage_choices(here.district().stages, ladder),
        posted=True,
    )

    def step() -> object:
        wanted = Move(form.stage.data or "", form.reason.data or "")
        return stages.move(here.step(), entry_id, wanted, form.base_version())

    return pool.tried(entry_id, form, step, "培育阶段已调整。")


@pages.post("/pool/<row:entry_id>/proposal")
def answer_stage_proposal(entry_id: int) -> ResponseReturnValue:
    """Take the stage that is proposed, or leave the entry where it is."""
    pool.line_of(entry_id)  # one that is not there is that, whatever was answered
    stage, asked = request.form.get("stage", ""), request.form.get("answer", "")
    known = stage_store.named(here.district().stages, stage)
    ladder = known.ladder if known else Ladder.PROVINCE
    form = StepForm(f"proposal-{ladder}", posted=True)
    answers = {"take": stages.take_proposal, "leave": stages.leave_proposal}
    answer = answers.get(asked) or abort(400)

    def step() -> object:
        return answer(here.step(), entry_id, stage, form.base_version())

    done = {"take": "已按建议调整阶段。", "leave": "没有采纳，这条建议不再提醒。"}[asked]
    return pool.tried(entry_id, form, step, done)


@pages.post("/pool/<row:entry_id>/nation/target")
def aim_nation(entry_id: int) -> ResponseReturnValue:
    """Let the firm aim at a rung of the nation's ladder."""
    line = pool.line_of(entry_id)
    filings = store.filings(here.session(), [line.firm_id])
    rungs = ledger_page.rungs_ahead(pool.frame_of(line), filings)
    form = ledger_forms.AimForm("aim", rungs, posted=True)

    def step() -> object:
        return nation.aim(
            here.step(),
            entry_id,
            rung=form.nation_target.data or "",
            reason=form.reason.data or "",
            base_version=form.base_version(),
        )

    return pool.tried(entry_id, form, step, "国家梯度目标已定。")


@pages.post("/pool/<row:entry_id>/nation/filing")
def file_nation(entry_id: int) -> ResponseReturnValue:
    """Record that the firm was filed or listed on the rung it aims at."""
    form = ledger_forms.FiledForm("filed", posted=True)

    def step() -> object:
        wanted = Filed(form.document.data or "", form.filed_on.data or today())
        return nation.file(here.step(), entry_id, wanted, base_version=form.base_version())

    return pool.tried(entry_id, form, step, "国家梯度结果已登记。")


@pages.post("/pool/nation/<row:filing_id>/revoke")
def revoke_nation(filing_id: int) -> ResponseReturnValue:
    """Take a record of the nation's ladder back."""
    filing = store.recorded(here.session(), filing_id) or abort(404)
    entry = pool_store.pool_entry_of_firm(here.session(), filing.firm_id) or abort(404)
    form = ReasonForm(f"revoke-nation-{filing_id}", posted=True)

    def step() -> object:
        return nation.revoke(here.step(), filing_id, reason=form.reason.data or "")

    return pool.tried(entry.id, form, step, "记录已撤销，目标回到这一级。")


@pages.post("/pool/<row:entry_id>/follow")
def follow_entry(entry_id: int) -> ResponseReturnValue:
    """Say who sees to the entry and what comes next."""
    form = ledger_forms.FollowForm(
        "follow", ledger_page.officers(pool.line_of(entry_id)), posted=True
    )

    def step() -> object:
        return following.follow(here.step(), entry_id, form.follow(), form.base_version())

    return pool.tried(entry_id, form, step, "跟进安排已保存。")


@pages.post("/pool/<row:entry_id>/known")
def note_known(entry_id: int) -> ResponseReturnValue:
    """Keep what the bureau knows of the firm."""
    pool.line_of(entry_id)  # as above
    form = ledger_forms.KnownForm("known", posted=True)

    def step() -> object:
        return following.note_known(here.step(), entry_id, form.known(), form.base_version())

    return pool.tried(entry_id, form, step, "台账资料已保存。")
