"""Calls and chats, line by line: those of people, and those of AI agents that work alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from assaydesk.domains.demo import tools
from assaydesk.domains.demo.types import AiAgent, Answered, Customer, Level, Person, Work
from assaydesk.domains.demo.wording import Writer
from assaydesk.domains.imports.formats.types import Action, Message, Role, ToolCall, Turn

Script = list[tuple[float, Turn]]
"""Turns with the seconds that pass before each."""


@dataclass(slots=True)
class Dialogue:
    """A script in the making. `spoken`: a call, not a chat; lines take the time of speaking."""

    writer: Writer
    customer: Customer
    spoken: bool
    script: Script = field(default_factory=list)

    def customer_says(self, text: str) -> None:
        self._add(text, Message(Role.CUSTOMER, text))

    def person_says(self, person: Person, *texts: str) -> None:
        """Each text that is not empty is a line of its own in a chat; a caller hears them in one go."""
        lines = [text for text in texts if text]
        for text in [" ".join(lines)] if self.spoken and lines else lines:
            self._add(text, Message(Role.AGENT, text, author=person.key))

    def robot_says(self, agent: AiAgent, *texts: str) -> None:
        for text in texts:
            self.script.append((self.writer.random.uniform(2, 5), Message(Role.AI_AGENT, text, author=agent.key)))

    def calls(self, name: str, author: str, *, at_once: bool = False, robot: bool = False) -> None:
        seconds = 0.0 if at_once else self.writer.random.uniform(0.5, 2) if robot else self.writer.random.uniform(4, 14)
        self.script.append((seconds, self.call(name, author)))

    def call(self, name: str, author: str) -> ToolCall:
        return tools.call(name, author, self.customer, self.writer.facts)

    def does(self, action: str, author: str) -> None:
        self.script.append((self.writer.random.uniform(1, 5), Action(action, author)))

    def _add(self, text: str, turn: Message) -> None:
        pace = 13.0 if self.spoken else 6.0
        seconds = self.writer.random.uniform(2, 9) + min(len(text) / pace, 75)
        self.script.append((seconds, turn))


def talk(dialogue: Dialogue, person: Person, level: Level, *, careless: bool = False) -> Work:
    """A person's call or chat from the customer's first line to the good-bye. `careless`: a password is asked for."""
    writer, topic = dialogue.writer, dialogue.writer.topic
    manners = writer.manners(level, "greeting", "by_name", "closing", "further_help", "empathy", "identified")
    greeted = manners["greeting"] or manners["by_name"]
    hello = writer.phrase("live.hello" if manners["by_name"] else "live.hello_plain", person) if greeted else ""
    empathy = manners["empathy"] if topic.upset else None
    dialogue.customer_says(writer.text("spoken"))
    dialogue.person_says(person, hello, _capital(writer.text("empathy")) if empathy else "")
    identified, secret = _identify(dialogue, person, level, asked=manners["identified"], careless=careless)
    answered = writer.answered(level)
    confirmed, credit = _work(dialogue, person, level, answered)
    answered = _answer(dialogue, person, answered)
    if manners["further_help"]:
        dialogue.person_says(person, writer.phrase("live.more"))
        dialogue.customer_says(writer.phrase("live.no_more"))
    if manners["closing"]:
        dialogue.person_says(person, writer.phrase("live.bye" if level is Level.GOOD else "live.bye_plain"))
    said = " ".join(turn.text for _, turn in dialogue.script if isinstance(turn, Message) and turn.author)
    return Work(
        level,
        answered,
        greeting=greeted,
        by_name=manners["by_name"],
        closing=manners["closing"],
        further_help=manners["further_help"],
        empathy=empathy,
        identified=identified,
        no_secret=not secret,
        no_forbidden=writer.is_polite(said),
        safe_channel="IBAN" not in said if topic.key == "bank_details" else None,
        confirmed=confirmed,
        no_credit=not credit,
    )


def _identify(
    dialogue: Dialogue, person: Person, level: Level, *, asked: bool, careless: bool
) -> tuple[bool | None, bool]:
    """Ask who is speaking. Answers whether that was done (None: not needed), and whether a secret was asked for."""
    writer = dialogue.writer
    if not writer.topic.identity:
        return None, False
    dialogue.person_says(person, writer.phrase("live.verify" if asked else "live.verify_curt"))
    dialogue.customer_says(writer.phrase("live.verified" if asked else "live.number_only"))
    secret = careless or writer.chance({Level.GOOD: 0, Level.MEDIOCRE: 2, Level.BAD: 8}[level])
    if secret:
        dialogue.person_says(person, writer.phrase("live.secret"))
        dialogue.customer_says(writer.phrase("live.secret_answer"))
    return asked, secret


def _work(dialogue: Dialogue, person: Person, level: Level, answered: Answered) -> tuple[bool | None, bool]:
    """Look up and book. Answers whether the customer agreed first (None: nothing was booked), and whether a credit
    was granted."""
    writer, topic = dialogue.writer, dialogue.writer.topic
    place = list(Level).index(level)
    looks = writer.chance((100, 92, 60)[place])
    if looks:
        dialogue.calls(topic.tools[0], person.key)
    if topic.books is None:
        if len(topic.tools) > 1 and looks:
            dialogue.calls(topic.tools[-1], person.key)
    elif answered in (Answered.FULL, Answered.PARTIAL):
        confirmed = writer.chance((97, 72, 12)[place])
        if confirmed:
            dialogue.person_says(person, writer.phrase("live.confirm"))
            dialogue.customer_says(writer.phrase("live.yes"))
        dialogue.calls(topic.books, person.key, at_once=looks and not confirmed and writer.chance(50))
        return confirmed, _credit(dialogue, person, level)
    if looks and level is not Level.BAD and topic.identity:
        dialogue.person_says(person, writer.phrase("live.looked_up"))
    return None, _credit(dialogue, person, level)


def _credit(dialogue: Dialogue, person: Person, level: Level) -> bool:
    granted = level is not Level.GOOD and dialogue.writer.chance(7)
    if granted:
        dialogue.calls("grantCredit", person.key)
    return granted


def _answer(dialogue: Dialogue, person: Person, answered: Answered) -> Answered:
    """Say it, hear what the customer makes of it, and answer what was left open, or not."""
    writer = dialogue.writer
    kinds = {Answered.WRONG: "curt", Answered.PARTIAL: "partial", Answered.VAGUE: "vague"}
    dialogue.person_says(person, *_lines(writer.text(kinds.get(answered, "full"))))
    if answered is Answered.FULL:
        dialogue.customer_says(writer.phrase("live.thanks"))
        return answered
    if answered is Answered.PARTIAL and writer.chance(55):
        dialogue.customer_says(_capital(writer.text("again")))
        dialogue.person_says(person, _capital(writer.text("again_full")))
        dialogue.customer_says(writer.phrase("live.thanks"))
        return Answered.FULL
    dialogue.customer_says(writer.phrase("live.unsure"))
    dialogue.person_says(person, writer.phrase("live.put_off"))
    dialogue.customer_says(writer.phrase("live.thanks_cool"))
    return answered


def robot_chat(dialogue: Dialogue, agent: AiAgent, level: Level) -> Work:
    """An AI agent works alone: a good one looks up, asks and books; a mediocre one does not ask."""
    writer, topic = dialogue.writer, dialogue.writer.topic
    good, friendly = level is Level.GOOD, level is not Level.BAD
    hello, lead = writer.phrase("robot.hello"), writer.phrase("robot.done")
    dialogue.customer_says(writer.text("spoken"))
    if friendly:
        dialogue.calls(topic.tools[0], agent.key, robot=True)
    if good:
        dialogue.robot_says(agent, f"{hello} {writer.phrase('robot.confirm')}")
        dialogue.customer_says(writer.phrase("live.yes"))
    dialogue.calls(topic.books or topic.tools[-1], agent.key, robot=True)
    answered = Answered.FULL if good else Answered.PARTIAL
    answer = _capital(writer.text(answered))
    dialogue.robot_says(agent, f"{lead} {answer}" if good else f"{hello} {answer}" if friendly else answer)
    if friendly:
        dialogue.customer_says(writer.phrase("live.thanks" if good else "live.thanks_cool"))
        dialogue.robot_says(agent, writer.phrase("robot.bye"))
    return _robot_work(level, answered, friendly=friendly, confirmed=good)


def robot_letter(dialogue: Dialogue, agent: AiAgent, level: Level) -> Work:
    """An AI agent answers a letter alone."""
    writer, topic = dialogue.writer, dialogue.writer.topic
    if level is not Level.BAD:
        dialogue.calls(topic.tools[0], agent.key, robot=True)
    dialogue.calls(topic.books or topic.tools[-1], agent.key, robot=True)
    answered = Answered.FULL if level is Level.GOOD else Answered.PARTIAL
    parts = [writer.phrase("robot.hello"), _capital(writer.text(answered)), writer.phrase("robot.bye")]
    dialogue.robot_says(agent, "\n\n".join(parts[1:2] if level is Level.BAD else parts))
    return _robot_work(level, answered, friendly=level is not Level.BAD, confirmed=None)


def _robot_work(level: Level, answered: Answered, *, friendly: bool, confirmed: bool | None) -> Work:
    return Work(
        level,
        answered,
        greeting=friendly,
        by_name=friendly,
        closing=friendly,
        further_help=friendly,
        confirmed=confirmed,
    )


def _lines(text: str) -> Iterator[str]:
    """The paragraphs of a letter as lines of a chat."""
    yield from (_capital(part) for part in text.split("\n\n"))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
