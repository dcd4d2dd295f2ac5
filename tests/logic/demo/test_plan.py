"""The plan of the demonstration company: what a seeding will write."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from statistics import mean

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assaydesk.domains.demo.diary import ZONE
from assaydesk.domains.demo.marks import Mark, criteria_of, marks_for
from assaydesk.domains.demo.plan import CHANNELS, PERIOD, CompanyPlan, plan_company
from assaydesk.domains.demo.reviews import fits
from assaydesk.domains.demo.types import Level, Scorecard, Work
from assaydesk.domains.imports.formats.types import Action, Message, ParticipantType, Role, ToolCall

NOW = datetime(2026, 3, 18, 14, 3, 27, tzinfo=UTC)
PLAN = plan_company(NOW)
WORKS = [reply.work for one in PLAN.conversations for reply in one.works]

moments = st.datetimes(datetime(2024, 1, 1), datetime(2031, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
slow = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_same_present_and_seed_give_the_same_plan() -> None:
    assert plan_company(NOW) == PLAN
    assert plan_company(NOW + timedelta(seconds=20)) == PLAN
    assert plan_company(NOW, seed=2).conversations != PLAN.conversations


def _instants(plan: CompanyPlan) -> list[datetime]:
    found: list[datetime] = []
    for one in plan.conversations:
        parsed = one.parsed
        found += [turn.at for turn in parsed.turns if turn.at]
        found += [edge for segment in parsed.segments for edge in (segment.start, segment.end)]
        found += [reply.at for reply in one.works]
        if parsed.csat and parsed.csat.at:
            found.append(parsed.csat.at)
    for review in plan.reviews:
        found += [review.at, review.reviewed_at, review.discussed_at or review.reviewed_at]
    return found


@slow
@given(now=moments, seed=st.integers(1, 1000))
def test_nothing_lies_in_the_future_or_before_the_period(now: datetime, seed: int) -> None:
    plan = plan_company(now, seed)
    instants = _instants(plan)
    assert max(instants) < now
    assert min(instants) > now - PERIOD - timedelta(days=6)
    assert len(plan.conversations) == sum(CHANNELS.values())


@slow
@given(now=moments, seed=st.integers(1, 1000))
def test_conversations_go_forward_and_are_never_empty(now: datetime, seed: int) -> None:
    for one in plan_company(now, seed).conversations:
        times = [turn.at for turn in one.parsed.turns]
        assert times
        assert None not in times
        assert times == sorted(times)  # type: ignore[type-var]
        assert all(segment.start < segment.end for segment in one.parsed.segments)


@slow
@given(now=moments)
def test_people_work_in_their_shifts_only(now: datetime) -> None:
    plan = plan_company(now)
    shifts = {person.key: person.shift for person in plan.content.people}
    for one in plan.conversations:
        for turn in one.parsed.turns:
            if turn.author in shifts and turn.at:
                local = turn.at.astimezone(ZONE)
                begin, end = shifts[turn.author]
                assert local.weekday() < 5
                assert begin <= local.hour < end


def test_two_hundred_tickets_come_on_all_channels_in_both_languages() -> None:
    assert Counter(one.parsed.channel for one in PLAN.conversations) == CHANNELS
    languages = Counter(one.parsed.language for one in PLAN.conversations)
    assert min(languages["de"], languages["en"]) > 40
    assert {one.parsed.status for one in PLAN.conversations} == {"open", "pending", "closed"}
    assert len(PLAN.customers) == 40
    assert {one.topic for one in PLAN.conversations} == {topic.key for topic in PLAN.content.topics}


def test_work_is_good_mediocre_and_bad() -> None:
    levels = Counter(work.level for work in WORKS)
    assert levels[Level.GOOD] > 70
    assert levels[Level.MEDIOCRE] > 35
    assert levels[Level.BAD] > 18


@pytest.mark.parametrize("scorecard", PLAN.content.scorecards, ids=lambda scorecard: scorecard.key)
def test_better_work_gets_more_points(scorecard: Scorecard) -> None:
    def share(work: Work) -> Decimal:
        marks = marks_for(scorecard, work, PLAN.content.reviewing, Random(1))
        most = {one["id"]: Decimal(one["maxPoints"]) for one in criteria_of(scorecard)}
        scored = {number: mark.score for number, mark in marks.items() if mark.score is not None}
        return sum(scored.values(), Decimal(0)) / sum(most[number] for number in scored)

    means = [mean(share(work) for work in WORKS if work.level is level) for level in Level]
    assert means[0] > Decimal("0.9")
    assert means[0] > means[1] > means[2]
    assert means[2] < Decimal("0.35")


def test_ways_of_working_are_all_there() -> None:
    turns = [turn for one in PLAN.conversations for turn in one.parsed.turns]
    actions = Counter(turn.action for turn in turns if isinstance(turn, Action))
    assert {"closed", "pending", "assigned", "draft", "draft-approved"} <= set(actions)
    roles = Counter(turn.role for turn in turns if isinstance(turn, Message))
    assert set(roles) == set(Role)
    tools = Counter(turn.name for turn in turns if isinstance(turn, ToolCall))
    assert {"getContract", "bookMeterReading", "registerMove"} <= set(tools)
    alone = [
        one for one in PLAN.conversations
        if [person.type for person in one.parsed.participants] == [ParticipantType.AI_AGENT]
    ]  # fmt: skip
    assert len(alone) >= 6
    silent = [one for one in PLAN.conversations if not one.works and one.parsed.status == "closed"]
    assert silent, "closed without a reply"
    assert any(len(one.works) > 1 for one in PLAN.conversations)
    assert sum(one.parsed.csat is not None for one in PLAN.conversations) > 15


def test_everybody_in_the_teams_has_work() -> None:
    workers = Counter(reply.person for one in PLAN.conversations for reply in one.works)
    agents = {person.key for person in PLAN.content.people if person.role == "Agent"}
    machines = {agent.key for agent in PLAN.content.ai_agents}
    assert set(workers) == agents | machines
    assert min(workers.values()) >= 3


def test_addresses_of_people_and_customers_are_invented() -> None:
    for one in PLAN.conversations:
        assert one.parsed.customer is not None
        assert str(one.parsed.customer.email).endswith(".example")
        assert all(person.email is None or person.email.endswith(".example") for person in one.parsed.participants)
    assert len({customer.email for customer in PLAN.customers}) == len(PLAN.customers)
    assert len({customer.contract_id for customer in PLAN.customers}) == len(PLAN.customers)


def test_no_slot_is_left_open() -> None:
    known_leftovers = {"{{kundennummer}}", "{{customerNumber}}"}
    for one in PLAN.conversations:
        for turn in one.parsed.turns:
            if isinstance(turn, Message):
                text = turn.text
                for leftover in known_leftovers:
                    text = text.replace(leftover, "")
                assert "{" not in text
                assert "\n\n\n" not in text
                assert text == text.strip()


def test_sixty_reviews_of_work_that_the_scorecard_is_for() -> None:
    assert len(PLAN.reviews) == 60
    cards = {scorecard.key: scorecard for scorecard in PLAN.content.scorecards}
    assert {review.scorecard for review in PLAN.reviews} == set(cards)
    for review in PLAN.reviews:
        conversation = PLAN.conversations[review.number]
        assert fits(cards[review.scorecard], conversation)
        assert any(reply.person == review.person and reply.at == review.at for reply in conversation.works)
        assert review.reviewer != review.person
        alone = review.person in {agent.key for agent in PLAN.content.ai_agents}
        assert not alone or "automated" in cards[review.scorecard].body["assignment"]["responseContext"]
        assert review.at < review.reviewed_at <= (review.discussed_at or review.reviewed_at)
        assert review.comment
    assert len({(review.number, review.scorecard) for review in PLAN.reviews}) == len(PLAN.reviews)
    assert sum(review.discussed_at is not None for review in PLAN.reviews) >= 8
    assert sum(review.correction is not None for review in PLAN.reviews) >= 3


@slow
@given(now=moments, seed=st.integers(1, 1000))
def test_reviews_follow_the_work_whenever_the_company_is_founded(now: datetime, seed: int) -> None:
    plan = plan_company(now, seed)
    assert len(plan.reviews) >= 50
    for review in plan.reviews:
        assert review.at < review.reviewed_at < (review.discussed_at or now)


def test_marks_of_criteria_that_do_not_apply_have_no_score() -> None:
    spoken = next(scorecard for scorecard in PLAN.content.scorecards if scorecard.key == "spoken")
    calm = next(work for work in WORKS if work.empathy is None)
    marks = marks_for(spoken, calm, PLAN.content.reviewing, Random(1))
    number = next(number for number, part in spoken.marks.items() if part == "empathy")
    assert marks[number] == Mark(None, "")
