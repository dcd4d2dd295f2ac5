"""Pairs of the other sources, and the human ceiling: what people say among themselves (quality.md 16)."""

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, false, select, true

from assaydesk.domains.profiles.models import ProfileTeam
from assaydesk.domains.quality.assessments.pairs import Compared, Subject
from assaydesk.domains.quality.assessments.policy import VIEW_ALL, VIEW_TEAM
from assaydesk.domains.quality.assessments.service import Viewer
from assaydesk.domains.quality.calibration import pairs as calibrations
from assaydesk.domains.quality.golden import pairs as golden_sets
from assaydesk.domains.quality.reports.agreement_types import Asked, Sheets, Source
from assaydesk.domains.quality.scorecards.service import load_content
from assaydesk.platform.db.session import ReadSession


def scope_of(viewer: Viewer) -> Any:
    """Whose work counts where no assessment stands behind it: a condition on the column of the assessed person.

    One's own work alone is never enough: what colleagues and the judge said of it is not released to anybody.
    """
    actor = viewer.actor

    def scope(column: Any) -> ColumnElement[bool]:
        if actor.has(*VIEW_ALL):
            return true()
        if not actor.has(*VIEW_TEAM) or not actor.team_ids:
            return false()
        mates = select(ProfileTeam.profile_id).where(ProfileTeam.team_id.in_(sorted(actor.team_ids)))
        found: ColumnElement[bool] = column.in_(mates)
        return found

    return scope


async def pairs_of_source(session: ReadSession, viewer: Viewer, asked: Asked) -> tuple[list[Subject], list[Compared]]:
    """Pairs of closed calibration sessions, or of the newest finished run of each golden set."""
    read = calibrations.pairs_of if asked.source is Source.CALIBRATION else golden_sets.pairs_of
    return await read(
        session,
        scope_of(viewer),
        base_id=asked.base_id,
        scorecard_id=asked.scorecard_id,
        since=asked.since,
        until=asked.until,
    )


async def ceiling_sheets(session: ReadSession, viewer: Viewer, base_id: int) -> dict[int, Sheets]:
    """Criterion id -> the answers of several people to the same work, from closed calibration sessions.

    Sessions in which the criterion had another scale than in the newest one are left out.
    """
    found = await calibrations.sheets_of_closed(session, scope_of(viewer), base_id=base_id)
    contents = await load_content(session, {content for _, content, *_ in found})
    shapes = {
        (number, criterion.id): (criterion.scoring_type, float(criterion.max_points))
        for number, content in contents.items()
        for _, criterion in content.criteria
    }
    newest = {criterion: shapes[content, criterion] for content, criterion in sorted(shapes)}
    answers: dict[int, dict[tuple[int, int], list[float]]] = defaultdict(lambda: defaultdict(list))
    for number, content, worklog, _user, values in found:
        for criterion, value in values.items():
            if value is not None and shapes.get((content, criterion)) == newest.get(criterion):
                answers[criterion][number, worklog].append(value)
    return {
        criterion: Sheets(*newest[criterion], list(by_work.values()))
        for criterion, by_work in answers.items()
        if criterion in newest
    }
