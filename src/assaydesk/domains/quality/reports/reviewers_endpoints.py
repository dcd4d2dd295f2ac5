"""The report on reviewers."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from assaydesk.domains.quality.assessments.service import viewer_of
from assaydesk.domains.quality.reports import reviewers
from assaydesk.domains.quality.reports.agreement_deps import Reporter, asked_of
from assaydesk.domains.quality.reports.agreement_schemas import AgreementQuery
from assaydesk.domains.quality.reports.reviewers_schemas import ReviewersQuery, ReviewersReport
from assaydesk.platform.errors import PermissionDenied, UnknownReference, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Context

router = Router("quality", prefix="/api/mind")


@router.get(
    "/quality/report/reviewers",
    operation_id="getReviewersReport",
    response_model=ReviewersReport,
    responses=errors(PermissionDenied, ValidationFailed, UnknownReference),
)
async def get_reviewers(context: Context, actor: Reporter, query: Annotated[ReviewersQuery, Query()]) -> Response:
    """How the reviewers of a scorecard compare: severity, time, changes, agreement with the AI, appeals.

    Severity is an offset in shares of the maximum with its interval, against the AI and against other people where
    several answered the same work. People touch what they disagree with, so the difference to the AI is exact only for
    blind reviews; without them `warnings` has `onlySeenAnswers`. Only finished reviews that the caller may see count.
    """
    async with context.database.read() as session:
        viewer = await viewer_of(session, actor)
        asked = await asked_of(session, viewer, AgreementQuery(**query.model_dump(by_alias=True)))
        material = await reviewers.collect_reviewers(session, viewer, asked)
    return json_answer(await reviewers.reviewers_report(material, asked))
