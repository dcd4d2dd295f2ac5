"""Trust: how far the judges of a scorecard can be relied on, and what was learned from people."""

from starlette.responses import JSONResponse, Response

from assaydesk.domains.quality.learning import service
from assaydesk.domains.quality.learning.deps import Manager, Reader, ToRead, ToWrite
from assaydesk.domains.quality.learning.schemas import TrainingQueued, TrustRead, TrustUpdate
from assaydesk.domains.quality.scorecards.errors import ScorecardNotFound
from assaydesk.platform.errors import PermissionDenied, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.schema import Done

router = Router("quality", prefix="/api/mind/quality/scorecard")


@router.get(
    "/{id}/trust",
    operation_id="getQualityScorecardTrust",
    response_model=TrustRead,
    responses=errors(PermissionDenied, ScorecardNotFound),
)
async def get_trust(session: Reads, actor: Reader, scorecard: ToRead) -> Response:
    """How far the judges of this scorecard can be trusted.

    By criterion: the verified answers there are and how many are missing before the built-in judge learns; the learned
    head; for each judge how often people agreed with it, the threshold that follows from the target, and how much of
    the work it answers at which agreement. `gate`: `criterion` its own `confidenceThreshold` holds, `target` the
    threshold was derived, `closed` no threshold reaches the target, `setting` too few answers, so
    `qualityAbstainThreshold` holds. Figures rest on finished reviews of
    the whole family, deleted assessments left out. `reviewers`: who scores
    higher or lower than the others, beside the judge, with an interval.
    """
    return json_answer(await service.show_trust(session, scorecard))


@router.patch(
    "/{id}/trust",
    operation_id="updateQualityScorecardTrust",
    response_model=TrustRead,
    responses=errors(PermissionDenied, ScorecardNotFound, ValidationFailed),
)
async def update_trust(session: Writes, actor: Manager, scorecard: ToWrite, body: TrustUpdate) -> Response:
    """Set the target agreement of the family; null follows `qualityTargetAgreement`. Thresholds follow at once."""
    await service.change_trust(session, actor, scorecard, body)
    return json_answer(await service.show_trust(session, scorecard))


@router.post(
    "/{id}/trust/train",
    operation_id="trainQualityScorecardTrust",
    status_code=202,
    response_model=TrainingQueued,
    responses=errors(PermissionDenied, ScorecardNotFound),
)
async def train(session: Writes, actor: Manager, scorecard: ToWrite) -> JSONResponse:
    """Learn now from what people verified, without waiting for the night. One waiting call is enough."""
    await service.want_learning(session, scorecard.base_id)
    return JSONResponse({"success": True, "state": "queued"}, 202)


@router.delete(
    "/{id}/trust",
    operation_id="forgetQualityScorecardTrust",
    response_model=Done,
    responses=errors(PermissionDenied, ScorecardNotFound),
)
async def forget(session: Writes, actor: Manager, scorecard: ToWrite) -> dict[str, bool]:
    """Forget all that was learned of this family: heads, curves, versions and vectors.

    It stays forgotten: answers that people gave before do not teach again; new ones do. The target stays.
    """
    await service.forget_trust(session, actor, scorecard)
    return {"success": True}
