"""What people say to their reviews, and what reviewers settle together: appeals, calibration, a golden set, a plan.

All of it goes through the services that the API uses, in one transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from sqlalchemy import select

from assaydesk.domains.demo.founding import Company
from assaydesk.domains.demo.plan import CompanyPlan
from assaydesk.domains.demo.types import Person
from assaydesk.domains.quality.appeals.schemas import AppealCreate, AppealDecide
from assaydesk.domains.quality.appeals.service import create_appeal, decide_appeal, lock_appeal, take_up_appeal
from assaydesk.domains.quality.assessments.models import Assessment, AssessmentCriterion
from assaydesk.domains.quality.assessments.service import acknowledge_assessment, lock_assessment, viewer_of
from assaydesk.domains.quality.assessments.types import State
from assaydesk.domains.quality.calibration.closing import close_session
from assaydesk.domains.quality.calibration.models import Calibration
from assaydesk.domains.quality.calibration.schemas import CalibrationCreate, SheetWrite
from assaydesk.domains.quality.calibration.service import create_session
from assaydesk.domains.quality.calibration.sheets import write_sheet
from assaydesk.domains.quality.golden.schemas import GoldenItemCreate, GoldenSetCreate
from assaydesk.domains.quality.golden.service import add_item, create_set
from assaydesk.domains.quality.sampling.schemas import SamplingPlanCreate
from assaydesk.domains.quality.sampling.service import create_plan
from assaydesk.domains.quality.scorecards.service import load_content
from assaydesk.domains.quality.scorecards.types import Criterion, ScoringType
from assaydesk.kit.clock import iso, utc_now
from assaydesk.kit.numbers import plain
from assaydesk.platform.db.session import ReadSession, WriteSession

_SEED: Final = 5
_CARD: Final = "written"
"""The scorecard on which reviewers calibrate, and of which the golden set is."""
_MANAGER: Final = "marek"


async def take_part(session: WriteSession, plan: CompanyPlan, company: Company) -> None:
    """Let people answer the reviews that are finished. The caller sees to it that this happens once."""
    words = plan.content.participation
    people = {person.key: person for person in plan.content.people}
    reviewed = await _reviewed(session)
    appealed = await _appeal(session, company, people, words["appeals"], reviewed)
    content = [one for one in reviewed if one.id not in appealed]
    await _acknowledge(session, company, people, words["acknowledgements"], content)
    of_card = [one for one in reviewed if one.scorecard_base_id == company.scorecards[_CARD]]
    await _calibrate(session, words["calibration"], company, people, of_card)
    await _golden(session, company, people, words["golden"], of_card)
    wanted = {**words["sampling"], "scorecard_base_id": company.scorecards[_CARD]}
    asked = SamplingPlanCreate.model_validate(wanted).model_dump()
    await create_plan(session, company.actor(people[_MANAGER]), asked)


async def _reviewed(session: ReadSession) -> Sequence[Assessment]:
    """Finished reviews, the latest first."""
    states = (State.REVIEWED, State.DISCUSSED)
    query = select(Assessment).where(Assessment.state.in_(states), Assessment.worklog_id.is_not(None))
    return (await session.scalars(query.order_by(Assessment.assessment_date.desc(), Assessment.id))).all()


async def _appeal(
    session: WriteSession,
    company: Company,
    people: Mapping[str, Person],
    cases: Sequence[Mapping[str, Any]],
    reviewed: Sequence[Assessment],
) -> set[int]:
    """One appeal each by different people, against the newest reviews in which a person took points away."""
    by_id = {company.people[key]: person for key, person in people.items()}
    manager = await viewer_of(session, company.actor(people[_MANAGER]))
    waiting, appellants, done = list(cases), set[int](), set[int]()
    for row in reviewed:
        person = by_id.get(row.assessed_user)
        if not waiting or person is None or row.assessed_user in appellants or not _recent(row):
            continue
        # Nobody decides about a review of one's own.
        own = row.assessed_by_user == company.people[_MANAGER]
        case = next((one for one in waiting if not (own and _needs_decider(one))), None)
        lost = await _lost(session, row)
        if case is None or lost is None:
            continue
        waiting.remove(case)
        criterion, category_id = lost
        where = {"categoryId": category_id, "criterionId": criterion.id}
        viewer = await viewer_of(session, company.actor(person))
        proposal = {**where, "proposedScore": plain(criterion.max_points), "comment": case["comment"]}
        body = AppealCreate.model_validate({"reason": case["reason"].strip(), "criteria": [proposal]})
        made = await create_appeal(session, viewer, await lock_assessment(session, viewer, row.id), body)
        appeal, seen = await lock_appeal(session, manager, made["id"])
        if case.get("underReview"):
            await take_up_appeal(session, manager, seen, appeal)
        if "decision" in case:
            decision = case["decision"]
            answer: dict[str, Any] = {"state": decision["state"], "decisionReason": decision["reason"]}
            if "share" in decision:
                score = _part_of(criterion, Decimal(str(decision["share"])))
                answer["criteria"] = [{**where, "score": plain(score), "reason": decision["reason"]}]
            await decide_appeal(session, manager, seen, appeal, AppealDecide.model_validate(answer))
        appellants.add(row.assessed_user)
        done.add(row.id)
    return done


def _needs_decider(case: Mapping[str, Any]) -> bool:
    return "decision" in case or bool(case.get("underReview"))


def _recent(row: Assessment) -> bool:
    """Whether the time to appeal is not over."""
    return row.assessment_date is not None and row.assessment_date > utc_now() - timedelta(days=13)


async def _answers(session: ReadSession, row: Assessment) -> list[tuple[Criterion, AssessmentCriterion]]:
    content = (await load_content(session, [row.content_id]))[row.content_id]
    criteria = {criterion.id: criterion for _, criterion in content.criteria}
    query = select(AssessmentCriterion).where(AssessmentCriterion.assessment_id == row.id)
    found = await session.scalars(query.order_by(AssessmentCriterion.criterion_id))
    return [(criteria[answer.criterion_id], answer) for answer in found]


async def _lost(session: ReadSession, row: Assessment) -> tuple[Criterion, int] | None:
    """The criterion by which a person took most points away, with its category."""
    lost = [
        (criterion.max_points - answer.score, -criterion.id, criterion, answer.category_id)
        for criterion, answer in await _answers(session, row)
        if answer.state == "humanVerified" and answer.score is not None and answer.score < criterion.max_points
    ]
    if not lost:
        return None
    *_, criterion, category_id = max(lost, key=lambda one: one[:2])
    return criterion, category_id


def _part_of(criterion: Criterion, share: Decimal) -> Decimal:
    """A share of the points where the criterion has a scale, else all of them."""
    return (criterion.max_points * share).quantize(Decimal(1)) if _has_scale(criterion) else criterion.max_points


def _has_scale(criterion: Criterion) -> bool:
    return criterion.scoring_type is ScoringType.NUMERIC_SCALE


async def _acknowledge(
    session: WriteSession,
    company: Company,
    people: Mapping[str, Person],
    comments: Sequence[str],
    reviewed: Sequence[Assessment],
) -> None:
    """What was discussed has been read; of the rest every other one."""
    by_id = {company.people[key]: person for key, person in people.items()}
    for number, row in enumerate(reviewed):
        person = by_id.get(row.assessed_user)
        if person is None or (row.state != State.DISCUSSED and number % 2):
            continue
        actor = company.actor(person)
        seen = await lock_assessment(session, await viewer_of(session, actor), row.id)
        await acknowledge_assessment(session, actor, seen.row, comments[number % len(comments)] or None)


async def _calibrate(
    session: WriteSession,
    words: Mapping[str, Any],
    company: Company,
    people: Mapping[str, Person],
    rows: Sequence[Assessment],
) -> None:
    """A session that is over, and one in which somebody has begun."""
    random, manager = Random(_SEED), company.actor(people[_MANAGER])
    closed, begun = words["closed"], words["open"]
    own = {company.people[key] for key in (*closed["severity"], *begun["reviewers"])}
    rows = [row for row in rows if row.assessed_user not in own]
    over, going = rows[: closed["items"]], rows[closed["items"] : closed["items"] + begun["items"]]

    async def begin(name: str, keys: Sequence[str], items: Sequence[Assessment], **more: Any) -> Calibration:
        body = {
            "name": name,
            "scorecardId": items[0].scorecard_id,
            "worklogIds": [row.worklog_id for row in items],
            "reviewers": [company.people[key] for key in keys],
            **more,
        }
        return await create_session(session, manager, CalibrationCreate.model_validate(body))

    async def fill(made: Calibration, key: str, items: Sequence[Assessment], severity: float) -> None:
        for row in items:
            answers = await _answers(session, row)
            body = {"criteria": [_sheet_item(*one, severity, random) for one in answers], "submit": True}
            actor = company.actor(people[key])
            await write_sheet(session, actor, made, row.worklog_id or 0, SheetWrite.model_validate(body))

    made = await begin(closed["name"], list(closed["severity"]), over, referenceUserId=company.people[_MANAGER])
    for key, severity in closed["severity"].items():
        await fill(made, key, over, severity)
    await close_session(session, manager, made)
    due = iso(utc_now() + timedelta(days=begun["days"]))
    made = await begin(begun["name"], begun["reviewers"], going, dueBy=due)
    for key in begun["submitted"]:
        await fill(made, key, going, 0.0)


def _sheet_item(criterion: Criterion, answer: AssessmentCriterion, severity: float, random: Random) -> dict[str, Any]:
    """What a reviewer of this severity gives where the review gave `answer`."""
    where = {"categoryId": answer.category_id, "criterionId": criterion.id}
    if answer.applicable is False:
        return {**where, "applicable": False}
    most, before = float(criterion.max_points), float(answer.score or 0)
    if _has_scale(criterion):
        given = round(min(most, max(0.0, before + most * (severity + random.choice((-0.1, 0.0, 0.0, 0.1))))))
    else:
        turned = random.random() < (abs(severity) if (severity < 0) == (before > 0) else 0.05)
        given = round(most - before if turned else before)
    return {**where, "score": given}


async def _golden(
    session: WriteSession,
    company: Company,
    people: Mapping[str, Person],
    words: Mapping[str, Any],
    rows: Sequence[Assessment],
) -> None:
    manager = company.actor(people[_MANAGER])
    named = {key: words[key] for key in ("name", "description")} | {"scorecardBaseId": company.scorecards[_CARD]}
    made = await create_set(session, manager, GoldenSetCreate.model_validate(named))
    for row in rows[: words["items"]]:
        body = {"worklogId": row.worklog_id, "fromAssessmentId": row.id}
        await add_item(session, manager, made, GoldenItemCreate.model_validate(body))
