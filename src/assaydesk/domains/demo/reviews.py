"""Which pieces of work have been reviewed already, by whom, and what the reviewers found. Pure."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from assaydesk.domains.demo.content import Content
from assaydesk.domains.demo.marks import Mark, criteria_of, marks_for
from assaydesk.domains.demo.thread import PlannedConversation
from assaydesk.domains.demo.types import Level, Person, Scorecard, WorkOfReply

_WANTED: Final = {"written": 26, "spoken": 20, "compliance": 8, "process": 6}
_TURNS: Final = (Level.GOOD, Level.MEDIOCRE, Level.GOOD, Level.BAD, Level.MEDIOCRE)
_BREACHES: Final = 2
_SETTLED: Final = timedelta(days=2)
_DISCUSSED: Final = 0.3
_CORRECTED: Final = 0.6


@dataclass(frozen=True, slots=True)
class Review:
    """One finished review. `number`: of the conversation, from 0. `marks`: by criterion id.

    `correction`: criterion that a rule decided and the reviewer saw otherwise, with the reason.
    """

    number: int
    person: str
    at: datetime
    scorecard: str
    reviewer: str
    reviewed_at: datetime
    discussed_at: datetime | None
    marks: dict[int, Mark]
    comment: str
    correction: tuple[int, str] | None


@dataclass(frozen=True, slots=True)
class _Candidate:
    number: int
    reply: WorkOfReply


def choose_reviews(
    content: Content, conversations: Sequence[PlannedConversation], random: Random, now: datetime
) -> tuple[Review, ...]:
    """Reviews of settled work, spread over scorecards and, within each, over the people assessed."""
    machines = {agent.key for agent in content.ai_agents}
    reviews: list[Review] = []
    for scorecard in content.scorecards:
        candidates = [
            _Candidate(number, conversation.works[-1])
            for number, conversation in enumerate(conversations)
            if conversation.works
            and conversation.works[-1].at < now - _SETTLED
            and fits(scorecard, conversation)
            and (conversation.works[-1].person not in machines or _judges_machines(scorecard))
        ]
        random.shuffle(candidates)
        chosen = list(_mixed(candidates))[: _WANTED[scorecard.key]]
        reviews += [_review(content, scorecard, one, random, now) for one in chosen]
    return tuple(sorted(reviews, key=lambda review: (review.reviewed_at, review.number)))


def fits(scorecard: Scorecard, conversation: PlannedConversation) -> bool:
    """Whether the scorecard is meant for the conversation (channel and tags; the sample is left out)."""
    assignment = scorecard.body["assignment"]
    channels, tags = assignment.get("channels"), assignment.get("ticketTags")
    names = {name for path in conversation.parsed.tags for name in path}
    return (not channels or conversation.parsed.channel in channels) and (not tags or bool(names & set(tags)))


def _judges_machines(scorecard: Scorecard) -> bool:
    return "automated" in scorecard.body["assignment"]["responseContext"]


def _mixed(candidates: Sequence[_Candidate]) -> Iterator[_Candidate]:
    """Good, mediocre and bad work in turn, breaches of a knock-out first; within a level everybody in turn."""
    levels = {level: deque(_in_turn([one for one in candidates if one.reply.work.level is level])) for level in Level}
    breaches = [one for one in candidates if not one.reply.work.no_secret][:_BREACHES]
    yield from breaches
    while any(levels.values()):
        for level in _TURNS:
            if levels[level] and (candidate := levels[level].popleft()) not in breaches:
                yield candidate


def _in_turn(candidates: Sequence[_Candidate]) -> Iterator[_Candidate]:
    """One of each person, then a second of each, and so on."""
    waiting: dict[str, deque[_Candidate]] = {}
    for candidate in candidates:
        waiting.setdefault(candidate.reply.person, deque()).append(candidate)
    while waiting:
        for person in list(waiting):
            yield waiting[person].popleft()
            if not waiting[person]:
                del waiting[person]


def _review(content: Content, scorecard: Scorecard, one: _Candidate, random: Random, now: datetime) -> Review:
    work = one.reply.work
    reviewed_at = min(one.reply.at + timedelta(hours=random.uniform(4, 90)), now - timedelta(hours=3))
    discussed = random.random() < _DISCUSSED
    discussed_at = min(reviewed_at + timedelta(hours=random.uniform(2, 60)), now - timedelta(minutes=30))
    return Review(
        number=one.number,
        person=one.reply.person,
        at=one.reply.at,
        scorecard=scorecard.key,
        reviewer=_reviewer(content, one.reply.person, random).key,
        reviewed_at=reviewed_at,
        discussed_at=discussed_at if discussed else None,
        marks=marks_for(scorecard, work, content.reviewing, random),
        comment=random.choice(content.reviewing.comments[work.level]),
        correction=_correction(content, scorecard, one, random),
    )


def _reviewer(content: Content, assessed: str, random: Random) -> Person:
    """The leader of one of the person's teams; for AI agents, and now and then, whoever owns quality."""
    people = {person.key: person for person in content.people}
    quality = next(person for person in content.people if person.role == "QualityManager")
    teams = people[assessed].teams if assessed in people else ()
    leaders = [people[key] for team in content.teams if team.key in teams for key in team.leaders]
    return random.choice(leaders) if leaders and random.random() < 0.8 else quality


def _correction(content: Content, scorecard: Scorecard, one: _Candidate, random: Random) -> tuple[int, str] | None:
    """A rule took points away from good work, and the reviewer gives them back."""
    if one.reply.work.level is Level.BAD or random.random() > _CORRECTED:
        return None
    rules = {criterion["id"] for criterion in criteria_of(scorecard) if "rule" in criterion}
    for number, mark in scorecard.marks.items():
        reason = content.reviewing.corrections.get(mark)
        if number in rules and reason is not None and getattr(one.reply.work, mark) is False:
            return number, reason
    return None
