"""Scorecards (quality.md 3 and 11)."""

from typing import Annotated, Any

from fastapi import Body
from starlette.responses import Response

from assaydesk.domains.quality.scorecards import service
from assaydesk.domains.quality.scorecards.deps import (
    BaseId,
    Caller,
    Format,
    Language,
    Manager,
    MayDelete,
    NamePart,
    Scope,
    ScorecardId,
    States,
    Suggest,
    ToLint,
    ToWrite,
    UnmodifiedSince,
)
from assaydesk.domains.quality.scorecards.errors import (
    GoldenGateFailed,
    InvalidTransition,
    ScorecardActive,
    ScorecardDeleted,
    ScorecardNotFound,
)
from assaydesk.domains.quality.scorecards.events import LATEST_BACKTEST
from assaydesk.domains.quality.scorecards.linting import content_of_body, lint_content, outside_of, report_json
from assaydesk.domains.quality.scorecards.schemas import (
    DocumentedAs,
    LintReport,
    ScorecardClone,
    ScorecardCreate,
    ScorecardCreated,
    ScorecardRead,
    ScorecardSummary,
    ScorecardSummaryWithRevisions,
    ScorecardUpdate,
    ScorecardUpdated,
    ScorecardWithRevisions,
    Succeeded,
)
from assaydesk.domains.quality.scorecards.types import Content
from assaydesk.platform.errors import PermissionDenied, StaleObject, ValidationFailed
from assaydesk.platform.http.context import AppContext
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Context, Reads, Writes
from assaydesk.platform.security.require import note_ignored

router = Router("quality", prefix="/api/mind/quality/scorecard")


@router.get(
    "",
    operation_id="listQualityScorecards",
    response_model=list[ScorecardRead] | list[ScorecardSummary],
    responses=errors(ValidationFailed),
)
async def list_scorecards(
    session: Reads, actor: Caller, states: States, base_id: BaseId = None, q: NamePart = None, form: Format = "full"
) -> Response:
    """List scorecards.

    A bare array by `baseId`, the newest revision first. Deleted ones are shown only to those who manage scorecards.
    """
    found = await service.list_scorecards(
        session, actor, states=states, base_id=base_id, name_contains=q, full=form == "full"
    )
    return json_answer(found, total=len(found))


@router.get(
    "/{id}",
    operation_id="getQualityScorecard",
    response_model=ScorecardWithRevisions | ScorecardSummaryWithRevisions,
    responses=errors(ScorecardNotFound),
)
async def get_scorecard(session: Reads, actor: Caller, scorecard_id: ScorecardId, form: Format = "full") -> Response:
    """One revision, with the revisions of its family, and the newest backtest of what it says."""
    found = await service.read_scorecard(session, actor, scorecard_id, full=form == "full")
    revisions = await service.list_revisions(session, actor, found["baseId"])
    tried = await LATEST_BACKTEST.load(session, actor, [found["contentHash"]])
    return json_answer({**found, "revisions": revisions, "latestBacktest": tried.get(found["contentHash"])})


@router.post(
    "",
    operation_id="createQualityScorecard",
    response_model=ScorecardCreated,
    responses=errors(PermissionDenied, ValidationFailed),
)
async def create_scorecard(
    session: Writes, actor: Manager, body: Annotated[dict[str, Any], Body(), DocumentedAs(ScorecardCreate)]
) -> dict[str, int]:
    """Create a scorecard; it is active at once unless `state` says `draft`."""
    created = await service.create_scorecard(session, actor, body)
    note_ignored(created.ignored)
    return {"id": created.scorecard_id, "baseId": created.base_id}


