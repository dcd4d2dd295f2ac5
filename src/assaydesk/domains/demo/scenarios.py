"""How conversations go: answered at once or at the second try, handed over, drafted, closed without a word."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from assaydesk.domains.demo.content import Content
from assaydesk.domains.demo.dialogue import Dialogue, Script, robot_chat, robot_letter, talk
from assaydesk.domains.demo.diary import Diary
from assaydesk.domains.demo.thread import Thread
from assaydesk.domains.demo.types import AiAgent, Answered, Customer, Level, Person
from assaydesk.domains.demo.wording import Reply, Writer
from assaydesk.domains.imports.formats.types import Action, Attachment, Csat, Message, Role


@dataclass(slots=True)
class Scene:
    """What a scenario needs: the thread, who writes about what, who may work on it and when.

    `careless`: whoever takes the call asks for a password, which nobody may do.
    """

    content: Content
    thread: Thread
    writer: Writer
    customer: Customer
    channel: str
    team: tuple[Person, ...]
    supervisor: Person
    diary: Diary
    careless: bool = False

    def person(self, besides: Person | None = None) -> Person:
        """Somebody of the team, somebody else if there is one."""
        others = [person for person in self.team if besides is None or person.key != besides.key]
        return self.writer.random.choice(others or list(self.team))

    def later(self, at: datetime, least: float, most: float) -> datetime:
        """Some hours after `at`, in whole seconds."""
        return at + timedelta(seconds=round(3600 * self.writer.random.uniform(least, most)))

    def dialogue(self) -> Dialogue:
        return Dialogue(self.writer, self.customer, spoken=self.channel == "phone")


Scenario = Callable[[Scene], None]


def answered_once(scene: Scene) -> None:
    """A question, an answer; now and then the customer has to wait for more."""
    scene.thread.incoming(_question(scene), scene.thread.at)
    _answer(scene, scene.person(), ending="closed" if scene.writer.chance(90) else "pending")


def asked_again(scene: Scene) -> None:
    """The first answer leaves something open; the second one comes from the same person or a colleague."""
    scene.thread.incoming(_question(scene), scene.thread.at)
    person = scene.person()
    level = scene.writer.level_of(person)
    _answer(scene, person, level=level, ending="closed" if scene.writer.chance(65) else "pending")
    last = scene.thread.works[-1].work if scene.thread.works else None
    if last is not None and last.answered is Answered.FULL:
        return
    scene.thread.incoming(scene.writer.customer_letter("again"), scene.later(scene.thread.at, 1, 30))
    second = person if scene.writer.chance(60) else scene.person(besides=person)
    _answer(scene, second, again=True)


def thanked(scene: Scene) -> None:
    """The customer says thank you, which opens the ticket; somebody closes it without a word."""
    answered_once(scene)
    last = scene.thread.works[-1].work if scene.thread.works else None
    if last is not None and last.answered is not Answered.FULL:
        return
    scene.thread.incoming(scene.writer.customer_letter("thanks"), scene.later(scene.thread.at, 0.5, 20))
    _close_silently(scene, scene.person())


def handed_over(scene: Scene) -> None:
    """The first reader leaves a note and assigns a colleague, who answers."""
    scene.thread.incoming(_question(scene), scene.thread.at)
    first, writer = scene.person(), scene.writer
    note = writer.phrase("handover_note", note=writer.text("note"))
    script: Script = [
        (writer.random.uniform(40, 150), Message(Role.NOTE, note, author=first.key)),
        (writer.random.uniform(3, 10), Action("assigned", first.key)),
    ]
    start = _start(scene, first, scene.later(scene.thread.at, 0.2, 4), 180)
    scene.thread.visit(first, start, script, linger=5)
    _answer(scene, scene.person(besides=first))


def postponed(scene: Scene) -> None:
    """Something has to be found out first: a note, pending, and the answer on a later day."""
    scene.thread.incoming(_question(scene), scene.thread.at)
    person, writer = scene.person(), scene.writer
    script: Script = [
        (writer.random.uniform(40, 120), Message(Role.NOTE, writer.text("note"), author=person.key)),
        (writer.random.uniform(3, 10), Action("pending", person.key)),
    ]
    start = _start(scene, person, scene.later(scene.thread.at, 0.5, 6), _length(script) + 10)
    scene.thread.visit(person, start, script, linger=6)
    _answer(scene, person, ready=scene.later(scene.thread.at, 20, 60))


def drafted(scene: Scene) -> None:
    """A trainee writes a draft; the supervisor approves it and closes."""
    scene.thread.incoming(_question(scene), scene.thread.at)
    trainee = next((person for person in scene.team if person.trainee), scene.person())
    level = scene.writer.level_of(trainee)
    reply = scene.writer.reply_letter(trainee, level)
    script: Script = [*_written(scene, trainee, level, reply), (0.0, Action("draft", trainee.key))]
    start = _start(scene, trainee, scene.later(scene.thread.at, 0.5, 6), _length(script) + 10)
    scene.thread.visit(trainee, start, script, work=reply.work, linger=8)
    release: Script = [
        (70.0, Action("draft-approved", scene.supervisor.key)),
        (4.0, Action("closed", scene.supervisor.key)),
    ]
    begin = _start(scene, scene.supervisor, scene.later(scene.thread.at, 0.2, 3), _length(release) + 5)
    scene.thread.visit(scene.supervisor, begin, release, linger=5)


def waiting(scene: Scene) -> None:
    """Nobody has answered yet."""
    scene.thread.incoming(_question(scene), scene.thread.at)


def closed_silently(scene: Scene) -> None:
    """A duplicate, or something that needs no answer."""
    scene.thread.incoming(_question(scene), scene.thread.at)
    _close_silently(scene, scene.person(), note=True)


def automatic(scene: Scene) -> None:
    """A system reports something, and somebody writes to the customer about it."""
    writer = scene.writer
    scene.thread.incoming(writer.system_text("text"), scene.thread.at, Role.SYSTEM)
    person = scene.person()
    if writer.chance(20):
        _close_silently(scene, person, note=True)
        return
    level = writer.level_of(person)
    answered = Answered.WRONG if level is Level.BAD else Answered.FULL
    body = writer.system_text("curt" if level is Level.BAD else "full")
    manners = writer.manners(level, "greeting", "by_name", "closing", "further_help")
    _send(scene, person, level, writer.letter(person, level, answered, body, manners, asked=False), "closed")


def in_the_shop(scene: Scene) -> None:
    """Somebody comes in; the answer goes out in writing on the same day."""
    text = scene.writer.phrase("visit", question=scene.writer.text("spoken"))
    person = scene.person()
    level = scene.writer.level_of(person)
    reply = scene.writer.reply_letter(person, level)
    script: Script = [*_written(scene, person, level, reply), (4.0, Action("closed", person.key))]
    start = _start(scene, person, scene.thread.at, _length(script) + 70)
    scene.thread.incoming(text, start)
    scene.thread.visit(person, start + timedelta(seconds=60), script, work=reply.work, linger=5)


def talked(scene: Scene) -> None:
    """A call or a chat with a person."""
    person = scene.person()
    level = Level.BAD if scene.careless else scene.writer.level_of(person)
    dialogue = scene.dialogue()
    work = talk(dialogue, person, level, careless=scene.careless)
    dialogue.does("closed" if scene.writer.chance(92) else "pending", person.key)
    start = _start(scene, person, scene.thread.at, _length(dialogue.script))
    scene.thread.visit(person, start, dialogue.script, work=work)
    _survey(scene, level)


def by_ai_agent(scene: Scene, agent: AiAgent, level: Level) -> None:
    """An AI agent does it alone."""
    dialogue = scene.dialogue()
    if scene.channel == "chat":
        work = robot_chat(dialogue, agent, level)
    else:
        scene.thread.incoming(_question(scene), scene.thread.at)
        work = robot_letter(dialogue, agent, level)
    dialogue.does("closed", agent.key)
    scene.thread.visit(agent, scene.thread.at + timedelta(seconds=4), dialogue.script, work=work)
    _survey(scene, level)


def _question(scene: Scene) -> str:
    return scene.writer.customer_letter("question")


def _answer(
    scene: Scene,
    person: Person,
    *,
    level: Level | None = None,
    again: bool = False,
    ending: str = "closed",
    ready: datetime | None = None,
) -> None:
    level = level or scene.writer.level_of(person)
    _send(scene, person, level, scene.writer.reply_letter(person, level, again=again), ending, ready)


def _send(scene: Scene, person: Person, level: Level, reply: Reply, ending: str, ready: datetime | None = None) -> None:
    """Read, write, send and close, in one visit or two; not before `ready`."""
    script: Script = [
        *_written(scene, person, level, reply),
        (scene.writer.random.uniform(2, 9), Action(ending, person.key)),
    ]
    waiting = ready or _waiting(scene, level)
    if level is not Level.BAD and scene.writer.chance(14):
        seconds = scene.writer.random.uniform(50, 240)
        begin = _start(scene, person, waiting, seconds)
        waiting = begin + timedelta(seconds=seconds, minutes=scene.writer.random.uniform(5, 150))
        scene.thread.look(person, begin, begin + timedelta(seconds=seconds))
    start = _start(scene, person, waiting, _length(script) + 15)
    scene.thread.visit(person, start, script, work=reply.work, linger=scene.writer.random.uniform(2, 12))
    _survey(scene, level)


def _written(scene: Scene, person: Person, level: Level, reply: Reply) -> Script:
    """What somebody does until the reply is sent: looking up, perhaps a note, reading and writing."""
    writer = scene.writer
    script: Script = []
    if level is not Level.BAD and writer.topic.identity:
        script.append((writer.random.uniform(8, 30), scene.dialogue().call(writer.topic.tools[0], person.key)))
    if level is Level.GOOD and writer.chance(30):
        script.append((writer.random.uniform(30, 90), Message(Role.NOTE, writer.text("note"), author=person.key)))
    pace = {Level.GOOD: 2.2, Level.MEDIOCRE: 3.4, Level.BAD: 6.5}[level]
    writing = len(reply.text) / pace * writer.random.uniform(0.6, 1.1) + writer.random.uniform(15, 60)
    attachments = tuple(Attachment(name) for name in reply.attachments)
    helped = writer.random.choices((0, 1, 2), {Level.GOOD: (64, 14, 22)}.get(level, (86, 8, 6)))[0]
    script.append(
        (writing, Message(Role.AGENT, reply.text, author=person.key, attachments=attachments, ai_usage=helped))
    )
    return script


def _close_silently(scene: Scene, person: Person, *, note: bool = False) -> None:
    writer = scene.writer
    script: Script = [(writer.random.uniform(2, 8), Action("closed", person.key))]
    if note:
        text = writer.phrase("duplicate_note")
        script.insert(0, (writer.random.uniform(15, 60), Message(Role.NOTE, text, author=person.key)))
    start = _start(scene, person, scene.later(scene.thread.at, 0.2, 8), _length(script) + 15)
    scene.thread.visit(person, start, script, linger=writer.random.uniform(8, 15))


def _waiting(scene: Scene, level: Level) -> datetime:
    """When somebody takes the ticket up: mostly within hours, sometimes after days."""
    quick = {Level.GOOD: 72, Level.MEDIOCRE: 56, Level.BAD: 38}[level]
    if scene.writer.chance(quick):
        return scene.later(scene.thread.at, 0.3, 3)
    if scene.writer.chance(65):
        return scene.later(scene.thread.at, 3, 24)
    return scene.later(scene.thread.at, 24, 72)


def _start(scene: Scene, person: Person, earliest: datetime, seconds: float) -> datetime:
    """Book the person's time; now and then it is spent in a second window."""
    length = timedelta(seconds=seconds)
    return scene.diary.book(person, earliest, length, beside_others=scene.writer.chance(7))


def _survey(scene: Scene, level: Level) -> None:
    """Some customers answer the survey, at last when the conversation is over for them."""
    writer, thread = scene.writer, scene.thread
    if thread.cut or not writer.chance(24):
        return
    stars = writer.random.choice({Level.GOOD: (4, 5, 5), Level.MEDIOCRE: (2, 3, 3, 4), Level.BAD: (1, 1, 2)}[level])
    at = scene.later(thread.at, 0.1, 12)
    if at <= thread.horizon:
        thread.csat = Csat(5, stars, None, at)


def _length(script: Script) -> float:
    return sum(seconds for seconds, _turn in script)
