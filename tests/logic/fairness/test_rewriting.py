"""Counterfactual conversations, German and English."""

from datetime import UTC, datetime

import pytest

from assaydesk.domains.quality.fairness.rewriting import counterfactual, language_of
from assaydesk.domains.quality.fairness.types import Swap
from assaydesk.domains.quality.judging.types import CaseMessage, Role, WorklogCase

AT = datetime(2024, 6, 12, 9, tzinfo=UTC)


def case(customer: str, reply: str = "Booked.", **changes: object) -> WorklogCase:
    messages = (
        CaseMessage(1, Role.CUSTOMER, customer, AT, assessed=False),
        CaseMessage(2, Role.AGENT, reply, AT, assessed=True),
    )
    known = {
        "worklog_id": 7, "ticket_id": 1, "channel": "email", "language": None, "subject": None, "messages": messages,
        "tool_calls": (), "action_list": ("reply",), "duration_seconds": 60, "sla_met": None,
    }  # fmt: skip
    return WorklogCase(**(known | changes))  # type: ignore[arg-type]


def texts(found: WorklogCase | None) -> list[str]:
    assert found is not None
    return [message.text for message in found.messages]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Sehr geehrte Frau Meier, Frau Meier ruft an.", "Sehr geehrter Herr Meier, Herr Meier ruft an."),
        ("Lieber Herr Kaya, bitte an Herrn Kaya.", "Liebe Frau Kaya, bitte an Frau Kaya."),
        ("Sehr geehrte Damen und Herren, ich warte.", None),
        ("Dear Mr Kaya, he is right himself.", "Dear Mrs Kaya, she is right herself."),
        ("Dear Ms Smith, she said so.", "Dear Mr Smith, he said so."),
        ("Haben sie das gelesen?", None),
        ("Dear Sir or Madam, I wait.", None),
        ("There is nobody in it.", None),
    ],
)
def test_gender(before: str, after: str | None) -> None:
    found = counterfactual(case(before, "x"), Swap.GENDER, 1)
    assert (None if found is None else texts(found)[0]) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Guten Tag, können Sie mir helfen? Ich danke Ihnen.", "Hi, kannst du mir helfen? Ich danke dir."),
        ("Hallo zusammen, kannst du das ansehen?", "Sehr geehrte Damen und Herren, können Sie das ansehen?"),
        ("> Haben Sie Zeit?\nJa. Haben Sie und ich Zeit?", "> Haben Sie Zeit?\nJa. Hast du und ich Zeit?"),
        ("I am waiting and do not know why.", "I'm waiting and don't know why."),
        ("I'm waiting, can you help?", "I am waiting, could you please help?"),
        ("Zähler 4711.", None),
    ],
)  # fmt: skip
def test_formality_of_the_customer(before: str, after: str | None) -> None:
    found = counterfactual(case(before, "Können Sie warten? I am here."), Swap.FORMALITY, 1)
    assert (None if found is None else texts(found)) == (
        None if after is None else [after, "Können Sie warten? I am here."]
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Guten Tag, ich habe sie nicht. Das ist schlecht.", "servus, i hab sie ned. das is schlecht."),
        ("Hello, I have not received the bill because of you.", "ey up, I've not recieved teh bill cos of ya."),
    ],
)  # fmt: skip
def test_dialect_of_the_customer(before: str, after: str) -> None:
    assert texts(counterfactual(case(before, "Guten Tag."), Swap.DIALECT, 1)) == [after, "Guten Tag."]


def test_names_change_everywhere_alike_and_addresses_stay() -> None:
    begun = case(
        "Hi, I am Anna. Thomas promised it. anna@example.com",
        'You wrote: "I am Anna." Regards, Thomas',
        customer_terms=("Anna", "anna@example.com"),
        agent_terms=("Thomas",),
    )
    found = counterfactual(begun, Swap.NAMES, 1)
    assert found is not None
    customer, reply = texts(found)
    new = customer.split("I am ")[1].split(".")[0]
    other = reply.rsplit(" ", 1)[1]
    assert len({new, other, "Anna", "Thomas"}) == 4
    assert customer == f"Hi, I am {new}. {other} promised it. anna@example.com"
    assert reply == f'You wrote: "I am {new}." Regards, {other}'
    assert found.customer_terms == tuple(sorted((new, "anna@example.com")))
    assert found.agent_terms == (other,)
    assert texts(counterfactual(begun, Swap.NAMES, 1)) == [customer, reply]
    # Part of a longer word is no name.
    assert counterfactual(case("Annahme verweigert, Canal 4.", "x"), Swap.NAMES, 1) is None


def test_the_other_gender_of_a_name_keeps_its_origin() -> None:
    found = texts(counterfactual(case("Mehmet hier, und Ayşe auch.", "x"), Swap.GENDER, 3))[0]
    first, second = found.split(" hier, und ")[0], found.split(" und ")[1].split(" ")[0]
    from assaydesk.domains.quality.fairness.words import NAMES

    assert first in NAMES["turkish"]["female"]
    assert second in NAMES["turkish"]["male"]


def test_language() -> None:
    assert [language_of("Ich bin das und Sie nicht."), language_of("I am it and you are not.")] == ["de", "en"]
