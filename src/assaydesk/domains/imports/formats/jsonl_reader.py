"""From the checked shape of a JSONL line to a conversation: who took part, in what order, which facts contradict."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from assaydesk.domains.imports.formats.findings import Position
from assaydesk.domains.imports.formats.jsonl_shapes import (
    TAG_SEPARATOR,
    ActionShape,
    ConversationShape,
    CustomerShape,
    MessageShape,
    PersonShape,
    ToolCallShape,
)
from assaydesk.domains.imports.formats.types import (
    Action,
    Attachment,
    Csat,
    Customer,
    Message,
    ParsedConversation,
    ParseOptions,
    Participant,
    ParticipantType,
    Role,
    Segment,
    ToolCall,
    Turn,
)
from assaydesk.kit.html import to_plain_text

DEFAULT_SOURCE: Final = "jsonl"
_TYPE_OF_ROLE: Final = {
    Role.AGENT: ParticipantType.USER,
    Role.NOTE: ParticipantType.USER,
    Role.AI_AGENT: ParticipantType.AI_AGENT,
}
_DEFAULT_NAMES: Final = {ParticipantType.USER: "Imported agent", ParticipantType.AI_AGENT: "Imported AI agent"}
_Entry: TypeAlias = MessageShape | ToolCallShape | ActionShape


class Fault(NamedTuple):
    """`path` as in the line: `messages.2.at`; empty for the line as a whole."""

    path: str
    message: str


class Refused(Exception):
    """The line has the right shape but contradicts itself; all faults at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = faults


