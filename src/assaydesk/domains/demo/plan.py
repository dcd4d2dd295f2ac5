"""The whole demonstration company as a plan: the same for the same present and seed, and without a database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from itertools import cycle
from random import Random
from typing import Final

from assaydesk.domains.demo import scenarios
from assaydesk.domains.demo.content import Content, Topic, load_content
from assaydesk.domains.demo.customers import make_customers, make_facts
from assaydesk.domains.demo.diary import ZONE, Diary
from assaydesk.domains.demo.reviews import Review, choose_reviews
from assaydesk.domains.demo.scenarios import Scenario, Scene
from assaydesk.domains.demo.thread import PlannedConversation, Thread
from assaydesk.domains.demo.types import AiAgent, Customer, Level, Person
from assaydesk.domains.demo.wording import SYSTEM_TOPICS, Writer
from assaydesk.domains.imports.formats.findings import Position
from assaydesk.domains.imports.formats.types import Customer as ParsedCustomer
from assaydesk.domains.imports.formats.types import ParsedConversation, Participant, ParticipantType

SOURCE: Final = "demo"
PERIOD: Final = timedelta(days=42)
_MOMENT: Final = timedelta(minutes=1)
CHANNELS: Final = {"email": 78, "chat": 36, "phone": 32, "portal": 22, "letter": 12, "walkIn": 10, "system": 10}
_WRITTEN: Final[tuple[tuple[int, Scenario], ...]] = (
    (48, scenarios.answered_once),
    (20, scenarios.asked_again),
    (9, scenarios.thanked),
    (7, scenarios.handed_over),
    (6, scenarios.postponed),
    (5, scenarios.drafted),
    (5, scenarios.closed_silently),
)
_IN_PERSON: Final = frozenset({"chat", "phone", "walkIn"})
_OPENS, _CLOSES, _FRIDAY = 8, 17, 4
_RECENT: Final = timedelta(days=3)
_UNANSWERED: Final = 0.7
_MACHINE_LEVELS: Final = (Level.GOOD, Level.GOOD, Level.MEDIOCRE, Level.GOOD, Level.BAD)
_SLIPS: Final = 2
_ROBOT_SHARE: Final = {"chat": 70, "email": 45, "portal": 60}


@dataclass(frozen=True, slots=True)
class CompanyPlan:
    """`begin`: when the company's first ticket could come in; scorecards are active since then."""

    content: Content
    begin: datetime
    customers: tuple[Customer, ...]
    conversations: tuple[PlannedConversation, ...]
    reviews: tuple[Review, ...]


def plan_company(now: datetime, seed: int = 1) -> CompanyPlan:
    """Plan everything. `now`: nothing in the plan happens after it; conversations may stay open there."""
    present = now.replace(second=0, microsecond=0)
    planner = _Planner(load_content(), Random(seed), present, seed)
    conversations = tuple(planner.conversations())
    reviews = choose_reviews(planner.content, conversations, planner.random, present)
    return CompanyPlan(planner.content, present - PERIOD, planner.customers, conversations, reviews)


