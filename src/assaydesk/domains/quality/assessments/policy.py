"""Who may see and change an assessment, and what a blind reviewer is not shown (quality.md 1, 4.3, 4.5). Pure."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from assaydesk.domains.quality.assessments.lifecycle import Command, Refusal, move
from assaydesk.domains.quality.assessments.types import (
    RAW_STATES,
    REVIEWED_STATES,
    SCORED_STATES,
    CriterionAnswer,
    CriterionState,
    Origin,
    State,
)
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission

P = Permission
VIEW_ALL: Final = (P.QUALITY_VIEW_ASSESSMENT_ALL, P.QUALITY_DO_ASSESSMENTS_ALL)
VIEW_TEAM: Final = (P.QUALITY_VIEW_ASSESSMENT_TEAM_MATE, P.QUALITY_DO_ASSESSMENTS_TEAM)
DO: Final = (P.QUALITY_DO_ASSESSMENTS_TEAM, P.QUALITY_DO_ASSESSMENTS_ALL)
ANY_VIEW: Final = (P.QUALITY_VIEW_ASSESSMENT_OWN, *VIEW_TEAM, *VIEW_ALL)


class Denial(StrEnum):
    PERMISSION = "permission_denied"
    SELF = "self_assessment"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose work it is. `team_mate`: this person shares an effective team with the caller."""

    user_id: int
    team_mate: bool


def released_states(sees_from: str) -> tuple[State, ...]:
    """The states in which the assessed person sees it; `sees_from` is the setting `qualityAgentSeesFrom`."""
    return SCORED_STATES[SCORED_STATES.index(State(sees_from)) :]


def may_see(
    actor: Actor, subject: Subject, state: State, *, sees_from: str, second_reviewer: int | None = None
) -> bool:
    """The rule for one row; `repository.readable` says the same in SQL.

    `second_reviewer`: who scores it independently at the moment, and must not see it meanwhile.
    """
    if second_reviewer is not None and second_reviewer == actor.id:
        return False
    if state is State.DELETED and not actor.has(P.QUALITY_DELETE_ASSESSMENT):
        return False
    if state in RAW_STATES and not actor.has(*DO):
        return False
    own = subject.user_id == actor.id
    if actor.has(*VIEW_ALL) or (actor.has(*VIEW_TEAM) and (own or subject.team_mate)):
        return True
    return own and actor.has(P.QUALITY_VIEW_ASSESSMENT_OWN) and state in released_states(sees_from)


def assess_denial(actor: Actor, subject: Subject, *, allow_self: bool) -> Denial | None:
    """Why the caller may not assess this person's work; None when it is allowed.

    One's own work needs the setting `qualityAllowSelfAssessment`, and then any right to do assessments.
    """
    if not actor.has(*DO):
        return Denial.PERMISSION
    if subject.user_id == actor.id:
        return None if allow_self else Denial.SELF
    covered = actor.has(P.QUALITY_DO_ASSESSMENTS_ALL) or subject.team_mate
    return None if covered else Denial.PERMISSION


def can_edit(actor: Actor, subject: Subject, state: State, *, allow_self: bool) -> bool:
    """`canEdit`: a PATCH of this caller would pass the checks up to that of the state."""
    if assess_denial(actor, subject, allow_self=allow_self) is not None:
        return False
    return not isinstance(move(state, Command.EDIT), Refusal)


def is_masked(actor: Actor, subject: Subject, state: State, *, blind: bool, allow_self: bool) -> bool:
    """Whether the AI's answers are hidden from this caller, who is to score without having seen them."""
    if not blind or state in REVIEWED_STATES:
        return False
    return assess_denial(actor, subject, allow_self=allow_self) is None


def mask(answer: CriterionAnswer) -> CriterionAnswer:
    """What a blind reviewer is shown of an answer: one's own decisions, and nothing of the AI's."""
    if answer.origin is Origin.HUMAN:
        return replace(answer, confidence=None, ai_score=None, ai_applicable=None, ai_reason=None)
    own_words = answer.reason if answer.reason != answer.ai_reason else None
    return CriterionAnswer(
        criterion_id=answer.criterion_id,
        category_id=answer.category_id,
        state=CriterionState.UNSCORED,
        reason=own_words,
        override_reason=answer.override_reason,
        last_edited_by_user_id=answer.last_edited_by_user_id,
        last_edited_at=answer.last_edited_at,
    )
