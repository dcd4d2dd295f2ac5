"""The agreement report: how far people and the judge say the same, and what stands behind each figure.

Reading and computing are apart: the rows are read in one short session, the figures are computed in a thread when it is
closed.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from assaydesk.domains.quality.assessments.pairs import NOT_APPLICABLE, Compared, Subject
from assaydesk.domains.quality.assessments.service import Viewer
from assaydesk.domains.quality.reports import agreement_queries
from assaydesk.domains.quality.reports.agreement_sources import ceiling_sheets, pairs_of_source
from assaydesk.domains.quality.reports.agreement_types import Asked, Material, PairKind, Shape, Source
from assaydesk.domains.quality.scorecards.service import load_content
from assaydesk.kit.clock import iso_or_none
from assaydesk.kit.numbers import plain
from assaydesk.platform.db.session import ReadSession, assert_no_open_session

if TYPE_CHECKING:
    from assaydesk.domains.quality.reports.agreement_table import Mask, Table

CONFIDENCE: Final = 0.95


async def collect_material(session: ReadSession, viewer: Viewer, asked: Asked) -> Material:
    """What was asked for, read in a fixed number of statements."""
    if asked.source is Source.REVIEW:
        subjects, compared = await agreement_queries.review_pairs(session, viewer, asked)
    else:
        subjects, compared = await pairs_of_source(session, viewer, asked)
    shapes = await shapes_of(session, subjects)
    sheets = await ceiling_sheets(session, viewer, asked.base_id)
    people = {one.reviewer for one in compared if one.reviewer is not None}
    zone = viewer.settings.zone
    return Material(
        subjects={subject.key: subject for subject in subjects},
        compared=compared,
        shapes=shapes,
        people=await agreement_queries.names_of(session, sorted(people)),
        sheets=sheets,
        months={one.key: one.at.astimezone(zone).strftime("%Y-%m") for one in subjects if one.at is not None},
    )


async def families_of(session: ReadSession, scorecard_id: int | None) -> list[tuple[int, str]]:
    """Number and newest name of each scorecard, or of that of one revision; by name."""
    return await agreement_queries.families(session, scorecard_id)


async def shapes_of(session: ReadSession, subjects: Sequence[Subject]) -> dict[tuple[int, int], Shape]:
    """The criteria that the judge is given, by content and id; what a rule decides is not among them."""
    contents = await load_content(session, {subject.content_id for subject in subjects})
    return {
        (number, criterion.id): Shape(
            criterion.id, criterion.label, criterion.scoring_type, float(criterion.max_points), position
        )
        for number, content in contents.items()
        for position, (_, criterion) in enumerate(content.criteria)
        if criterion.auto_generate_by_ai and criterion.rule is None
    }


async def agreement_report(material: Material, asked: Asked) -> dict[str, Any]:
    """The report, without the database."""
    assert_no_open_session("the agreement report")
    return await asyncio.to_thread(_report, material, asked)


async def pairs_behind(
    material: Material,
    asked: Asked,
    *,
    key: str | None,
    criterion_id: int | None,
    kind: PairKind,
    human: str | None,
    ai: str | None,
    limit: int,
    offset: int,
) -> dict[str, Any] | None:
    """One page of what stands behind a figure; None when the report has no such group or cell."""
    assert_no_open_session("the agreement report")
    return await asyncio.to_thread(_pairs, material, asked, key, criterion_id, kind, human, ai, limit, offset)


def head_of(asked: Asked) -> dict[str, Any]:
    return {
        "scorecardBaseId": asked.base_id,
        "scorecardId": asked.scorecard_id,
        "from": iso_or_none(asked.since),
        "to": iso_or_none(asked.until),
        "source": asked.source,
        "groupBy": asked.group_by,
    }


def _report(material: Material, asked: Asked) -> dict[str, Any]:
    # Loaded with the first report: a server that never reports does without numpy.
    from assaydesk.domains.quality.reports.agreement_figures import report_of
    from assaydesk.domains.quality.reports.agreement_table import table_of
    from assaydesk.kit.agreement import RESAMPLES

    found = report_of(table_of(material), asked.group_by, min_n=asked.min_n)
    return {
        **head_of(asked),
        "blindOnly": asked.blind_only,
        "includeImplicit": asked.include_implicit,
        "minN": asked.min_n,
        "confidence": CONFIDENCE,
        "resamples": RESAMPLES,
        "groups": found.groups,
        "overall": found.overall,
    }


def _pairs(
    material: Material,
    asked: Asked,
    key: str | None,
    criterion_id: int | None,
    kind: PairKind,
    human: str | None,
    ai: str | None,
    limit: int,
    offset: int,
) -> dict[str, Any] | None:
    import numpy as np

    from assaydesk.domains.quality.reports.agreement_table import Group, chosen_rows, groups_of, table_of

    table = table_of(material)
    group = Group(None, "", np.ones(len(table.subject), dtype=bool))
    if key is not None:
        named = [one for one in groups_of(table, asked.group_by) if str(one.key or "") == key]
        if not named:
            return None
        group = named[0]
    if criterion_id is not None:
        group = group._replace(rows=group.rows & (table.criterion == criterion_id))
    rows = chosen_rows(table, group, kind, human=human, ai=ai)
    if rows is None:
        return None
    found = _newest_first(table, rows)
    return {
        **head_of(asked),
        "pairs": [_pair(table, int(row)) for row in found[offset : offset + limit]],
        "total": len(found),
        "limit": limit,
        "offset": offset,
    }


def _newest_first(table: "Table", rows: "Mask") -> list[int]:
    subjects = table.material.subjects

    def order(row: int) -> tuple[float, int, int]:
        subject = subjects[table.keys[table.subject[row]]]
        at = subject.at.timestamp() if subject.at else 0.0
        return -at, -subject.key, table.shapes[table.shape[row]].position

    return sorted((int(row) for row in rows.nonzero()[0]), key=order)


def _pair(table: "Table", row: int) -> dict[str, Any]:
    subject = table.material.subjects[table.keys[table.subject[row]]]
    shape = table.shapes[table.shape[row]]
    reviewer = int(table.reviewer[row]) or None
    return {
        "assessmentId": subject.assessment_id,
        "sessionId": subject.session_id,
        "ticketId": subject.ticket_id,
        "worklogId": subject.worklog_id,
        "runId": subject.run_id,
        "criterionId": shape.criterion_id,
        "label": shape.label,
        "scoringType": shape.scoring_type,
        "maxPoints": plain(shape.max_points),
        "ai": _answer(table.ai[row]),
        "human": _answer(table.human[row]),
        "explicit": bool(table.explicit[row]),
        "reviewer": None if reviewer is None else {"id": reviewer, "name": table.material.people.get(reviewer, "")},
        "model": subject.model,
        "promptVersion": subject.prompt_version,
        "date": iso_or_none(subject.at),
    }


def _answer(value: float) -> Mapping[str, Any] | None:
    if value != value:
        return None
    if value == NOT_APPLICABLE:
        return {"score": None, "applicable": False}
    return {"score": plain(float(value)), "applicable": True}


__all__ = ["Compared", "agreement_report", "collect_material", "families_of", "pairs_behind", "shapes_of"]
