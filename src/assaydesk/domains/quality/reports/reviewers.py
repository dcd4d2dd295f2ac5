"""The report on reviewers: how strict, how fast, how often they change what the AI said, how appeals ended."""

import asyncio
from collections import defaultdict
from dataclasses import replace
from typing import Any, Final

from assaydesk.domains.quality.assessments.service import Viewer
from assaydesk.domains.quality.reports import reviewers_queries
from assaydesk.domains.quality.reports.agreement import CONFIDENCE, collect_material, head_of
from assaydesk.domains.quality.reports.agreement_queries import names_of
from assaydesk.domains.quality.reports.agreement_types import Asked
from assaydesk.domains.quality.reports.reviewers_types import ReviewerMaterial
from assaydesk.domains.quality.scorecards.service import load_content
from assaydesk.platform.db.session import ReadSession, assert_no_open_session

_OUTCOMES: Final = {"accepted": "lost", "partiallyAccepted": "partlyLost", "rejected": "won"}


async def collect_reviewers(session: ReadSession, viewer: Viewer, asked: Asked) -> ReviewerMaterial:
    """All that the report needs, in a fixed number of statements."""
    pairs = await collect_material(session, viewer, replace(asked, include_implicit=True, blind_only=False))
    reviews = await reviewers_queries.review_counts(session, viewer, asked)
    seconds: dict[int, list[float]] = defaultdict(list)
    for row in await reviewers_queries.durations(session, viewer, asked):
        seconds[row.reviewer].append(float(row.seconds))
    appeals: dict[int, dict[str, int]] = {}
    for row in await reviewers_queries.appeal_counts(session, viewer, asked):
        counts = appeals.setdefault(row.reviewer, {"decided": 0, "lost": 0, "partlyLost": 0, "won": 0, "open": 0})
        if row.state in _OUTCOMES:
            counts[_OUTCOMES[row.state]] += row.number
            counts["decided"] += row.number
        elif row.state != "withdrawn":
            counts["open"] += row.number
    sheets = await reviewers_queries.shared_sheets(session, viewer, asked)
    contents = await load_content(session, {sheet.content_id for sheet in sheets})
    people = set(reviews) | {sheet.reviewer for sheet in sheets} | set(pairs.people)
    return ReviewerMaterial(
        pairs=pairs,
        reviews=reviews,
        seconds=seconds,
        appeals=appeals,
        sheets=sheets,
        maxima={
            (number, criterion.id): float(criterion.max_points)
            for number, content in contents.items()
            for _, criterion in content.criteria
        },
        people=await names_of(session, sorted(people)),
    )


async def reviewers_report(material: ReviewerMaterial, asked: Asked) -> dict[str, Any]:
    """The report, without the database."""
    assert_no_open_session("the report on reviewers")
    return await asyncio.to_thread(_report, material, asked)


def _report(material: ReviewerMaterial, asked: Asked) -> dict[str, Any]:
    # Loaded with the first report: a server that never reports does without numpy.
    from assaydesk.domains.quality.reports.agreement_table import table_of
    from assaydesk.domains.quality.reports.reviewers_figures import reviewers_of

    head = head_of(asked)
    return {
        **{name: head[name] for name in ("scorecardBaseId", "scorecardId", "from", "to")},
        "minN": asked.min_n,
        "confidence": CONFIDENCE,
        "reviewers": reviewers_of(table_of(material.pairs), material, min_n=asked.min_n),
    }
