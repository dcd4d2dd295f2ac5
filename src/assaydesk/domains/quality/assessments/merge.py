"""What a renewed run of the judge does to the answers that are there (quality.md 8.7). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assaydesk.domains.quality.assessments.criteria import answer_of
from assaydesk.domains.quality.assessments.types import CriterionAnswer, CriterionState, Edit
from assaydesk.domains.quality.judging.types import Verdict
from assaydesk.domains.quality.scorecards.types import Content, Criterion
from assaydesk.kit.numbers import plain


@dataclass(frozen=True, slots=True)
class Merged:
    """`answers` are all that stay; `gone` are criteria that the revision no longer has; `edits` go to the history."""

    answers: tuple[CriterionAnswer, ...]
    gone: tuple[int, ...]
    edits: tuple[Edit, ...]
    kept_human: bool


@dataclass(frozen=True, slots=True)
class Summaries:
    """`generated` is the AI's text while a person's own stands in `shown`, else None."""

    shown: str
    generated: str | None


def merge_answers(
    content: Content,
    verdicts: Sequence[Verdict],
    existing: Mapping[int, CriterionAnswer],
    *,
    before: Content,
    overwrite_human: bool = False,
) -> Merged:
    """Lay a judge's verdicts over the answers that exist.

    What a person decided is kept when the criterion still has the same maximum and scoring type in `content` as in
    `before`, the content that was judged last; otherwise a person has to decide again, and the old value goes to the
    history. `overwrite_human` gives all to the judge.
    """
    old_criteria = {criterion.id: criterion for _, criterion in before.criteria}
    found = {verdict.criterion_id: verdict for verdict in verdicts}
    answers: list[CriterionAnswer] = []
    edits: list[Edit] = []
    kept_human = False
    for category, criterion in content.criteria:
        old, verdict = existing.get(criterion.id), found.get(criterion.id)
        judged = None if verdict is None else answer_of(category.category_id, criterion, verdict)
        if old is not None and old.by_human and not overwrite_human:
            if _same_shape(criterion, old_criteria.get(criterion.id)):
                answers.append(_kept(old, category.category_id, judged))
                kept_human = True
                continue
            judged = _to_decide_again(category.category_id, criterion.id, judged)
        new = judged or _unjudged(old, category.category_id)
        if new is not None:
            answers.append(new)
        if old is not None and old.by_human:
            edits += value_edits(old, new or CriterionAnswer(criterion.id, category.category_id))
    known = {criterion.id for _, criterion in content.criteria}
    gone = [answer for answer in existing.values() if answer.criterion_id not in known]
    for answer in gone:
        edits += value_edits(answer, CriterionAnswer(answer.criterion_id, answer.category_id))
    return Merged(tuple(answers), tuple(answer.criterion_id for answer in gone), tuple(edits), kept_human)


def merge_summary(present: Summaries, new: str, *, overwrite_human: bool = False) -> tuple[Summaries, list[Edit]]:
    """A person's own text stays, with the new one beside it, unless it is to be overwritten."""
    if present.generated is None:
        return Summaries(new, None), []
    if overwrite_human:
        return Summaries(new, None), [Edit("aiSummary", present.shown, new)]
    return Summaries(present.shown, new), []


def value_edits(old: CriterionAnswer, new: CriterionAnswer) -> list[Edit]:
    """History entries for what changed between two answers to one criterion.

    That something applies goes without saying when it gets or loses a score.
    """
    path = f"criteria.{new.category_id}.{new.criterion_id}"
    pairs = [("score", _plain_score(old), _plain_score(new)), ("reason", old.reason, new.reason)]
    if False in (old.applicable, new.applicable) or old.score == new.score:
        pairs.append(("applicable", old.applicable, new.applicable))
    return [Edit(f"{path}.{name}", before, after) for name, before, after in pairs if before != after]


def _plain_score(answer: CriterionAnswer) -> int | float | None:
    return None if answer.score is None else plain(answer.score)


def _same_shape(criterion: Criterion, before: Criterion | None) -> bool:
    return before is not None and (criterion.max_points, criterion.scoring_type) == (
        before.max_points,
        before.scoring_type,
    )


def _kept(old: CriterionAnswer, category_id: int, judged: CriterionAnswer | None) -> CriterionAnswer:
    """The person's answer, with what the judge now says beside it."""
    if judged is None:
        return replace(old, category_id=category_id)
    return replace(
        old,
        category_id=category_id,
        confidence=judged.confidence,
        ai_score=judged.ai_score,
        ai_applicable=judged.ai_applicable,
        ai_reason=judged.ai_reason,
    )


def _to_decide_again(category_id: int, criterion_id: int, judged: CriterionAnswer | None) -> CriterionAnswer:
    base = judged or CriterionAnswer(criterion_id, category_id)
    applicable = None if base.applicable is False else base.applicable
    return replace(base, state=CriterionState.NEEDS_HUMAN, score=None, applicable=applicable)


def _unjudged(old: CriterionAnswer | None, category_id: int) -> CriterionAnswer | None:
    """A criterion that the judge does not score keeps at most the words of a person about it."""
    if old is None or old.last_edited_by_user_id is None or old.by_human:
        return None
    return replace(
        CriterionAnswer(old.criterion_id, category_id),
        reason=old.reason,
        last_edited_by_user_id=old.last_edited_by_user_id,
        last_edited_at=old.last_edited_at,
    )