@dataclass(slots=True)
class LineReader:
    """Makes a conversation of one line that has the right shape."""

    shape: ConversationShape
    options: ParseOptions
    people: dict[str, Participant] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def read(self, position: Position, print_of_line: str) -> ParsedConversation:
        shape = self.shape
        self._read_people()
        turns = self._read_turns()
        segments = self._read_segments()
        tags = tuple(_tag_path(tag) for tag in shape.tags or ())
        if any(not name or len(name) > 100 for path in tags for name in path) or any(len(path) > 6 for path in tags):
            self.faults.append(Fault("tags", "a path has at most 6 names of 1 to 100 characters"))
        csat = shape.csat and Csat(
            scale=shape.csat.scale or 5, stars=shape.csat.answer_stars, text=shape.csat.answer_text, at=shape.csat.at
        )
        if csat and csat.stars > csat.scale:
            self.faults.append(Fault("csat.answerStars", f"{csat.stars} is more than the scale of {csat.scale}"))
        if self.faults:
            raise Refused(self.faults)
        return ParsedConversation(
            position=position,
            source=self._source,
            id=shape.id,
            channel="phone" if shape.channel == "voice" else shape.channel or "chat",
            turns=turns,
            participants=tuple(self.people.values()),
            fingerprint=print_of_line,
            subject=shape.subject or None,
            language=shape.language or None,
            started_at=shape.started_at,
            customer=_customer(shape.customer),
            tags=tags,
            status=shape.status,
            segments=segments,
            csat=csat or None,
            raw=shape.raw_data,
        )

    @property
    def _source(self) -> str:
        return self.options.source or self.shape.source or DEFAULT_SOURCE

    def _read_people(self) -> None:
        """Those of `people`, then whoever an entry names; a role tells the type where `people` does not."""
        types = {key: ParticipantType.USER for key in (entry.author for entry in self._entries()) if key}
        for entry in self.shape.messages:
            if isinstance(entry, MessageShape) and entry.author and entry.role is Role.AI_AGENT:
                types[entry.author] = ParticipantType.AI_AGENT
        for index, person in enumerate(self.shape.people or ()):
            if person.key in self.people:
                self.faults.append(Fault(f"people.{index}.key", f"{person.key!r} stands there twice"))
            kind = person.type or types.get(person.key, ParticipantType.USER)
            self.people[person.key] = self._participant(person.key, kind, person)
        for key, kind in types.items():
            self.people.setdefault(key, self._participant(key, kind))

    def _entries(self) -> Iterator[_Entry]:
        """The entries that have an author: customer and system messages have none."""
        for entry in self.shape.messages:
            if not isinstance(entry, MessageShape) or entry.role in _TYPE_OF_ROLE:
                yield entry

    def _participant(self, key: str, kind: ParticipantType, person: PersonShape | None = None) -> Participant:
        return Participant(
            key=key,
            name=(person and person.name) or key,
            external_id=f"{self._source}:{key}",
            type=kind,
            email=person.email if person else None,
            team=person.team if person else None,
        )

    def _read_turns(self) -> tuple[Turn, ...]:
        """The entries that say something, in order of time; one without a time stays behind the one before it."""
        turns: list[tuple[float, Turn]] = []
        ids: set[str] = set()
        clock = float("-inf")
        for index, entry in enumerate(self.shape.messages):
            clock = entry.at.timestamp() if entry.at else clock
            turn = self._turn(f"messages.{index}", entry)
            if isinstance(turn, Message) and turn.external_id is not None:
                if turn.external_id in ids:
                    self.faults.append(Fault(f"messages.{index}.id", f"{turn.external_id!r} stands there twice"))
                ids.add(turn.external_id)
            if turn is not None:
                turns.append((clock, turn))
        turns.sort(key=lambda pair: pair[0])
        return tuple(turn for _clock, turn in turns)

    def _turn(self, path: str, entry: _Entry) -> Turn | None:
        if isinstance(entry, ToolCallShape):
            author = self._author(path, entry.author, None)
            return ToolCall(entry.name, entry.arguments, entry.result, author, entry.at)
        if isinstance(entry, ActionShape):
            return Action(entry.action, self._author(path, entry.author, None), entry.at, entry.due_by)
        text = entry.text or to_plain_text(entry.html or "")
        attachments = tuple(Attachment(item.name, item.url) for item in entry.attachments or ())
        if not text.strip() and not attachments:
            return None
        kind = _TYPE_OF_ROLE.get(entry.role)
        speaker = self._author(path, entry.author, kind) if kind else None
        return Message(
            role=entry.role,
            text=text,
            author=speaker,
            at=entry.at,
            html=entry.html or None,
            external_id=entry.id,
            attachments=attachments,
            ai_usage=entry.ai_usage or 0,
        )

    def _author(self, path: str, key: str | None, kind: ParticipantType | None) -> str:
        """The participant meant: without a key the only one of that type, or one without a name."""
        if key is not None:
            if kind is ParticipantType.AI_AGENT and self.people[key].type is not kind:
                self.faults.append(Fault(f"{path}.role", f"{key!r} is no AI agent; use agent or another author"))
            return key
        fitting = [person for person in self.people.values() if kind is None or person.type is kind]
        if len(fitting) > 1:
            names = ", ".join(person.key for person in fitting[:5])
            self.faults.append(Fault(f"{path}.author", f"required, because it could be one of {names}"))
        if fitting:
            return fitting[0].key
        kind = kind or self._only_kind()
        unnamed = f"*{kind}"
        self.people[unnamed] = Participant(unnamed, _DEFAULT_NAMES[kind], f"{self._source}:{unnamed}", kind)
        return unnamed

    def _only_kind(self) -> ParticipantType:
        roles = {entry.role for entry in self.shape.messages if isinstance(entry, MessageShape)}
        return ParticipantType.AI_AGENT if Role.AI_AGENT in roles and Role.AGENT not in roles else ParticipantType.USER

    def _read_segments(self) -> tuple[Segment, ...]:
        segments = []
        for index, shape in enumerate(self.shape.segments or ()):
            if shape.author not in self.people:
                self.faults.append(Fault(f"segments.{index}.author", f"{shape.author!r} does not take part"))
            if shape.to < shape.from_:
                self.faults.append(Fault(f"segments.{index}.to", "lies before `from`"))
            segments.append(Segment(shape.author, shape.from_, shape.to))
        return tuple(segments)


def _tag_path(tag: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in tag.split(TAG_SEPARATOR))


def _customer(shape: CustomerShape | None) -> Customer | None:
    if shape is None:
        return None
    customer = Customer(shape.name, shape.email or None, shape.phone or None, shape.customer_id, shape.contract_id)
    return customer if customer != Customer() else None
