"""Queries of learning: verified answers, stored vectors, versions. Jobs ask, so no caller's sight limits them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import cast, delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONPATH, insert

from assaydesk.domains.quality.assessments.models import Assessment, AssessmentCriterion, JudgeRun
from assaydesk.domains.quality.assessments.types import REVIEWED_STATES, CriterionState, Origin
from assaydesk.domains.quality.judging.models import QualityLearned, QualityTrust, WorklogVectors
from assaydesk.domains.quality.learning.labels import Verified
from assaydesk.platform.db.base import BigInts
from assaydesk.platform.db.session import ReadSession, WriteSession

MOST: Final = 20_000
"""Verified answers that are looked at, the newest."""
KEPT_VERSIONS: Final = 3

A: Final = Assessment
C: Final = AssessmentCriterion
R: Final = JudgeRun


async def verified(
    session: ReadSession, base_id: int | None = None, *, since: datetime | None = None
) -> list[Verified]:
    """What people answered in finished reviews, oldest first; of one family, or of all.

    Deleted assessments, work that is gone, and work that grew after it was judged are left out, and so is what was to
    be forgotten. `since`: answers after that time.
    """
    ran = func.jsonb_path_query_first(
        R.criteria,
        cast(literal("$[*] ? (@.criterionId == $id)"), JSONPATH),
        func.jsonb_build_object("id", C.criterion_id),
    )
    query = (
        select(
            C.assessment_id, A.worklog_id, A.ticket_id, A.scorecard_base_id.label("base_id"), A.content_id,
            C.criterion_id, C.score, C.ai_score, C.ai_applicable, A.blind_review.label("blind"),
            C.last_edited_by_user_id.label("reviewer"), C.last_edited_at.label("at"), R.provider, R.model,
            ran.label("ran"),
        )
        .join(A, A.id == C.assessment_id)
        .outerjoin(R, R.id == A.run_id)
        .outerjoin(QualityTrust, QualityTrust.base_id == A.scorecard_base_id)
        .where(
            A.state.in_(REVIEWED_STATES),
            A.worklog_id.is_not(None),
            ~A.worklog_changed,
            C.origin == Origin.HUMAN,
            C.state.in_((CriterionState.HUMAN_VERIFIED, CriterionState.NOT_APPLICABLE)),
            C.last_edited_at.is_not(None),
            or_(QualityTrust.forgotten_at.is_(None), C.last_edited_at > QualityTrust.forgotten_at),
        )
        .order_by(C.last_edited_at.desc(), C.assessment_id.desc(), C.criterion_id.desc())
        .limit(MOST)
    )  # fmt: skip
    if base_id is not None:
        query = query.where(A.scorecard_base_id == base_id)
    if since is not None:
        query = query.where(C.last_edited_at > since)
    rows = (await session.execute(query)).all()
    return [Verified(**row._mapping) for row in reversed(rows)]


async def families_with_labels(session: ReadSession) -> list[int]:
    """Families with finished reviews, or with something learned that may have lost its ground."""
    reviewed = select(A.scorecard_base_id).where(A.state.in_(REVIEWED_STATES))
    learned = select(QualityTrust.base_id).where(QualityTrust.current_version.is_not(None))
    return sorted((await session.scalars(reviewed.union(learned))).all())


async def family_of(session: ReadSession, assessment_id: int) -> int | None:
    return await session.scalar(select(A.scorecard_base_id).where(A.id == assessment_id))


async def vectors_of(session: ReadSession, worklog_ids: Collection[int]) -> dict[int, WorklogVectors]:
    query = select(WorklogVectors).where(WorklogVectors.worklog_id == func.any(literal(list(worklog_ids), BigInts)))
    return {row.worklog_id: row for row in (await session.execute(query)).scalars()}


async def save_vectors(session: WriteSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write vectors over what is stored. Work that went meanwhile is left out."""
    if not rows:
        return
    statement = insert(WorklogVectors)
    changed = {name: statement.excluded[name] for name in ("texts_hash", "size", "passages", "vectors")}
    await session.execute(
        statement.on_conflict_do_update(index_elements=["worklog_id"], set_=changed | {"made_at": func.now()}),
        list(rows),
    )


async def trust_of(session: ReadSession, base_id: int) -> QualityTrust | None:
    return await session.get(QualityTrust, base_id)


async def lock_trust(session: WriteSession, base_id: int) -> QualityTrust:
    """The family's row, made when there is none, held until the end of the transaction."""
    await session.execute(insert(QualityTrust).values(base_id=base_id).on_conflict_do_nothing())
    query = select(QualityTrust).where(QualityTrust.base_id == base_id).with_for_update()
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one()


async def version_of(session: ReadSession, base_id: int, version: int | None) -> QualityLearned | None:
    if version is None:
        return None
    query = select(QualityLearned).where(QualityLearned.base_id == base_id, QualityLearned.version == version)
    return (await session.execute(query)).scalar_one_or_none()


async def prune(session: WriteSession, base_id: int, newest: int) -> None:
    """Versions that are too old to be needed for a comparison."""
    await session.execute(
        delete(QualityLearned).where(
            QualityLearned.base_id == base_id, QualityLearned.version <= newest - KEPT_VERSIONS
        )
    )


async def forget(session: WriteSession, base_id: int, now: datetime) -> None:
    """Every version of a family, and the vectors of the work that it taught."""
    await session.execute(delete(QualityLearned).where(QualityLearned.base_id == base_id))
    worklogs = select(A.worklog_id).where(A.scorecard_base_id == base_id, A.worklog_id.is_not(None))
    await session.execute(delete(WorklogVectors).where(WorklogVectors.worklog_id.in_(worklogs)))
    await session.execute(
        update(QualityTrust)
        .where(QualityTrust.base_id == base_id)
        .values(current_version=None, trained_at=None, forgotten_at=now, modified_at=now)
    )


async def drop_unused_vectors(session: WriteSession) -> None:
    """Vectors of work that teaches nothing any more: its assessments were deleted, or its review was opened again."""
    taught = select(A.worklog_id).where(A.state.in_(REVIEWED_STATES), A.worklog_id.is_not(None))
    await session.execute(delete(WorklogVectors).where(WorklogVectors.worklog_id.not_in(taught)))
