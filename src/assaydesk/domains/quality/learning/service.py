"""Trust in the judges of a scorecard: what was learned, what is missing, what people want of it."""

from collections.abc import Mapping
from typing import Any

from assaydesk.domains.quality.judging.loading import learned_of
from assaydesk.domains.quality.learning import repository
from assaydesk.domains.quality.learning.events import LearningWanted
from assaydesk.domains.quality.learning.schemas import TrustUpdate
from assaydesk.domains.quality.learning.train import Learnt, embedder_of, learn_family
from assaydesk.domains.quality.learning.views import trust_view
from assaydesk.domains.quality.scorecards.models import Scorecard
from assaydesk.domains.quality.scorecards.service import load_content
from assaydesk.domains.quality.scorecards.types import Content
from assaydesk.domains.settings.service import get_settings
from assaydesk.kit.clock import utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import Actor

__all__ = [
    "Learnt", "change_trust", "drop_unused_vectors", "embedder_of", "families_with_labels", "forget_trust",
    "learn_family", "note_review", "show_family", "show_trust", "summary_of", "want_learning",
]  # fmt: skip

families_with_labels = repository.families_with_labels
drop_unused_vectors = repository.drop_unused_vectors


async def show_trust(session: ReadSession, scorecard: Scorecard) -> dict[str, Any]:
    """How far the judges of this family can be trusted, by the criteria of this revision."""
    content = (await load_content(session, [scorecard.content_id]))[scorecard.content_id]
    return await show_family(session, scorecard.base_id, content)


async def show_family(session: ReadSession, base_id: int, content: Content) -> dict[str, Any]:
    """The same for any content of a family."""
    settings = await get_settings(session)
    labels = await repository.verified(session, base_id)
    trust = await repository.trust_of(session, base_id)
    version = await repository.version_of(session, base_id, trust.current_version if trust else None)
    # Not from the cache of the process: a version that was just learned or forgotten is to be seen at once.
    ports: dict[str, Any] = {}
    learned = (await learned_of(session, ports, [base_id])).get(base_id)
    return trust_view(
        base_id,
        content,
        labels,
        learned,
        facts=version.facts if version is not None else {},
        trained_at=trust.trained_at if trust else None,
        forgotten_at=trust.forgotten_at if trust else None,
        own_target=trust.target_agreement if trust else None,
        settings=settings,
    )


async def change_trust(session: WriteSession, actor: Actor, scorecard: Scorecard, body: TrustUpdate) -> None:
    """Set the family's own target; null follows the setting."""
    if "target_agreement" not in body.model_fields_set:
        return
    trust = await repository.lock_trust(session, scorecard.base_id)
    before = trust.target_agreement
    if before == body.target_agreement:
        return
    trust.target_agreement, trust.modified_at = body.target_agreement, utc_now()
    change = Change(scorecard.base_id, "targetAgreement", before, body.target_agreement)
    await write_audit(session, actor, "scorecard:trust:change", "scorecard", [change])


async def want_learning(session: WriteSession, base_id: int) -> None:
    """Have a family learned soon."""
    await publish(session, LearningWanted(base_id))


async def forget_trust(session: WriteSession, actor: Actor, scorecard: Scorecard) -> None:
    """Forget what was learned, and do not learn again from what people answered up to now."""
    trust = await repository.lock_trust(session, scorecard.base_id)
    change = Change(scorecard.base_id, "learnedVersion", trust.current_version, None)
    await repository.forget(session, scorecard.base_id, utc_now())
    await write_audit(session, actor, "scorecard:trust:forget", "scorecard", [change])


async def note_review(session: WriteSession, assessment_id: int) -> None:
    """A review was finished: learn once `qualityLearnAfterCorrections` answers say something new."""
    base_id = await repository.family_of(session, assessment_id)
    if base_id is None:
        return
    trust = await repository.trust_of(session, base_id)
    since = trust.trained_at if trust is not None else None
    corrections = await repository.verified(session, base_id, since=since)
    settings = await get_settings(session)
    if sum(one.is_correction for one in corrections) >= settings.quality_learn_after_corrections:
        await want_learning(session, base_id)


def summary_of(learnt: Learnt) -> Mapping[str, int | str]:
    """What a run of the job tells about itself."""
    return {"labels": learnt.labels, "heads": learnt.heads, "version": learnt.version or 0}
