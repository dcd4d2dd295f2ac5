"""Fairness probes: does the judge score the same work otherwise when only the people in it change?"""

from starlette.responses import Response

from assaydesk.domains.quality.fairness import service
from assaydesk.domains.quality.fairness.deps import Tester, ToRead
from assaydesk.domains.quality.fairness.errors import FairnessProbeNotFound
from assaydesk.domains.quality.fairness.schemas import FairnessCreate, FairnessPage, FairnessRead, ProbeQueued
from assaydesk.platform.errors import PermissionDenied, UnknownReference, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.paging import Paging

router = Router("quality", prefix="/api/mind")
PATH = "/quality/fairness"


@router.post(
    PATH,
    operation_id="createFairnessProbe",
    status_code=202,
    response_model=ProbeQueued,
    responses=errors(PermissionDenied, ValidationFailed, UnknownReference),
)
async def create_fairness_probe(session: Writes, actor: Tester, body: FairnessCreate) -> Response:
    """Judge past work again with other names, gender, dialect or formality, in the background.

    Each piece of work is judged as it is, once more as it is (what moves then is noise), and in every variant that
    differs from it. No score is kept, only how often and how far answers moved. Work that the caller may not see is
    left out and counted.
    """
    probe = await service.create_probe(session, actor, body)
    return json_answer({"success": True, "id": probe.id, "state": probe.state}, status=202)


@router.get(
    PATH,
    operation_id="listFairnessProbes",
    response_model=FairnessPage,
    responses=errors(PermissionDenied, ValidationFailed),
)
async def list_fairness_probes(session: Reads, actor: Tester, page: Paging) -> Response:
    """List one's own probes, the newest first; those who manage scorecards see all."""
    return json_answer(await service.list_probes(session, actor, page))


@router.get(
    PATH + "/{id}",
    operation_id="getFairnessProbe",
    response_model=FairnessRead,
    responses=errors(PermissionDenied, FairnessProbeNotFound, ValidationFailed),
)
async def get_fairness_probe(actor: Tester, probe: ToRead) -> Response:
    """One probe: for each kind of change and each criterion the flips and shifts, with intervals, beside the noise."""
    return json_answer(service.probe_json(probe))
