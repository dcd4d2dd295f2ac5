"""Scorecards with a live coach, and a look at every table."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import text

from assaydesk.domains.quality.scorecards.models import Scorecard
from assaydesk.domains.quality.scorecards.types import Category, LiveCoach
from assaydesk.platform.db.session import ReadSession, WriteSession
from tests.factories.scorecards import content, make_scorecard


async def make_coach(
    session: WriteSession,
    categories: Sequence[Category],
    *,
    threshold: float = 80.0,
    enabled: bool = True,
    name: str = "Coach",
    scorecard_id: int | None = None,
    state: str = "active",
    **assignment: Any,
) -> Scorecard:
    """A scorecard that is active for drafts, unless told otherwise."""
    said = replace(content(categories, name, **assignment), live_coach=LiveCoach(enabled, threshold))
    return await make_scorecard(session, said, state=state, scorecard_id=scorecard_id)


async def rows_by_table(session: ReadSession) -> dict[str, int]:
    """How many rows each table has."""
    names = await session.scalars(text("select tablename from pg_tables where schemaname = 'public'"))
    return {name: await session.scalar(text(f'select count(*) from "{name}"')) or 0 for name in names.all()}
