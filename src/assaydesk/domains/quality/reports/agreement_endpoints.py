"""The agreement report (quality.md 16), and the answers behind each of its figures."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from assaydesk.domains.quality.assessments.service import viewer_of
from assaydesk.domains.quality.reports import agreement
from assaydesk.domains.quality.reports.agreement_deps import Reporter, asked_of
from assaydesk.domains.quality.reports.agreement_schemas import (
    AgreementQuery,
    AgreementReport,
    PairPage,
    PairQuery,
)
from assaydesk.platform.errors import FieldError, PermissionDenied, UnknownReference, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Context

router = Router("quality", prefix="/api/mind")
PATH = "/quality/report/agreement"


@router.get(
    PATH,
    operation_id="getAgreementReport",
    response_model=AgreementReport,
    responses=errors(PermissionDenied, ValidationFailed, UnknownReference),
)
async def get_agreement(context: Context, actor: Reporter, query: Annotated[AgreementQuery, Query()]) -> Response:
    """How far the AI and people agree, per criterion or by reviewer, model, prompt version or month.

    Only finished reviews that the caller may see count. A criterion counts when the AI answered it and a person set or
    confirmed it; what was left untouched is no independent opinion and counts only with `includeImplicit`. What a rule
    decides never counts. Each figure has its number of answers in `nOf` and its interval in `ci95`; `baselines` say
    what one reaches without reading a word; `humanCeiling` says how far people agree among themselves.
    """
    async with context.database.read() as session:
        viewer = await viewer_of(session, actor)
        asked = await asked_of(session, viewer, query)
        material = await agreement.collect_material(session, viewer, asked)
    return json_answer(await agreement.agreement_report(material, asked))


@router.get(
    PATH + "/pair",
    operation_id="listAgreementPairs",
    response_model=PairPage,
    responses=errors(PermissionDenied, ValidationFailed, UnknownReference),
)
async def list_pairs(context: Context, actor: Reporter, query: Annotated[PairQuery, Query()]) -> Response:
    """The answers behind a figure of the agreement report, newest first.

    The filters are those of the report. `key` names a group, `criterionId` one criterion in it, `human` and `ai` a row,
    a column or a cell of its confusion matrix; `kind` `abstention` lists what the AI left to a person.
    """
    async with context.database.read() as session:
        viewer = await viewer_of(session, actor)
        asked = await asked_of(session, viewer, query)
        material = await agreement.collect_material(session, viewer, asked)
    found = await agreement.pairs_behind(
        material,
        asked,
        key=query.key,
        criterion_id=query.criterion_id,
        kind=query.kind,
        human=query.human,
        ai=query.ai,
        limit=query.limit,
        offset=query.offset,
    )
    if found is None:
        message = "The report has no such group, row or column with these filters."
        raise ValidationFailed([FieldError("key" if query.human is query.ai is None else "human", "unknown", message)])
    return json_answer(found)
