"""Messages of customers and replies of the desk, written at a level of quality that is known afterwards."""

from dataclasses import dataclass
from random import Random
from typing import Final

from assaydesk.domains.demo.content import Phrases, Topic, paragraphs
from assaydesk.domains.demo.customers import Facts, names_of
from assaydesk.domains.demo.types import Answered, Level, Person, Work

_BODIES: Final = {
    Answered.FULL: "full",
    Answered.PARTIAL: "partial",
    Answered.VAGUE: "vague",
    Answered.WRONG: "curt",
}
# Out of a hundred: what becomes of the questions, by the level of the work.
_ANSWERS: Final = {
    Level.GOOD: ((100, Answered.FULL),),
    Level.MEDIOCRE: ((25, Answered.FULL), (45, Answered.PARTIAL), (30, Answered.VAGUE)),
    Level.BAD: ((10, Answered.PARTIAL), (25, Answered.VAGUE), (65, Answered.WRONG)),
}
# Chances in percent of what good manners ask for: good, mediocre, bad.
_MANNERS: Final = {
    "greeting": (100, 96, 28),
    "by_name": (98, 30, 4),
    "closing": (100, 86, 32),
    "further_help": (92, 24, 0),
    "empathy": (96, 18, 0),
    "identified": (98, 55, 6),
}


SYSTEM_TOPICS: Final = ("meter_reading", "payment_reminder")
"""What a system reports by itself, in the order of its texts."""


@dataclass(frozen=True, slots=True)
class Reply:
    text: str
    work: Work
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes for one conversation: its topic, language, facts, and the chances of the plan."""

    random: Random
    phrases: Phrases
    topic: Topic
    language: str
    facts: Facts

    def phrase(self, name: str, person: Person | None = None, **more: str) -> str:
        """One of the phrases of this name, filled; `more`: slots of this phrase alone."""
        found = self.phrases.of(self.language, name)
        text = found if isinstance(found, str) else self.random.choice(found)
        return self.facts.fill(text, **names_of(person), **more)

    def text(self, kind: str, variant: int | None = None, *, language: str | None = None) -> str:
        """A text of the topic; `variant` chooses one of several for good."""
        texts = self.topic.texts[language or self.language][kind]
        chosen = self.random.choice(texts) if variant is None else texts[variant % len(texts)]
        return self.facts.fill(chosen)

    def system_text(self, kind: str) -> str:
        """A text of, or after, an automatic report about this topic."""
        texts = self.phrases.of(self.language, f"system.{kind}")
        return self.facts.fill(paragraphs(texts[SYSTEM_TOPICS.index(self.topic.key)]))

    def chance(self, percent: float) -> bool:
        return self.random.random() * 100 < percent

    def level_of(self, person: Person) -> Level:
        """How well the person works this time."""
        return self.random.choices(list(Level), person.skill)[0]

    def manners(self, level: Level, *names: str) -> dict[str, bool]:
        """Which of the named manners this piece of work has."""
        place = list(Level).index(level)
        return {name: self.chance(_MANNERS[name][place]) for name in names}

    def answered(self, level: Level) -> Answered:
        chances = _ANSWERS[level]
        return self.random.choices([answer for _, answer in chances], [weight for weight, _ in chances])[0]

    def is_polite(self, text: str) -> bool:
        """False when one of the forbidden phrases stands in it."""
        return not any(phrase in text.casefold() for phrase in self.phrases.forbidden)

    def customer_letter(self, kind: str, variant: int | None = None) -> str:
        """A written message of the customer with opening and signature."""
        opening = self.phrase("customer_opening")
        upset = self.topic.upset and kind in {"question", "again"}
        closing = self.phrase("customer_closing_upset" if upset else "customer_closing")
        body = self.text(kind, variant) if kind != "thanks" else self.phrase("thanks_back")
        parts = [opening, self._after_opening(body), closing]
        if kind == "question" and self.chance(45):
            parts[-1] += "\n" + self.phrase("contract_line")
        return "\n\n".join(parts)

    def reply_letter(self, person: Person, level: Level, *, again: bool = False) -> Reply:
        """A written reply. `again`: to the customer's second message, which asks what was left open."""
        manners = self.manners(level, "greeting", "by_name", "closing", "further_help")
        answered = self._answered_again(level) if again else self.answered(level)
        kind = _BODIES[answered]
        wrong_language = level is Level.BAD and self.chance(8)
        language = {"de": "en", "en": "de"}[self.language] if wrong_language else self.language
        body = self.text(f"again_{kind}" if again else kind, language=language)
        empathy = self._empathy(level) if not again else None
        return self.letter(person, level, answered, body, manners, empathy=empathy, same_language=not wrong_language)

    def letter(
        self,
        person: Person,
        level: Level,
        answered: Answered,
        body: str,
        manners: dict[str, bool],
        *,
        empathy: bool | None = None,
        same_language: bool = True,
        asked: bool = True,
    ) -> Reply:
        """Put greeting, body, attachment, offer of help and closing together. `asked`: the customer wrote first."""
        greeted = manners["greeting"] or manners["by_name"]
        head = self.phrase("greeting_named" if manners["by_name"] else "greeting_plain") if greeted else ""
        lead: list[str] = []
        thankful = asked and level is not Level.BAD and answered is not Answered.WRONG and not empathy
        if thankful and self.chance(70):
            lead.append(self.phrase("thanks"))
        if empathy:
            lead.append(self.text("empathy"))
        attachment, names = self._attachment(level, answered)
        tail = [self.phrase("attachment")] if attachment is not None else []
        if manners["further_help"]:
            tail.append(self.phrase("further_help"))
        placeholder = level is Level.BAD and self.chance(12)
        # The remains of a template are not to be filled.
        leftover = self.random.choice(self.phrases.of(self.language, "placeholder")) if placeholder else ""
        signature = self._signature(person, level, closing=manners["closing"])
        main = " ".join([*lead, _capital(body)]) if lead else body
        main = self._after_opening(main) if greeted else _capital(main)
        parts = [leftover, head, main, " ".join(tail), signature]
        text = "\n\n".join(part for part in parts if part)
        work = Work(
            level,
            answered,
            greeting=greeted,
            by_name=manners["by_name"],
            closing=manners["closing"],
            further_help=manners["further_help"],
            empathy=empathy,
            attachment=attachment,
            no_placeholder=not placeholder,
            no_forbidden=self.is_polite(text),
            same_language=same_language,
            safe_channel="IBAN" not in text if self.topic.key == "bank_details" else None,
        )
        return Reply(text, work, names)

    def _answered_again(self, level: Level) -> Answered:
        return Answered.WRONG if level is Level.BAD else Answered.FULL

    def _empathy(self, level: Level) -> bool | None:
        """None where the matter does not ask for it."""
        return self.manners(level, "empathy")["empathy"] if self.topic.upset else None

    def _attachment(self, level: Level, answered: Answered) -> tuple[bool | None, tuple[str, ...]]:
        """Whether a promised attachment is there (None: nothing is promised), and its name."""
        if answered in (Answered.WRONG, Answered.VAGUE) or not self.chance(22):
            return None, ()
        there = level is Level.GOOD or self.chance(60)
        return there, (self.phrase("attachment_name"),) if there else ()

    def _signature(self, person: Person, level: Level, *, closing: bool) -> str:
        if closing:
            return self.phrase("closing" if level is Level.GOOD else "closing_plain", person)
        return self.phrase("signature_bare", person) if self.chance(60) else ""

    def _after_opening(self, text: str) -> str:
        """German goes on with a small letter after the comma of the salutation, English with a capital one."""
        return text if self.language == "de" else _capital(text)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
