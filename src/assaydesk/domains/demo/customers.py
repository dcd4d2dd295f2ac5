"""The invented customers, and what the texts of one conversation say about their contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from assaydesk.domains.demo.content import LANGUAGES, Content, Phrases
from assaydesk.domains.demo.diary import ZONE
from assaydesk.domains.demo.types import Customer, Person

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class Facts:
    """Values for the slots of the texts, the same in the whole conversation; and the plain ones for tools."""

    slots: Mapping[str, str]
    reading: int
    reading_day: date
    contract_id: str
    meter: str

    def fill(self, text: str, **more: str) -> str:
        return text.format_map({**self.slots, **more})


def make_customers(content: Content, random: Random) -> tuple[Customer, ...]:
    """German ones first. Telephone numbers come from a range that is kept free for fiction."""
    customers: list[Customer] = []
    for language in LANGUAGES:
        source = content.customers[language]
        for first, last, form, *company in source["people"]:
            number = len(customers) + 1
            mailbox = f"{first}.{last}".lower().translate(_UMLAUTS)
            customers.append(
                Customer(
                    customer_id=f"K-{10_000 + 37 * number}",
                    contract_id=f"LE-47{random.randrange(10_000, 99_999)}",
                    first_name=first,
                    last_name=last,
                    form=form,
                    language=language,
                    email=f"{mailbox}@postfach.example",
                    phone=f"+49 30 23125 {100 + number}",
                    street=f"{random.choice(source['streets'])} {random.randrange(1, 90)}",
                    city=random.choice(source["cities"]),
                    meter=f"1LND{random.randrange(10_000_000, 99_999_999)}",
                    birth=(random.randrange(1942, 2002), random.randrange(1, 13), random.randrange(1, 28)),
                    company=company[0] if company else None,
                )
            )
    return tuple(customers)


def make_facts(phrases: Phrases, customer: Customer, at: datetime, random: Random) -> Facts:
    """Figures and dates of one conversation that begins at `at`."""
    language = customer.language
    today = at.astimezone(ZONE).date()
    amount, rate = random.randrange(62, 178), random.randrange(48, 290)
    reading = random.randrange(12_000, 69_000)
    read_on = today - timedelta(days=random.randrange(3, 16))
    address = _form(phrases, language, "address", customer)
    hour = min(at.astimezone(ZONE).hour + random.randrange(3, 6), 22)
    values: dict[str, Any] = {
        "address": address,
        "dear": _form(phrases, language, "dear", customer),
        "last": customer.last_name,
        "full_name": customer.name,
        "contract": customer.contract_id,
        "meter": customer.meter,
        "street": customer.street,
        "city": customer.city,
        "birth": _written(phrases, language, date(*customer.birth), year=True),
        "reading": reading,
        "amount": amount,
        "new_amount": amount + random.choice((-22, -17, -12, -9, 8, 11)),
        "extra": 3 * rate,
        "rate": rate,
        "kwh": _thousands(random.randrange(1_400, 5_900), language),
        "day": _written(phrases, language, _working_day(today + timedelta(days=random.randrange(8, 19)))),
        "past_day": _written(phrases, language, read_on),
        "hour": hour if language == "de" else f"{hour:02}:00",
    }
    slots = {name: str(value) for name, value in values.items()}
    return Facts(slots, reading, read_on, customer.contract_id, customer.meter)


def names_of(person: Person | None) -> dict[str, str]:
    """Slots that a person fills when writing."""
    return {} if person is None else {"agent": person.name, "agent_first": person.first_name}


def _form(phrases: Phrases, language: str, name: str, customer: Customer) -> str:
    text: str = phrases.of(language, name)[customer.form]
    return text.format(last=customer.last_name)


def _written(phrases: Phrases, language: str, day: date, *, year: bool = False) -> str:
    pattern: str = phrases.of(language, "date")
    text = pattern.format(number=day.day, month=phrases.months[language][day.month - 1])
    return f"{text} {day.year}" if year else text


def _thousands(number: int, language: str) -> str:
    text = f"{number:,}"
    return text.replace(",", ".") if language == "de" else text


def _working_day(day: date) -> date:
    """The same day, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= 5 else day
