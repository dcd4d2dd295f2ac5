"""Every rule type: met, not met, not applicable, undecided; German and English."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from assaydesk.domains.quality.judging.evidence import stands_in
from assaydesk.domains.quality.judging.rules.decide import (
    RULE_VALIDATORS,
    decided_by_draft,
    judge_by_rule,
    validate_rule,
)
from assaydesk.domains.quality.judging.rules.kinds import RULE_TYPES
from assaydesk.domains.quality.judging.summary import extractive_summary
from assaydesk.domains.quality.judging.types import Verdict, WorklogCase
from assaydesk.domains.quality.judging.wording import SENTENCES
from tests.factories.judging import START, make_case, make_criterion, message, ruled, tool_call
from tests.patience import worked_through

MET, NOT_MET, NOT_APPLICABLE, UNDECIDED = "met", "notMet", "notApplicable", "undecided"


def judge(case: WorklogCase, kind: str, **parameters: Any) -> Verdict:
    criterion = ruled(kind, **parameters)
    assert validate_rule(criterion.rule or {}) == []
    verdict = judge_by_rule(criterion, case, "en")
    texts = {item.conversation_id: item.text for item in case.messages}
    assert all(stands_in(evidence, texts[evidence.conversation_id]) for evidence in verdict.evidence)
    assert verdict.reason
    assert judge_by_rule(criterion, case, "de").reason != verdict.reason
    return verdict


def outcome(verdict: Verdict) -> str:
    if verdict.abstained:
        assert (verdict.score, verdict.applicable, verdict.confidence) == (None, None, None)
        return UNDECIDED
    assert verdict.confidence == 1.0
    if verdict.applicable is False:
        assert verdict.score is None
        return NOT_APPLICABLE
    assert verdict.score in (0, 5)
    return MET if verdict.score else NOT_MET


def reply(text: str, **more: Any) -> WorklogCase:
    return make_case(("C", "Hello, where is my invoice and when can you send it to me?"), message(2, "A", text, **more))


@pytest.mark.parametrize(
    ("kind", "parameters", "text", "expected"),
    [
        ("containsAny", {"texts": ["refund", "credit"]}, "Your REFUND is on its way.", MET),
        ("containsAny", {"texts": ["GRÜSSE"]}, "Viele Grüße", MET),
        ("containsAny", {"texts": ["no refund"]}, "Your refund is on its way.", NOT_MET),
        ("containsAny", {"texts": ["thank you"]}, "Thank\u00a0 you!", MET),
        ("containsAll", {"texts": ["refund", "days"]}, "Refund within 5 days.", MET),
        ("containsAll", {"texts": ["refund", "weeks"]}, "Refund within 5 days.", NOT_MET),
        ("containsNone", {"texts": ["unfortunately"]}, "Unfortunately not.", NOT_MET),
        ("containsNone", {"texts": ["unfortunately"]}, "Gladly.", MET),
        ("containsNone", {"texts": ["!!!"]}, "Great!!!", NOT_MET),
        ("greeting", {}, "Sehr geehrte Frau Nowak,\nhier die Rechnung.", MET),
        ("greeting", {}, "Thanks. Hello Erika, here it is.", MET),
        ("greeting", {}, "Here is your invoice. " + "x " * 120 + "Hello", NOT_MET),
        ("greeting", {}, "This is Chicago.", NOT_MET),
        ("greeting", {}, "“Hello Erika,” and so on.", MET),
        ("greeting", {}, "Your mail “Hello, is anybody there?” was passed on.", NOT_MET),
        ("greeting", {}, "Hi-fi systems are tested twice.", NOT_MET),
        ("closing", {}, "Hier ist sie.\n\nMit freundlichen Grüßen\nJo Weber\nKundenservice", MET),
        ("closing", {}, "Here it is. Have a great night!", MET),
        ("closing", {}, "Hier ist sie. Ich wünsche einen schönen Tag.", MET),
        ("closing", {}, "Here it is.", NOT_MET),
        ("closing", {}, "Guten Tag Frau Lohse,\n\nes ist nichts eingegangen.\n\nMiriam", NOT_MET),
        ("closing", {}, "Guten Tag Frau Lohse,\n\nes ist da.\n\nSchönen Tag noch", MET),
        ("closing", {}, "Guten Tag!", NOT_MET),
        ("closing", {}, "Einen schönen guten Tag! Hier ist sie.", NOT_MET),
        ("closing", {}, "Hier ist sie. Gute Nacht!", MET),
        ("closing", {}, "Liebe Grüße\nMiriam", MET),
        ("closing", {}, "Here it is.\n\nOn Mon, 2 Mar 2026 Erika wrote:\n> Kind regards", NOT_MET),
        ("furtherHelpOffered", {}, "Done. Is there anything else I can do?", MET),
        ("furtherHelpOffered", {}, "Erledigt. Bei Rückfragen melden Sie sich gerne.", MET),
        ("furtherHelpOffered", {}, "Done.", NOT_MET),
        ("noPlaceholders", {}, "Dear {{name}}, here it is.", NOT_MET),
        ("noPlaceholders", {}, "Dear [Customer Name], here it is.", NOT_MET),
        ("noPlaceholders", {}, "Dear Ms Nowak [see terms], here it is.", MET),
        ("noPaymentData", {}, "Your account DE89 3704 0044 0532 0130 00 was credited.", NOT_MET),
        ("noPaymentData", {}, "Your card ending in 1111 was credited.", MET),
        ("noSecretsRequested", {}, "Please send me your password.", NOT_MET),
        ("noSecretsRequested", {}, "Bitte nennen Sie mir Ihre PIN.", NOT_MET),
        ("noSecretsRequested", {}, "Never send us your password.", MET),
        ("noSecretsRequested", {}, "Setzen Sie Ihr Passwort zurück, dann erhalten Sie ein neues.", MET),
        ("noSecretsRequested", {}, "Please send me your order number.", MET),
        ("replyLength", {"minWords": 3}, "Too short.", NOT_MET),
        ("replyLength", {"maxWords": 3}, "This one is too long.", NOT_MET),
        ("replyLength", {"minWords": 2, "maxWords": 5}, "This is just right.", MET),
        ("sentenceLength", {"words": 4}, "One two three. One two three four five.", MET),
        ("sentenceLength", {"words": 3}, "One two three. One two three four five.", NOT_MET),
        ("sentenceLength", {"words": 3}, "...", NOT_APPLICABLE),
        ("languageMatchesCustomer", {}, "Hello, thank you for your mail. I have sent it to you again.", MET),
        ("languageMatchesCustomer", {}, "Guten Tag, ich habe Ihnen die Rechnung noch einmal geschickt.", NOT_MET),
        ("languageMatchesCustomer", {}, "OK.", NOT_APPLICABLE),
        ("promisedAttachmentSent", {}, "Please find your invoice attached.", NOT_MET),
        ("promisedAttachmentSent", {}, "Anbei erhalten Sie Ihre Rechnung.", NOT_MET),
        ("promisedAttachmentSent", {}, "The file you attached cannot be opened.", NOT_APPLICABLE),
        ("promisedAttachmentSent", {}, "Leider fehlt in Ihrer Mail der Anhang, nichts war angehängt.", NOT_APPLICABLE),
        ("promisedAttachmentSent", {}, "It is on its way.", NOT_APPLICABLE),
    ],
)
def test_rules_about_the_text_of_replies(kind: str, parameters: dict[str, Any], text: str, expected: str) -> None:
    assert outcome(judge(reply(text), kind, **parameters)) == expected


@pytest.mark.parametrize("kind", [kind for kind in RULE_TYPES if RULE_TYPES[kind].draft])
def test_given_no_reply_rules_about_text_do_not_apply(kind: str) -> None:
    needed: dict[str, dict[str, Any]] = {
        "containsAny": {"texts": ["x"]},
        "containsAll": {"texts": ["x"]},
        "containsNone": {"texts": ["x"]},
        "replyLength": {"maxWords": 1},
        "sentenceLength": {"words": 1},
    }
    case = make_case(
        ("C", "Hello there, I wait."), ("N", "Hello, called the customer."), ("O", "Hello, x, I help you.")
    )
    assert outcome(judge(case, kind, **needed.get(kind, {}))) == NOT_APPLICABLE


def test_evidence_quotes_what_was_found_and_lists_what_was_searched() -> None:
    found = judge(reply("Hello Erika, here it is."), "greeting")
    assert [evidence.quote for evidence in found.evidence] == ["Hello"]
    missing = judge(reply("Here it is."), "greeting")
    assert (missing.evidence, missing.searched_conversation_ids) == ((), (2,))


def test_given_every_reply_one_without_is_enough_to_fail() -> None:
    case = make_case(("A", "Hello, one."), ("A", "Two."))
    assert outcome(judge(case, "greeting")) == MET
    every = judge(case, "greeting", where="everyReply")
    assert (outcome(every), every.searched_conversation_ids) == (NOT_MET, (2,))
    assert outcome(judge(make_case(("A", "One."), ("A", "Two. Goodbye")), "closing")) == MET


def test_given_an_earlier_answer_a_greeting_of_new_contacts_does_not_apply() -> None:
    case = make_case(("O", "Hello"), ("C", "And now?"), ("A", "Now it works."))
    assert outcome(judge(case, "greeting", newContactOnly=True)) == NOT_APPLICABLE
    assert outcome(judge(case, "greeting")) == NOT_MET


@pytest.mark.parametrize(
    ("text", "terms", "expected"),
    [
        ("Sehr geehrte Frau Nowak,", ("Erika Nowak", "e@x.example"), MET),
        ("Hi erika!", ("Erika Nowak",), MET),
        ("Sehr geehrte Damen und Herren,", ("Erika Nowak",), NOT_MET),
        ("Dear Ms Smith,", ("Erika Nowak",), NOT_MET),
        ("Hallo und willkommen!", ("Nowak und Sohn GmbH",), NOT_MET),
        ("Dear Ms Smith,", (), MET),
        ("Hello Team,", (), NOT_APPLICABLE),
        ("Sehr geehrte Damen und Herren,", ("V-123", "e@x.example"), NOT_APPLICABLE),
    ],
)
def test_personal_salutation(text: str, terms: tuple[str, ...], expected: str) -> None:
    case = replace(reply(f"{text} here it is."), customer_terms=terms)
    assert outcome(judge(case, "personalSalutation")) == expected


def test_promised_attachment_that_is_there_is_met() -> None:
    assert (
        outcome(judge(reply("Please find it attached.", attachments=("invoice.pdf",)), "promisedAttachmentSent")) == MET
    )


def test_language_of_the_ticket_counts_when_the_customer_wrote_too_little() -> None:
    german = "Guten Tag, ich habe Ihnen die Rechnung noch einmal geschickt."
    case = make_case(("C", "???"), ("A", german), language="de-DE")
    assert outcome(judge(case, "languageMatchesCustomer")) == MET
    assert outcome(judge(replace(case, language="en"), "languageMatchesCustomer")) == NOT_MET
    assert outcome(judge(replace(case, language=None), "languageMatchesCustomer")) == NOT_APPLICABLE


@pytest.mark.parametrize(
    ("facts", "kind", "parameters", "expected"),
    [
        ({"sla_met": True}, "slaMet", {}, MET),
        ({"sla_met": False}, "slaMet", {}, NOT_MET),
        ({"sla_met": None}, "slaMet", {}, NOT_APPLICABLE),
        ({"duration_seconds": 60}, "durationAtMost", {"seconds": 60}, MET),
        ({"duration_seconds": 61}, "durationAtMost", {"seconds": 60}, NOT_MET),
        ({"action_list": ("reply", "internal-note")}, "actionTaken", {"action": "internal-note"}, MET),
        ({"action_list": ("reply",)}, "actionTaken", {"action": "closed"}, NOT_MET),
    ],
)
def test_rules_about_the_work(facts: dict[str, Any], kind: str, parameters: dict[str, Any], expected: str) -> None:
    assert outcome(judge(replace(reply("Hello"), **facts), kind, **parameters)) == expected


def test_reply_within_counts_from_the_last_customer_message() -> None:
    case = make_case(("C", "One"), ("C", "Two"), ("A", "Hello"), ("C", "Thanks"), ("A", "Bye"))
    assert outcome(judge(case, "replyWithin", seconds=60)) == MET
    assert outcome(judge(case, "replyWithin", seconds=59)) == NOT_MET
    assert outcome(judge(make_case(("A", "Hello"), ("C", "Oh")), "replyWithin", seconds=1)) == NOT_APPLICABLE


def tools(*names: str) -> WorklogCase:
    """Calls in this order, half a minute after messages 1, 2, 3 ..."""
    calls = tuple(tool_call(number, name, number + 0.5) for number, name in enumerate(names, start=1))
    return replace(reply("Done."), tool_calls=calls)


@pytest.mark.parametrize(
    ("calls", "kind", "parameters", "expected", "resting_on"),
    [
        (("get_user",), "toolCalled", {"name": "get_user"}, MET, (1,)),
        (("Get-User",), "toolCalled", {"name": "get user"}, MET, (1,)),
        (("book",), "toolCalled", {"name": "get_user"}, NOT_MET, ()),
        (("get_user", "book"), "toolCalled", {"name": "get_user", "before": "book"}, MET, (1, 2)),
        (("book", "get_user"), "toolCalled", {"name": "get_user", "before": "book"}, NOT_MET, (1,)),
        (("book", "get_user", "book"), "toolCalled", {"name": "get_user", "before": "book"}, NOT_MET, (1,)),
        (("get_user",), "toolCalled", {"name": "get_user", "before": "book"}, NOT_APPLICABLE, ()),
        (("book", "book"), "toolCalled", {"name": "book", "before": "book"}, NOT_MET, (1,)),
        (("book",), "toolNotCalled", {"names": ["delete"]}, MET, ()),
        (("book", "delete"), "toolNotCalled", {"names": ["delete"]}, NOT_MET, (2,)),
        (("a", "x", "b"), "toolsInOrder", {"names": ["a", "b"]}, MET, (1, 3)),
        (("b", "a"), "toolsInOrder", {"names": ["a", "b"]}, NOT_MET, (2,)),
        (("b", "a", "b"), "toolsInOrder", {"names": ["a", "b"]}, MET, (2, 3)),
        ((), "toolsInOrder", {"names": ["a", "b"]}, NOT_MET, ()),
        (("a",), "toolsInOrder", {"names": ["a", "b"], "when": "b"}, NOT_APPLICABLE, ()),
        ((), "oneToolCallAtATime", {}, NOT_APPLICABLE, ()),
        (("a", "b"), "oneToolCallAtATime", {}, MET, (1, 2)),
    ],
)
def test_rules_about_tool_calls(
    calls: tuple[str, ...], kind: str, parameters: dict[str, Any], expected: str, resting_on: tuple[int, ...]
) -> None:
    verdict = judge(tools(*calls), kind, **parameters)
    assert (outcome(verdict), verdict.tool_call_ids) == (expected, resting_on)


def test_two_calls_with_one_time_were_made_at_the_same_time() -> None:
    case = replace(reply("Done."), tool_calls=(tool_call(1, "a", 3), tool_call(2, "b", 3), tool_call(3, "c", 4)))
    verdict = judge(case, "oneToolCallAtATime")
    assert (outcome(verdict), verdict.tool_call_ids) == (NOT_MET, (1, 2))
    with_reply = judge(
        replace(reply("Done."), tool_calls=(tool_call(1, "a", 2), tool_call(2, "b", 3))), "oneToolCallAtATime"
    )
    assert (outcome(with_reply), with_reply.tool_call_ids) == (NOT_MET, (1,))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Yes, please proceed with that booking. Thank you!", MET),
        ("That sounds good. Go ahead.", MET),
        ("Change of plan. Please go ahead with the cancellation.", MET),
        ("Ja, bitte buchen.", MET),
        ("Einverstanden, machen Sie das so.", MET),
        ("Yes, go ahead. Will I get a mail, right?", MET),
        ("No, please don't.", NOT_MET),
        ("Could you upgrade me to business class?", NOT_MET),
        ("Can you go ahead?", NOT_MET),
        ("My user id is mia_li_3668.", NOT_MET),
        ("Nein danke.", NOT_MET),
        ("Yes, but only if it is free.", UNDECIDED),
        ("Ja, allerdings lieber mit Karte.", UNDECIDED),
        ("I'll go with the first option.", UNDECIDED),
        ("Yes. Wait, not yet.", UNDECIDED),
    ],
)
def test_confirmation_before_a_tool(answer: str, expected: str) -> None:
    case = make_case(("C", "Book it"), ("A", "HAT136, 120 $. Shall I?"), ("C", answer), ("A", "Done."))
    case = replace(case, tool_calls=(tool_call(1, "look", 1.5), tool_call(2, "book", 3.5)))
    verdict = judge(case, "confirmationBeforeTool", names=["book", "cancel"])
    assert (outcome(verdict), verdict.tool_call_ids) == (expected, (2,))
    assert {evidence.conversation_id for evidence in verdict.evidence} == {3}


def test_a_yes_that_answers_nothing_is_no_confirmation() -> None:
    case = make_case(("C", "Yes, go ahead and book."), ("A", "Done."), tool_calls=(tool_call(1, "book", 1.5),))
    assert outcome(judge(case, "confirmationBeforeTool", names=["book"])) == NOT_MET
    assert outcome(judge(case, "confirmationBeforeTool", names=["cancel"])) == NOT_APPLICABLE


def test_the_message_that_follows_a_call_places_it_where_times_are_equal() -> None:
    same = [
        message(number, author, text, at=START)
        for number, author, text in [
            (1, "C", "Book"),
            (2, "A", "Shall I?"),
            (3, "C", "Yes, please."),
            (4, "A", "Done."),
            (5, "C", "No!"),
        ]
    ]
    call = replace(tool_call(1, "book", 0), conversation_id=4)
    assert outcome(judge(make_case(*same, tool_calls=(call,)), "confirmationBeforeTool", names=["book"])) == MET


def test_one_call_without_confirmation_fails_all() -> None:
    case = make_case(
        ("C", "x"), ("A", "Shall I?"), ("C", "Yes."), ("A", "Done. More?"), ("C", "Add a bag"), ("A", "Ok.")
    )
    case = replace(case, tool_calls=(tool_call(1, "book", 3.5), tool_call(2, "book", 5.5)))
    verdict = judge(case, "confirmationBeforeTool", names=["book"])
    assert (outcome(verdict), verdict.tool_call_ids) == (NOT_MET, (2,))


def test_given_not_applicable_where_it_is_not_allowed_a_person_decides() -> None:
    criterion = replace(ruled("slaMet"), allow_not_applicable=False)
    verdict = judge_by_rule(criterion, reply("Hello"), "de")
    assert verdict.abstained
    assert verdict.reason == "Ein Mensch muss entscheiden: Es gilt keine vereinbarte Zeit."


@pytest.mark.parametrize("rule", [{"type": "ofAnotherRelease"}, {"type": "containsAny", "texts": "no list"}, {}])
def test_given_a_rule_that_cannot_be_used_a_person_decides(rule: dict[str, Any]) -> None:
    assert judge_by_rule(make_criterion(rule=rule), reply("Hello"), "en").abstained


def test_points_are_the_maximum_of_the_criterion() -> None:
    criterion = replace(ruled("greeting"), max_points=Decimal("2.5"))
    assert judge_by_rule(criterion, reply("Hello"), "en").score == Decimal("2.5")


@pytest.mark.parametrize(
    ("rule", "faults"),
    [
        ({"type": "greeting"}, []),
        ({"type": "greeting", "where": "everyReply", "newContactOnly": True}, []),
        ({"type": "toolCalled", "name": "a", "before": None}, []),
        ({}, [("type", "required")]),
        ({"type": 5}, [("type", "wrong_type")]),
        ({"type": "magic"}, [("type", "not_allowed")]),
        ({"type": "containsAny"}, [("texts", "required")]),
        ({"type": "containsAny", "texts": []}, [("texts", "too_short")]),
        ({"type": "containsAny", "texts": "x"}, [("texts", "wrong_type")]),
        ({"type": "containsAny", "texts": ["x"] * 101}, [("texts", "too_long")]),
        (
            {"type": "containsAny", "texts": ["x", "x", 5, " "]},
            [("texts.1", "duplicate"), ("texts.2", "wrong_type"), ("texts.3", "too_short")],
        ),
        ({"type": "containsAny", "texts": ["x" * 501]}, [("texts.0", "too_long")]),
        ({"type": "durationAtMost", "seconds": "5"}, [("seconds", "wrong_type")]),
        ({"type": "durationAtMost", "seconds": True}, [("seconds", "wrong_type")]),
        ({"type": "durationAtMost", "seconds": -1}, [("seconds", "out_of_range")]),
        (
            {"type": "greeting", "where": "here", "newContactOnly": 1},
            [("where", "not_allowed"), ("newContactOnly", "wrong_type")],
        ),
        ({"type": "slaMet", "hours": 5}, [("hours", "unknown")]),
        ({"type": "toolsInOrder", "names": ["one"]}, [("names", "too_short")]),
        ({"type": "replyLength"}, [("minWords", "required")]),
        ({"type": "replyLength", "minWords": 5, "maxWords": 4}, [("maxWords", "out_of_range")]),
    ],
)
def test_validation_names_every_fault(rule: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    found = validate_rule(rule)
    assert [(path, code) for path, code, _ in found] == faults
    assert all(text for _, _, text in found)


def test_validators_by_type_check_the_parameters() -> None:
    assert set(RULE_VALIDATORS) == set(RULE_TYPES)
    assert [code for _, code, _ in RULE_VALIDATORS["actionTaken"]({"type": "actionTaken"})] == ["required"]


def test_the_types_of_the_specification_that_a_draft_decides_are_marked() -> None:
    assert decided_by_draft({"type": "containsAny"})
    assert decided_by_draft({"type": "containsNone"})
    for kind in ("slaMet", "durationAtMost", "actionTaken", "toolCalled", "unknown"):
        assert not decided_by_draft({"type": kind})


def test_every_sentence_exists_in_both_languages() -> None:
    assert all(english.strip() and german.strip() and english != german for english, german in SENTENCES.values())


@pytest.mark.parametrize(
    "unit",
    [
        "Hallo, wie geht es Ihnen? ",
        "!",
        "\n",
        " ",
        "-",
        "> ",
        "on ",
        "ihr ",
        "{{",
        "[",
        "_",
        "X",
        "1 ",
        "a.",
        "'",
        "Hi ",
        "yes",
    ],
)
def test_a_very_long_conversation_is_worked_through(unit: str) -> None:
    text = (unit * 100_000)[:99_999] + "a"
    case = make_case(("C", text), ("A", text), ("C", text), ("A", text), tool_calls=(tool_call(1, "a", 3.5),))
    needed: dict[str, dict[str, Any]] = {
        "containsAny": {"texts": ["zzz"]},
        "containsAll": {"texts": ["zzz"]},
        "containsNone": {"texts": ["zzz"]},
        "confirmationBeforeTool": {"names": ["a"]},
        "sentenceLength": {"words": 1},
        "replyLength": {"maxWords": 1},
    }
    with worked_through():
        for kind in RULE_TYPES:
            judge_by_rule(ruled(kind, **needed.get(kind, {})), case, "en")
        extractive_summary(case, [judge_by_rule(ruled("greeting"), case, "en")], "en")
