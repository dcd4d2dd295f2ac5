"""Every query over scorecards. Reading needs no right; whether deleted rows are shown is decided by the service."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Row, Select, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import insert

from assaydesk.domains.quality.scorecards.codec import content_hash, content_to_json, json_hash
from assaydesk.domains.quality.scorecards.models import Scorecard, ScorecardContent, ScorecardFamily
from assaydesk.domains.quality.scorecards.types import Content, ScorecardState
from assaydesk.domains.tags.models import Tag
from assaydesk.domains.teams.models import Team
from assaydesk.platform.db.session import ReadSession, WriteSession


class Stored(NamedTuple):
    """A revision as it is stored. `body` is the JSON form of its content, without `categories` in a summary."""

    row: Scorecard
    body: dict[str, Any]
    category_count: int
    content_hash: str
    activated_at: datetime | None


class KnownIds(NamedTuple):
    tags: frozenset[int]
    teams: frozenset[int]


def _stored(*, full: bool = True) -> Select[Any]:
    body = ScorecardContent.body if full else ScorecardContent.body.op("-")("categories")
    return (
        select(
            Scorecard,
            body,
            func.jsonb_array_length(ScorecardContent.body["categories"]),
            ScorecardContent.content_hash,
            ScorecardFamily.activated_at,
        )
        .join(ScorecardContent, ScorecardContent.id == Scorecard.content_id)
        .join(ScorecardFamily, ScorecardFamily.base_id == Scorecard.base_id)
    )


async def get(session: ReadSession, scorecard_id: int) -> Stored | None:
    found = (await session.execute(_stored().where(Scorecard.id == scorecard_id))).one_or_none()
    return None if found is None else Stored(*found)


async def find(
    session: ReadSession,
    *,
    states: Collection[ScorecardState],
    base_id: int | None = None,
    name_contains: str | None = None,
    full: bool = True,
) -> list[Stored]:
    """By family, the newest revision first."""
    query = _stored(full=full).where(Scorecard.state.in_(states))
    if base_id is not None:
        query = query.where(Scorecard.base_id == base_id)
    if name_contains:
        query = query.where(func.lower(Scorecard.name).contains(name_contains.lower(), autoescape=True))
    rows = await session.execute(query.order_by(Scorecard.base_id, Scorecard.revision.desc()))
    return [Stored(*row) for row in rows]


async def lock_family(session: WriteSession, base_id: int) -> ScorecardFamily:
    """Wait for our turn to change a family. Rows that were read before are out of date after this."""
    query = select(ScorecardFamily).where(ScorecardFamily.base_id == base_id).with_for_update()
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one()


async def revisions(session: ReadSession, base_id: int) -> list[Stored]:
    """All rows of a family, the newest first, as they are now."""
    query = _stored().where(Scorecard.base_id == base_id).order_by(Scorecard.revision.desc())
    rows = await session.execute(query.execution_options(populate_existing=True))
    return [Stored(*row) for row in rows]


async def revision_states(session: ReadSession, base_id: int) -> Sequence[Row[int, int, str, datetime]]:
    """`id`, `revision`, `state`, `modified_at` of a family's rows, the newest first."""
    query = select(Scorecard.id, Scorecard.revision, Scorecard.state, Scorecard.modified_at)
    ordered = query.where(Scorecard.base_id == base_id).order_by(Scorecard.revision.desc())
    return (await session.execute(ordered)).all()


async def bodies(session: ReadSession, content_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Contents by id, in their JSON form."""
    if not content_ids:
        return {}
    query = select(ScorecardContent.id, ScorecardContent.body).where(ScorecardContent.id.in_(set(content_ids)))
    return {row.id: row.body for row in await session.execute(query)}


async def store_content(session: WriteSession, content: Content) -> tuple[int, str]:
    """Id and hash of a content row that says exactly this; made when there is none."""
    body, found_hash = content_to_json(content), content_hash(content)
    fingerprint = json_hash(body)
    made = await session.scalar(
        insert(ScorecardContent)
        .values(fingerprint=fingerprint, content_hash=found_hash, body=body)
        .on_conflict_do_nothing(index_elements=[ScorecardContent.fingerprint])
        .returning(ScorecardContent.id)
    )
    if made is not None:
        return made, found_hash
    query = select(ScorecardContent.id).where(ScorecardContent.fingerprint == fingerprint)
    return (await session.execute(query)).scalar_one(), found_hash


async def next_scorecard_id(session: WriteSession) -> int:
    """The id of the next row. A family is named after its first one, so the id is needed before the row."""
    query = select(func.nextval(func.pg_get_serial_sequence("scorecards", "id"), type_=BigInteger))
    return (await session.execute(query)).scalar_one()


async def known_ids(session: ReadSession, tags: Collection[int], teams: Collection[int]) -> KnownIds:
    """Which of these tags and teams exist."""
    if not tags and not teams:
        return KnownIds(frozenset(), frozenset())
    found_tags = select(literal("tag").label("kind"), Tag.id).where(Tag.id.in_(set(tags)), Tag.deleted_at.is_(None))
    found_teams = select(literal("team"), Team.id).where(Team.id.in_(set(teams)), Team.deleted_at.is_(None))
    rows = (await session.execute(union_all(found_tags, found_teams))).all()
    return KnownIds(
        tags=frozenset(number for kind, number in rows if kind == "tag"),
        teams=frozenset(number for kind, number in rows if kind == "team"),
    )