@router.patch(
    "/{id}",
    operation_id="updateQualityScorecard",
    response_model=ScorecardUpdated,
    responses=errors(
        PermissionDenied,
        ScorecardNotFound,
        ValidationFailed,
        ScorecardDeleted,
        InvalidTransition,
        GoldenGateFailed,
        StaleObject,
    ),
)
async def update_scorecard(
    session: Writes,
    actor: Manager,
    scorecard: ToWrite,
    body: Annotated[dict[str, Any], Body(), DocumentedAs(ScorecardUpdate)],
    unmodified_since: UnmodifiedSince = None,
) -> Response:
    """Change a scorecard.

    Changed content goes to the newest revision: an active one gets a successor (or, with `createNewRevision` false, is
    overwritten), a draft is overwritten, a retired one gets a draft as successor. `message` tells when the answer shows
    another row than the one that was named. `state` alone moves the row itself; `active` on an older retired revision
    makes a new one with its content. `deleted` deletes the whole family and needs `qualityDeleteScorecard`.
    """
    done = await service.update_scorecard(
        session,
        actor,
        scorecard_id=scorecard.id,
        base_id=scorecard.base_id,
        body=body,
        unmodified_since=unmodified_since,
    )
    note_ignored(done.ignored)
    shown = await service.read_scorecard(session, actor, done.scorecard_id)
    gate = done.gate
    told = None
    if gate is not None:
        told = {"goldenSetId": gate.golden_set_id, "goldenSetName": gate.golden_set_name, "runId": gate.run_id}
    return json_answer({"scorecard": shown, "message": done.message, "goldenGate": told})


@router.delete(
    "/{id}",
    operation_id="deleteQualityScorecard",
    response_model=Succeeded,
    responses=errors(PermissionDenied, ScorecardNotFound, ScorecardActive),
)
async def delete_scorecard(
    session: Writes, scorecard: ToWrite, actor: MayDelete, scope: Scope = "family"
) -> dict[str, bool]:
    """Delete a scorecard with all revisions, or one revision. Nothing is lost; assessments stay readable."""
    await service.delete_scorecard(session, actor, scorecard.id, scope=scope)
    return {"success": True}


@router.post(
    "/{id}/clone",
    operation_id="cloneQualityScorecard",
    response_model=ScorecardCreated,
    responses=errors(PermissionDenied, ScorecardNotFound, ValidationFailed, ScorecardDeleted),
)
async def clone_scorecard(
    session: Writes,
    actor: Manager,
    scorecard: ToWrite,
    body: Annotated[dict[str, Any] | None, Body(), DocumentedAs(ScorecardClone)] = None,
) -> dict[str, int]:
    """Copy one revision into a family of its own."""
    created = await service.clone_scorecard(session, actor, scorecard.id, body or {})
    note_ignored(created.ignored)
    return {"id": created.scorecard_id, "baseId": created.base_id}


@router.post(
    "/lint",
    operation_id="lintQualityScorecardBody",
    response_model=LintReport,
    responses=errors(PermissionDenied, ValidationFailed),
)
async def lint_body(
    context: Context,
    actor: Manager,
    language: Language,
    body: Annotated[dict[str, Any], Body(), DocumentedAs(ScorecardCreate)],
    suggest: Suggest = True,
) -> Response:
    """Say what is weak about a scorecard that is not stored; the body is that of `POST /quality/scorecard`.

    Findings are advice: structure, joined demands, what cannot be observed, scales without anchors, overlaps,
    knock-outs. None of them keeps a scorecard from being activated. When a language model is configured, one call asks
    it for other wordings; nothing of it is stored.
    """
    content, ignored = content_of_body(body)
    note_ignored(ignored)
    return await _lint(context, content, language, suggest=suggest)


@router.get(
    "/{id}/lint",
    operation_id="lintQualityScorecard",
    response_model=LintReport,
    responses=errors(PermissionDenied, ScorecardNotFound),
)
async def lint_scorecard(
    context: Context, actor: Manager, content: ToLint, language: Language, suggest: Suggest = True
) -> Response:
    """Say what is weak about a revision, in the same form."""
    return await _lint(context, content, language, suggest=suggest)


async def _lint(context: AppContext, content: Content, language: str, *, suggest: bool) -> Response:
    outside = outside_of(context.config, context.ports)
    seconds = context.config.llm_timeout_seconds
    report = await lint_content(content, language, outside, suggest=suggest, timeout_seconds=seconds)
    return json_answer(report_json(report))