class _Planner:
    def __init__(self, content: Content, random: Random, present: datetime, seed: int) -> None:
        self.content, self.random, self.present, self.seed = content, random, present, seed
        self.customers = make_customers(content, random)
        self.diary = Diary(random)
        self.machine_levels = cycle(_MACHINE_LEVELS)
        self.slips = _SLIPS
        self.agents = {topic: agent for agent in content.ai_agents for topic in agent.topics}

    def conversations(self) -> Iterator[PlannedConversation]:
        """In the order in which they begin, so that the diary fills like a real one."""
        channels = [channel for channel, count in CHANNELS.items() for _ in range(count)]
        self.random.shuffle(channels)
        starts = sorted(self._start() for _ in channels)
        for number, (at, channel) in enumerate(zip(starts, channels, strict=True), 1):
            yield self._conversation(number, at, channel)

    def _start(self) -> datetime:
        """Any time of the period; nights and Sundays are quieter."""
        while True:
            at = self.present - _MOMENT - PERIOD * self.random.random()
            local = at.astimezone(ZONE)
            quiet = local.hour < 7 or local.hour > 20 or local.weekday() == 6
            if not quiet or self.random.random() < 0.12:
                return at.replace(microsecond=0)

    def _conversation(self, number: int, at: datetime, channel: str) -> PlannedConversation:
        """A call or visit whose time is not over yet is moved to the day before, where there is room."""
        topics = [topic for topic in self.content.topics if _fits(topic, channel)]
        topic = self.random.choices(topics, [topic.weight for topic in topics])[0]
        customer = self.random.choice(self.customers)
        agent = self.agents.get(topic.key) if self.random.random() * 100 < _ROBOT_SHARE.get(channel, 0) else None
        scenario = self._scenario(channel, at)
        if channel in _IN_PERSON and agent is None:
            at = self._office_hours(at)
        level = next(self.machine_levels) if agent is not None else Level.GOOD
        careless = scenario is scenarios.talked and agent is None and self._slip(topic)
        while True:
            scene = self._scene(topic, customer, channel, at)
            scene.careless = careless
            if agent is not None:
                scenarios.by_ai_agent(scene, agent, level)
            else:
                scenario(scene)
            if scene.thread.turns:
                return self._finished(number, scene, topic)
            at -= timedelta(days=1)

    def _slip(self, topic: Topic) -> bool:
        """The first calls about bills go badly wrong, so that there is always a knock-out to look at."""
        slips = self.slips > 0 and topic.tag[0] == "Billing"
        self.slips -= slips
        return slips

    def _office_hours(self, at: datetime) -> datetime:
        """The same time, or some time of the office hours of the working day before."""
        local = at.astimezone(ZONE)
        while local.weekday() > _FRIDAY or not _OPENS <= local.hour < _CLOSES:
            day = local.date() - timedelta(days=1 if local.hour < _OPENS or local.weekday() > _FRIDAY else 0)
            opened = timedelta(seconds=self.random.randrange((_CLOSES - _OPENS) * 3600))
            local = datetime.combine(day, time(_OPENS), ZONE) + opened
        return local.astimezone(UTC)

    def _scenario(self, channel: str, at: datetime) -> Scenario:
        if channel in {"chat", "phone"}:
            return scenarios.talked
        if channel == "walkIn":
            return scenarios.in_the_shop
        if channel == "system":
            return scenarios.automatic
        if self.present - at < _RECENT and self.random.random() < _UNANSWERED:
            return scenarios.waiting
        choices = [scenario for _weight, scenario in _WRITTEN]
        return self.random.choices(choices, [weight for weight, _scenario in _WRITTEN])[0]

    def _scene(self, topic: Topic, customer: Customer, channel: str, at: datetime) -> Scene:
        facts = make_facts(self.content.phrases, customer, at, self.random)
        writer = Writer(self.random, self.content.phrases, topic, customer.language, facts)
        team, leaders = self._team(topic.team)
        thread = Thread(self.present - _MOMENT, at)
        return Scene(self.content, thread, writer, customer, channel, team, leaders[0], self.diary)

    def _team(self, key: str) -> tuple[tuple[Person, ...], tuple[Person, ...]]:
        """Who works on the topic, and who leads them. Customer care helps out everywhere now and then."""
        name = "care" if self.random.random() < 0.12 else key
        people = {person.key: person for person in self.content.people}
        members = tuple(person for person in self.content.people if name in person.teams and person.role == "Agent")
        leaders = next(team.leaders for team in self.content.teams if team.key == name)
        return members, tuple(people[leader] for leader in leaders)

    def _finished(self, number: int, scene: Scene, topic: Topic) -> PlannedConversation:
        customer, thread, writer = scene.customer, scene.thread, scene.writer
        system = scene.channel == "system"
        subject = writer.system_text("subject") if system else writer.text("subject")
        tags = [topic.tag]
        if writer.chance(30):
            tags.append(("Gas",) if writer.chance(25) else ("Electricity",))
        parsed = ParsedConversation(
            position=Position(number),
            source=SOURCE,
            id=str(number),
            channel=scene.channel,
            turns=tuple(thread.turns),
            participants=tuple(_participant(one) for one in thread.writers.values()),
            fingerprint=sha256(f"{SOURCE}:{self.seed}:{number}".encode()).hexdigest(),
            subject=None if scene.channel in {"chat", "phone", "walkIn"} else subject,
            language=customer.language,
            customer=ParsedCustomer(
                customer.name, customer.email, customer.phone, customer.customer_id, customer.contract_id
            ),
            tags=tuple(tags),
            status=thread.status,
            segments=tuple(thread.segments),
            csat=thread.csat,
            raw={"invented": True, "topic": topic.key},
        )
        return PlannedConversation(parsed, topic.key, customer, tuple(thread.works))


def _fits(topic: Topic, channel: str) -> bool:
    return topic.key in SYSTEM_TOPICS if channel == "system" else channel not in topic.not_on


def _participant(one: Person | AiAgent) -> Participant:
    if isinstance(one, AiAgent):
        return Participant(one.key, one.name, one.external_id, ParticipantType.AI_AGENT)
    return Participant(one.key, one.name, f"{SOURCE}:{one.key}", email=one.email)
