"""The reviews that supervisors have finished already: judged by the rules, then decided by a person."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final, NamedTuple

from sqlalchemy import Text, cast, select, update

from assaydesk.domains.demo.founding import Company
from assaydesk.domains.demo.marks import criteria_of
from assaydesk.domains.demo.plan import CompanyPlan
from assaydesk.domains.demo.reviews import Review
from assaydesk.domains.demo.types import Scorecard
from assaydesk.domains.quality.assessments.models import Assessment, AssessmentCriterion, AssessmentEdit, JudgeRun
from assaydesk.domains.quality.assessments.schemas import AssessmentUpdate
from assaydesk.domains.quality.assessments.service import (
    create_by_hand,
    find_assessment,
    process_due,
    update_assessment,
    viewer_of,
)
from assaydesk.domains.quality.assessments.types import OverrideReason, State
from assaydesk.domains.quality.judging.service import JudgePorts
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.integrations.local_ai.opening import open_embedder
from assaydesk.kit.clock import iso
from assaydesk.kit.numbers import plain
from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.jobs.job import Runtime

_AT_A_TIME: Final = 20
_JUDGED_AFTER: Final = timedelta(minutes=1)
"""How long after the work its assessment was made, as the job would have done it."""
_ABANDONED_SECONDS: Final = 1.0


class _Task(NamedTuple):
    """A review with the ids of its worklog and its scorecard family."""

    review: Review
    worklog_id: int
    base_id: int


async def review_work(database: Database, plan: CompanyPlan, company: Company, say: Callable[[str], object]) -> None:
    """Make, judge and review the planned assessments. What was reviewed before stays as it is."""
    async with database.read() as session:
        tasks = await _tasks(session, plan, company)
    say("Supervisors read ...")
    async with database.write() as session:
        await _create(session, plan, company, tasks)
    await process_due(_quick_judge(database))
    for begin in range(0, len(tasks), _AT_A_TIME):
        say(f"Supervisors review: {begin} of {len(tasks)} ...")
        async with database.write() as session:
            await _review(session, plan, company, tasks[begin : begin + _AT_A_TIME])


def _quick_judge(database: Database) -> Runtime:
    """Rules, and an embedding that needs no model: people decide all the rest. Nobody else judges yet, so whatever a
    founding that was broken off has left behind may be taken over at once."""
    ports = JudgePorts(llm=None, embedder=partial(open_embedder, "hashed"))
    return Runtime(Config(job_stalled_seconds=_ABANDONED_SECONDS), database, {"judge_ports": ports})


async def _tasks(session: ReadSession, plan: CompanyPlan, company: Company) -> list[_Task]:
    """The worklog of each review: that of the person on the ticket in whose time the reply was written."""
    tickets = {plan.conversations[review.number].parsed.external_id for review in plan.reviews}
    rows = await session.execute(
        select(Worklog.id, Worklog.user_id, Worklog.started_at, Worklog.latest_interaction, Ticket.external_ticket_id)
        .join(Ticket, Ticket.id == Worklog.ticket_id)
        .where(Ticket.external_ticket_id.in_(tickets))
    )
    worklogs: dict[tuple[str, int], list[Any]] = {}
    for row in rows:
        worklogs.setdefault((row.external_ticket_id, row.user_id), []).append(row)
    return list(_matched(plan, company, worklogs))


def _matched(plan: CompanyPlan, company: Company, worklogs: Mapping[tuple[str, int], list[Any]]) -> Iterator[_Task]:
    for review in plan.reviews:
        external_id = plan.conversations[review.number].parsed.external_id
        for row in worklogs.get((external_id, company.profile_id(review.person)), ()):
            if row.started_at <= review.at <= row.latest_interaction:
                yield _Task(review, row.id, company.scorecards[review.scorecard])
                break


async def _create(session: WriteSession, plan: CompanyPlan, company: Company, tasks: list[_Task]) -> None:
    people = {person.key: person for person in plan.content.people}
    existing = await _states(session, tasks)
    for task in tasks:
        if (task.worklog_id, task.base_id) not in existing:
            await create_by_hand(
                session,
                await viewer_of(session, company.actor(people[task.review.reviewer])),
                worklog_id=task.worklog_id,
                scorecard_id=None,
                scorecard_base_id=task.base_id,
                process_with_ai=True,
            )


async def _states(session: ReadSession, tasks: list[_Task]) -> dict[tuple[int, int], tuple[int, State]]:
    """Id and state of the assessments that exist, by worklog and family."""
    rows = await session.execute(
        select(Assessment.worklog_id, Assessment.scorecard_base_id, Assessment.id, Assessment.state).where(
            Assessment.worklog_id.in_([task.worklog_id for task in tasks])
        )
    )
    return {(row.worklog_id, row.scorecard_base_id): (row.id, State(row.state)) for row in rows}


async def _review(session: WriteSession, plan: CompanyPlan, company: Company, tasks: list[_Task]) -> None:
    people = {person.key: person for person in plan.content.people}
    cards = {card.key: card for card in plan.content.scorecards}
    existing = await _states(session, tasks)
    for task in tasks:
        assessment_id, state = existing[task.worklog_id, task.base_id]
        if state is not State.AI_READY:
            continue
        viewer = await viewer_of(session, company.actor(people[task.review.reviewer]))
        seen = await find_assessment(session, viewer, assessment_id, lock=True)
        refused = await _refused_by_rules(session, assessment_id)
        body = _decisions(task.review, cards[task.review.scorecard], refused)
        await update_assessment(session, viewer, seen, body)
        await session.flush()  # What is dated back has to be written.
        await _date_back(session, assessment_id, task.review)


async def _refused_by_rules(session: ReadSession, assessment_id: int) -> set[int]:
    """Criteria for which a rule gave no points."""
    return set(
        await session.scalars(
            select(AssessmentCriterion.criterion_id).where(
                AssessmentCriterion.assessment_id == assessment_id,
                AssessmentCriterion.origin == "rule",
                AssessmentCriterion.score == 0,
            )
        )
    )


def _decisions(review: Review, scorecard: Scorecard, refused: set[int]) -> AssessmentUpdate:
    """What the reviewer sends: a decision on every criterion without a rule, perhaps a correction of one with."""
    category_of = {
        criterion["id"]: category["categoryId"]
        for category in scorecard.body["categories"]
        for criterion in category["criteria"]
    }
    changes = []
    for number, mark in review.marks.items():
        where = {"categoryId": category_of[number], "criterionId": number}
        score = {"applicable": False} if mark.score is None else {"score": plain(mark.score), "reason": mark.reason}
        changes.append({**where, **score})
    if review.correction is not None and review.correction[0] in refused:
        number, reason = review.correction
        most = next(criterion["maxPoints"] for criterion in criteria_of(scorecard) if criterion["id"] == number)
        changes.append(
            {
                "categoryId": category_of[number],
                "criterionId": number,
                "score": most,
                "reason": reason,
                "overrideReason": OverrideReason.SCORE_WRONG,
            }
        )
    dates = {"assessmentDate": iso(review.reviewed_at)}
    if review.discussed_at is not None:
        dates["discussionDate"] = iso(review.discussed_at)
    state = State.REVIEWED if review.discussed_at is None else State.DISCUSSED
    return AssessmentUpdate.model_validate(
        {"criteria": changes, "supervisorAssessment": review.comment, "state": state, **dates}
    )


async def _date_back(session: WriteSession, assessment_id: int, review: Review) -> None:
    """Put the assessment, its run and its history where they would stand had they happened in their time."""
    made, finished = review.at + _JUDGED_AFTER, review.discussed_at or review.reviewed_at
    await session.execute(
        update(Assessment).where(Assessment.id == assessment_id).values(created_at=made, modified_at=finished)
    )
    await session.execute(
        update(JudgeRun)
        .where(JudgeRun.assessment_id == assessment_id)
        .values(started_at=made, finished_at=made + (JudgeRun.finished_at - JudgeRun.started_at))
    )
    await session.execute(
        update(AssessmentEdit).where(AssessmentEdit.assessment_id == assessment_id).values(at=review.reviewed_at)
    )
    if review.discussed_at is not None:
        talk = cast(AssessmentEdit.new_value, Text) == f'"{State.DISCUSSED}"'
        await session.execute(
            update(AssessmentEdit)
            .where(AssessmentEdit.assessment_id == assessment_id, AssessmentEdit.field == "state", talk)
            .values(at=review.discussed_at)
        )
    await session.execute(
        update(AssessmentCriterion)
        .where(AssessmentCriterion.assessment_id == assessment_id, AssessmentCriterion.last_edited_at.is_not(None))
        .values(last_edited_at=review.reviewed_at)
    )
