"""Golden sets, the public face (quality.md 18). `runs` judges them, `gate` guards the activation of a revision."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.exc import IntegrityError

from assaydesk.domains.quality.assessments.collect import collect
from assaydesk.domains.quality.assessments.edits import CriterionChange, change_faults
from assaydesk.domains.quality.assessments.errors import AssessmentNotFound
from assaydesk.domains.quality.assessments.service import find_assessment, viewer_of
from assaydesk.domains.quality.golden import repository
from assaydesk.domains.quality.golden.codec import case_hash, case_to_json, label_to_json
from assaydesk.domains.quality.golden.errors import GoldenSetNotFound, ItemExists, ItemNotFound
from assaydesk.domains.quality.golden.gate import check_activation
from assaydesk.domains.quality.golden.models import GoldenItem, GoldenSet
from assaydesk.domains.quality.golden.runs import (
    Setup,
    create_run,
    finish_run,
    list_runs,
    queue_due,
    setup_of,
    show_run,
)
from assaydesk.domains.quality.golden.schemas import GoldenItemCreate, GoldenSetCreate, GoldenSetUpdate, LabelWrite
from assaydesk.domains.quality.golden.types import Label
from assaydesk.domains.quality.golden.views import item_json, set_json, set_with_items
from assaydesk.domains.quality.scorecards.service import get_revision
from assaydesk.domains.quality.scorecards.types import Content
from assaydesk.domains.worklogs.service import WorklogNotFound, find_worklog
from assaydesk.kit.clock import utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, UnknownReference, ValidationFailed
from assaydesk.platform.paging import Page
from assaydesk.platform.security.actor import SYSTEM, Actor
from assaydesk.platform.versions import refuse_stale

__all__ = [  # Those of `runs` and `gate` are slices of this file.
    "Setup", "check_activation", "create_run", "finish_run", "list_runs", "queue_due", "setup_of", "show_run",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Source:
    """Settled answers to be checked: the place of each in the request, and the assessment they come from."""

    changes: Sequence[CriterionChange]
    assessment_id: int | None


async def find_set(session: ReadSession, set_id: int, *, lock: bool = False) -> GoldenSet:
    """Raises `GoldenSetNotFound`."""
    row = await repository.get(session, set_id, lock=lock)
    if row is None:
        raise GoldenSetNotFound(set_id)
    return row


async def list_sets(session: ReadSession, base_id: int | None, page: Page) -> dict[str, Any]:
    rows, total = await repository.page(session, base_id, limit=page.limit, offset=page.offset)
    ids = [row.id for row in rows]
    counts, runs = await repository.item_counts(session, ids), await repository.last_runs(session, ids)
    shown = [set_json(row, counts.get(row.id, 0), runs.get(row.id)) for row in rows]
    return {"goldenSets": shown, "total": total, "limit": page.limit, "offset": page.offset}


async def show_set(session: ReadSession, row: GoldenSet) -> dict[str, Any]:
    """The set with its items and its last run."""
    items = await repository.items_of(session, row.id)
    return set_with_items(row, items, (await repository.last_runs(session, [row.id])).get(row.id))


async def create_set(session: WriteSession, actor: Actor, body: GoldenSetCreate) -> GoldenSet:
    """Raises `UnknownReference` for a family that does not exist."""
    if not await repository.family_exists(session, body.scorecard_base_id):
        message = f"There is no scorecard with the base id {body.scorecard_base_id}."
        raise UnknownReference(message, field="scorecardBaseId", value=body.scorecard_base_id)
    now = utc_now()
    row = GoldenSet(
        name=body.name,
        scorecard_base_id=body.scorecard_base_id,
        description=body.description,
        enabled=True,
        created_by=actor.user_id,
        created_at=now,
        modified_at=now,
        version=1,
    )
    session.add(row)
    await session.flush()
    await write_audit(session, actor, "goldenSet:create", "goldenSet", [Change(row.id, "name", None, row.name)])
    return row


async def update_set(
    session: WriteSession, actor: Actor, row: GoldenSet, body: GoldenSetUpdate, *, unmodified_since: str | None = None
) -> None:
    """Change a locked set. Raises `StaleObject`."""
    refuse_stale(unmodified_since, modified_at=row.modified_at, version=row.version)
    changes = []
    for name in sorted(body.model_fields_set):
        old, new = getattr(row, name), getattr(body, name)
        if old != new:
            setattr(row, name, new)
            changes.append(Change(row.id, name, old, new))
    if changes:
        row.modified_at, row.version = utc_now(), row.version + 1
        await session.flush()
        await write_audit(session, actor, "goldenSet:change", "goldenSet", changes)


async def delete_set(session: WriteSession, actor: Actor, row: GoldenSet) -> None:
    """Hide a set; it is neither run nor asked any more."""
    row.deleted_at = row.modified_at = utc_now()
    await session.flush()
    await write_audit(session, actor, "goldenSet:delete", "goldenSet", [Change(row.id, "deleted", False, True)])


async def add_item(session: WriteSession, actor: Actor, row: GoldenSet, body: GoldenItemCreate) -> dict[str, Any]:
    """Freeze a piece of work with its settled labels.

    Raises `ValidationFailed`, `UnknownReference` (also for what the caller may not see) and `ItemExists`.
    """
    if (body.labels is None) == (body.from_assessment_id is None):
        code = "required" if body.labels is None else "not_allowed"
        raise ValidationFailed([FieldError("labels", code, "Send exactly one of labels and fromAssessmentId.")])
    try:
        work = (await find_worklog(session, actor, body.worklog_id)).worklog
    except WorklogNotFound as failure:
        message = f"Worklog {body.worklog_id} does not exist."
        raise UnknownReference(message, field="worklogId", value=body.worklog_id) from failure
    content = await _content(session, row.scorecard_base_id)
    given = await _from_assessment(session, actor, row, body) if body.labels is None else _sent(body.labels, content)
    labels = _checked(content, given)
    present = await repository.item_of_worklog(session, row.id, body.worklog_id)
    if present is not None:
        raise ItemExists(present)
    snapshot = (await collect(session, [body.worklog_id], now=utc_now()))[body.worklog_id]
    case = case_to_json(snapshot.case)
    item = GoldenItem(
        golden_set_id=row.id,
        worklog_id=body.worklog_id,
        ticket_id=work.ticket_id,
        customer_id=await repository.customer_of(session, work.ticket_id),
        case=case,
        text_hash=case_hash(case),
        labels=[label_to_json(label) for label in labels],
        assessment_id=given.assessment_id,
        created_by=actor.user_id,
        created_at=utc_now(),
    )
    try:
        async with session.begin_nested():
            session.add(item)
    except IntegrityError as failure:
        raise ItemExists(await repository.item_of_worklog(session, row.id, body.worklog_id) or 0) from failure
    await write_audit(session, actor, "goldenSet:item:add", "goldenSet", [Change(row.id, "items", None, item.id)])
    return item_json(item)


async def remove_item(session: WriteSession, actor: Actor, row: GoldenSet, item_id: int) -> None:
    """Take an item out; what earlier runs said of it stays. Raises `ItemNotFound`."""
    item = await repository.item_in(session, row.id, item_id)
    if item is None:
        raise ItemNotFound(item_id)
    item.deleted_at = utc_now()
    await session.flush()
    await write_audit(session, actor, "goldenSet:item:remove", "goldenSet", [Change(row.id, "items", item_id, None)])


async def erase_customer(session: WriteSession, customer_id: str) -> None:
    """Blank the frozen texts of a customer; such items stop counting."""
    blanked = await repository.erase(session, customer_id, utc_now())
    if blanked:
        await write_audit(session, SYSTEM, "goldenSet:item:erase", "goldenSet", [Change(0, "items", blanked, 0)])


async def _content(session: ReadSession, base_id: int) -> Content:
    """What labels are checked against: the active revision, else the newest."""
    number = await repository.revision_for(session, base_id)
    revision = None if number is None else await get_revision(session, number)
    if revision is None:
        raise UnknownReference("The scorecard of this golden set is deleted.", field="scorecardBaseId", value=base_id)
    return revision.content


def _sent(labels: Sequence[LabelWrite], content: Content) -> _Source:
    homes = {criterion.id: category.category_id for category, criterion in content.criteria}
    return _Source([_change(one.criterion_id, homes, one.score, one.applicable) for one in labels], None)


async def _from_assessment(session: ReadSession, actor: Actor, row: GoldenSet, body: GoldenItemCreate) -> _Source:
    number = body.from_assessment_id or 0
    unknown = UnknownReference(f"Assessment {number} does not exist.", field="fromAssessmentId", value=number)
    try:
        seen = await find_assessment(session, await viewer_of(session, actor), number)
    except AssessmentNotFound as failure:
        raise unknown from failure
    if seen.row.worklog_id != body.worklog_id or seen.row.scorecard_base_id != row.scorecard_base_id:
        message = "This assessment is of other work, or was made with another scorecard."
        raise ValidationFailed([FieldError("fromAssessmentId", "not_allowed", message)])
    content = await _content(session, row.scorecard_base_id)
    homes = {criterion.id: category.category_id for category, criterion in content.criteria}
    verified = await repository.verified_of(session, number)
    if not any(one.criterion_id in homes for one in verified):
        message = "Nobody has verified a criterion of this assessment."
        raise ValidationFailed([FieldError("fromAssessmentId", "not_allowed", message)])
    kept = [one for one in verified if one.criterion_id in homes]
    return _Source([_change(one.criterion_id, homes, one.score, one.applicable) for one in kept], number)


def _change(
    criterion_id: int, homes: dict[int, int], score: Decimal | None, applicable: bool | None
) -> CriterionChange:
    return CriterionChange(
        category_id=homes.get(criterion_id, 0),
        criterion_id=criterion_id,
        given=frozenset(("score", "applicable")),
        score=score,
        applicable=applicable,
    )


def _checked(content: Content, source: _Source) -> list[Label]:
    """Raises `ValidationFailed` for what the scorecard does not know, or that is no settled answer."""
    faults = [
        FieldError(fault.path.replace("criteria.", "labels.", 1), fault.code, fault.message)
        for fault in change_faults(content, source.changes)
    ]
    for index, change in enumerate(source.changes):
        if change.score is None and change.applicable is not False:
            faults.append(FieldError(f"labels.{index}.score", "required", "A label is a score, or not applicable."))
    if faults:
        raise ValidationFailed(faults)
    known = {criterion.id: criterion for _, criterion in content.criteria}
    return [
        Label(
            criterion_id=change.criterion_id,
            score=change.score,
            applicable=change.applicable is not False,
            max_points=known[change.criterion_id].max_points,
            scoring_type=known[change.criterion_id].scoring_type.value,
        )
        for change in source.changes
    ]
