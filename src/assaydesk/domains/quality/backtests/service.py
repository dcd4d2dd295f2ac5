"""Backtests: starting, reading, listing and cancelling them (quality.md 12)."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement

from assaydesk.domains.quality.backtests import repository
from assaydesk.domains.quality.backtests.compare import by_criterion, diff_of, is_changed, is_not_applicable, summarize
from assaydesk.domains.quality.backtests.errors import BacktestNotFound
from assaydesk.domains.quality.backtests.events import BacktestQueued
from assaydesk.domains.quality.backtests.models import Backtest
from assaydesk.domains.quality.backtests.passages import messages_in, quote
from assaydesk.domains.quality.backtests.schemas import BacktestCreate
from assaydesk.domains.quality.backtests.selection import conditions_of
from assaydesk.domains.quality.backtests.types import OPEN, CompareWith, State
from assaydesk.domains.quality.scorecards.codec import content_from_json, content_hash, content_to_json
from assaydesk.domains.quality.scorecards.criteria import Highest
from assaydesk.domains.quality.scorecards.errors import ScorecardDeleted, ScorecardNotFound, refuse
from assaydesk.domains.quality.scorecards.events import RULE_VALIDATORS
from assaydesk.domains.quality.scorecards.models import ScorecardFamily
from assaydesk.domains.quality.scorecards.service import get_revision
from assaydesk.domains.quality.scorecards.types import Content, Revision, ScorecardState
from assaydesk.domains.quality.scorecards.validation import read_body
from assaydesk.domains.settings.service import InstanceSettings, get_settings
from assaydesk.kit.clock import iso, iso_or_none, milliseconds, utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import Busy, FieldError, UnknownReference, ValidationFailed
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission

MOST_OPEN: Final = 3
"""Backtests of one caller that may be unfinished at the same time."""
AT_ONCE: Final = 5
"""So many pieces of work are judged while the caller waits."""
USUAL_SAMPLE: Final = 100


@dataclass(frozen=True, slots=True)
class Prepared:
    """A checked request: what is tried on what, beside what."""

    revision: Revision
    content: Content
    compared: Content | None
    sample: repository.Sample
    settings: InstanceSettings


async def find_revision(session: ReadSession, actor: Actor, scorecard_id: int) -> Revision:
    """A revision that can be tried. Raises `ScorecardNotFound`, and for those who manage them `ScorecardDeleted`."""
    found = await get_revision(session, scorecard_id)
    if found is None:
        raise ScorecardNotFound(scorecard_id)
    if found.state is ScorecardState.DELETED:
        if actor.has(Permission.QUALITY_MANAGE_SCORECARDS):
            raise ScorecardDeleted(scorecard_id)
        raise ScorecardNotFound(scorecard_id)
    return found


async def prepare(session: ReadSession, actor: Actor, scorecard_id: int, body: BacktestCreate) -> Prepared:
    """Check a request and draw its sample. Raises as `find_revision`, `ValidationFailed`, `UnknownReference`."""
    revision = await find_revision(session, actor, scorecard_id)
    settings = await get_settings(session)
    content = await _content(session, revision, body)
    compared = await _compared(session, body)
    conditions: list[ColumnElement[bool]] = await conditions_of(session, revision, content, body, settings.zone)
    size = body.sample_size or len(body.filters.worklog_ids) or USUAL_SAMPLE
    sample = await repository.draw(session, actor, conditions, seed=body.seed, size=size)
    return Prepared(revision, content, compared, sample, settings)


async def create_backtest(session: WriteSession, actor: Actor, prepared: Prepared, body: BacktestCreate) -> Backtest:
    """Store a backtest. A small one is for the caller to run, any other one is queued; without work it is done.

    Raises `Busy`.
    """
    if await repository.count_open(session, actor.user_id) >= MOST_OPEN:
        raise Busy(f"{MOST_OPEN} of your backtests are running. Wait for one, or cancel one.", retry_after_seconds=30)
    now = utc_now()
    sample, revision = prepared.sample, prepared.revision
    nothing = not sample.rows
    row = Backtest(
        scorecard_id=revision.scorecard_id,
        scorecard_base_id=revision.base_id,
        state=State.DONE if nothing else State.QUEUED,
        compare_with=body.compare_with,
        compare_scorecard_id=body.compare_scorecard_id if prepared.compared is not None else None,
        body=content_to_json(prepared.content),
        content_hash=content_hash(prepared.content),
        compare_body=None if prepared.compared is None else content_to_json(prepared.compared),
        request=_request(body),
        max_cost=body.max_cost,
        candidates=sample.candidates,
        excluded=sample.excluded,
        sampled=len(sample.rows),
        summary=summarize([]) if nothing else None,
        created_by=actor.user_id,
        created_at=now,
        finished_at=now if nothing else None,
    )
    found = await repository.assessments_of(session, revision.base_id, [one.id for one in sample.rows])
    await repository.add(session, row, sample, found)
    await write_audit(
        session, actor, "backtest:create", "backtest", [Change(row.id, "scorecardId", None, revision.scorecard_id)]
    )
    if len(sample.rows) > AT_ONCE:
        await publish(session, BacktestQueued(row.id))
    return row


async def find_backtest(session: ReadSession, actor: Actor, backtest_id: int, *, lock: bool = False) -> Backtest:
    """A backtest of the caller, or any for those who manage scorecards. Raises `BacktestNotFound`."""
    get = repository.lock if lock else repository.get
    row = await get(session, backtest_id)  # type: ignore[arg-type]
    if row is None or not _may_read(actor, row):
        raise BacktestNotFound(backtest_id)
    return row


async def read_backtest(
    session: ReadSession,
    actor: Actor,
    row: Backtest,
    *,
    limit: int,
    offset: int,
    only_changed: bool,
    all_criteria: bool = False,
) -> dict[str, Any]:
    """The whole of it. Means and differences are those of the work that the caller may see."""
    items = await repository.items(session, row.id, actor)
    head = (await _heads(session, actor, [row]))[0]
    content = content_from_json(row.body)

    def shape() -> dict[str, Any]:
        rows = [item for item in items if item.after is not None and not is_not_applicable(item.after)]
        shown = [item for item in rows if not only_changed or is_changed(item)]
        return {
            **head,
            "summary": None if row.state in OPEN else {**_counts(row), **summarize(items)},
            "criteria": by_criterion(items, content),
            "diffs": [diff_of(item, every=all_criteria) for item in shown[offset : offset + limit]],
            "total": len(shown),
            "limit": limit,
            "offset": offset,
        }

    found = await asyncio.to_thread(shape)
    quote(found["diffs"], await repository.texts(session, messages_in(found["diffs"])))
    return found


async def list_backtests(
    session: ReadSession, actor: Actor, *, scorecard_id: int | None, limit: int, offset: int
) -> dict[str, Any]:
    """The caller's, or everybody's for those who manage scorecards; newest first, without diffs."""
    everybody = actor.has(Permission.QUALITY_MANAGE_SCORECARDS)
    rows, total = await repository.page(
        session, created_by=None if everybody else actor.id, scorecard_id=scorecard_id, limit=limit, offset=offset
    )
    return {"backtests": await _heads(session, actor, rows), "total": total, "limit": limit, "offset": offset}


async def cancel_backtest(session: WriteSession, actor: Actor, row: Backtest) -> None:
    """Hide it; when it is running, it ends with the judgement under way."""
    before, now = row.state, utc_now()
    if row.state in OPEN:
        row.state, row.finished_at, row.claim = State.CANCELLED, now, None
    row.deleted_at = now
    await write_audit(session, actor, "backtest:delete", "backtest", [Change(row.id, "state", before, row.state)])


async def latest_of(session: ReadSession, actor: Actor, hashes: Collection[str]) -> dict[str, Any]:
    """By content hash: `id`, `state` and `summary` of the newest finished backtest that the caller may read."""
    if not actor.has(Permission.QUALITY_RUN_BACKTEST, Permission.QUALITY_MANAGE_SCORECARDS):
        return {}
    rows = {
        key: row for key, row in (await repository.latest_by_hash(session, hashes)).items() if _may_read(actor, row)
    }
    heads = {head["id"]: head for head in await _heads(session, actor, list(rows.values()))}
    return {
        key: {
            "id": row.id,
            "state": row.state,
            "finishedAt": heads[row.id]["finishedAt"],
            "summary": heads[row.id]["summary"],
        }
        for key, row in rows.items()
    }


async def _heads(session: ReadSession, actor: Actor, rows: Collection[Backtest]) -> list[dict[str, Any]]:
    """What lists show. The summary is left out when it covers work that the caller may not see."""
    numbers = [row.id for row in rows]
    done = await repository.progress(session, numbers)
    hidden = await repository.hidden_items(session, actor, numbers)
    return [_head(row, done.get(row.id, 0), with_summary=row.id not in hidden) for row in rows]


def _head(row: Backtest, done: int, *, with_summary: bool) -> dict[str, Any]:
    ended = row.finished_at
    return {
        "id": row.id,
        "state": row.state,
        "scorecardId": row.scorecard_id,
        "contentHash": row.content_hash,
        "compareWith": row.compare_with,
        "compareScorecardId": row.compare_scorecard_id,
        "request": row.request,
        "createdBy": row.created_by,
        "createdAt": iso(row.created_at),
        "finishedAt": iso_or_none(ended),
        "durationMs": None if ended is None else milliseconds(ended - (row.started_at or row.created_at)),
        "progress": {"done": done, "total": row.sampled},
        "errorMessage": row.error,
        "summary": {**_counts(row), **row.summary} if row.summary is not None and with_summary else None,
    }


def _counts(row: Backtest) -> dict[str, int]:
    return {"candidates": row.candidates, "excludedByPermission": row.excluded, "sampled": row.sampled}


def _may_read(actor: Actor, row: Backtest) -> bool:
    return row.created_by == actor.id or actor.has(Permission.QUALITY_MANAGE_SCORECARDS)


def _request(body: BacktestCreate) -> dict[str, Any]:
    """What was asked for, without the content, which is kept by itself."""
    sent: Mapping[str, Any] = body.model_dump(mode="json", by_alias=True, exclude={"categories", "estimate_only"})
    known = {field.alias or name for name, field in type(body).model_fields.items()}
    return {key: value for key, value in sent.items() if key in known and value is not None}


async def _content(session: ReadSession, revision: Revision, body: BacktestCreate) -> Content:
    if body.categories is None:
        return revision.content
    family = await session.get(ScorecardFamily, revision.base_id)
    assert family is not None
    highest = Highest(category=family.highest_category_id, criterion=family.highest_criterion_id)
    read = read_body({"categories": body.categories}, rules=RULE_VALIDATORS, highest=highest)
    refuse((*read.faults, *read.incomplete))
    return replace(revision.content, categories=read.change.categories or ())


async def _compared(session: ReadSession, body: BacktestCreate) -> Content | None:
    if CompareWith(body.compare_with) is not CompareWith.REVISION:
        return None
    number = body.compare_scorecard_id
    if number is None:
        message = "Name the revision to compare with."
        raise ValidationFailed([FieldError("compareScorecardId", "required", message)])
    found = await get_revision(session, number)
    if found is None or found.state is ScorecardState.DELETED:
        message = f"Scorecard {number} does not exist."
        raise UnknownReference(message, field="compareScorecardId", value=number)
    return found.content
