"""The written parts of the demonstration company hold together."""

from re import findall, search

import pytest

from assaydesk.domains.demo.content import DOMAIN, LANGUAGES, Topic, load_content
from assaydesk.domains.demo.types import Level
from assaydesk.domains.quality.judging.rules.decide import validate_rule

CONTENT = load_content()
KINDS = {
    "subject",
    "question",
    "spoken",
    "full",
    "partial",
    "vague",
    "curt",
    "again",
    "again_full",
    "again_curt",
    "note",
}
SLOTS = {
    "address", "dear", "last", "full_name", "contract", "meter", "street", "city", "birth", "reading", "amount",
    "new_amount", "extra", "rate", "kwh", "day", "past_day", "hour", "agent", "agent_first", "note", "question",
}  # fmt: skip


def _texts(found: object) -> list[str]:
    if isinstance(found, str):
        return [found]
    values = found.values() if isinstance(found, dict) else found if isinstance(found, list | tuple) else ()
    return [text for value in values for text in _texts(value)]


@pytest.mark.parametrize("topic", CONTENT.topics, ids=lambda topic: topic.key)
def test_topic_has_every_kind_of_text_in_both_languages(topic: Topic) -> None:
    wanted = KINDS | ({"empathy"} if topic.upset else set())
    for language in LANGUAGES:
        assert set(topic.texts[language]) == wanted
        assert all(texts for texts in topic.texts[language].values())
    assert topic.team in {team.key for team in CONTENT.teams}
    assert topic.tag in {(tag.parent, tag.name) for tag in CONTENT.tags}


def test_texts_name_only_known_slots() -> None:
    texts = _texts([topic.texts[language] for topic in CONTENT.topics for language in LANGUAGES])
    texts += [text for text in _texts([CONTENT.phrases.by_language[one] for one in LANGUAGES]) if "{{" not in text]
    used = {name for text in texts for name in findall(r"{(\w+)}", text)}
    assert used - SLOTS <= {"number", "month"}


def test_complete_answers_name_a_date_and_vague_ones_do_not() -> None:
    for topic in CONTENT.topics:
        for language in LANGUAGES:
            texts = topic.texts[language]
            assert all("{day}" in text for text in (*texts["full"], *texts["again_full"])), topic.key
            assert not any("{day}" in text for text in texts["vague"]), topic.key


def test_people_have_five_roles_and_four_teams() -> None:
    assert len(CONTENT.people) == 14
    assert {person.role for person in CONTENT.people} == {
        "Admin", "Agent", "Supervisor", "QualityManager", "ReadOnly",
    }  # fmt: skip
    assert len(CONTENT.teams) == 4
    assert len(CONTENT.ai_agents) == 2
    assert all(person.email.endswith(f"@{DOMAIN}") and person.email.isascii() for person in CONTENT.people)
    assert next(person for person in CONTENT.people if person.role == "Admin").email == f"admin@{DOMAIN}"
    keys = {person.key for person in CONTENT.people}
    assert {leader for team in CONTENT.teams for leader in team.leaders} <= keys
    for team in CONTENT.teams:
        agents = [person for person in CONTENT.people if team.key in person.teams and person.role == "Agent"]
        assert len(agents) >= 2, "somebody must be able to take over"


def test_skills_are_chances_of_each_level() -> None:
    assert all(len(person.skill) == len(Level) and sum(person.skill) == 100 for person in CONTENT.people)


def test_scorecards_show_what_scorecards_can_do() -> None:
    criteria = {
        scorecard.key: [one for category in scorecard.body["categories"] for one in category["criteria"]]
        for scorecard in CONTENT.scorecards
    }
    assert len(criteria) == 4
    assert any(one.get("makeOrBreakForAssessment") for one in criteria["compliance"])
    assert any(one.get("applicabilityPrompt") for one in criteria["spoken"])
    assert next(card for card in CONTENT.scorecards if card.key == "written").body["liveCoach"]["enabled"]
    assert all("rule" in one for one in criteria["process"][:5])
    for found in criteria.values():
        assert [one["id"] for one in found] == list(range(1, len(found) + 1))
        for one in found:
            assert ("rule" in one) is not bool(one.get("autoGenerateByAi"))
            assert not validate_rule(one["rule"]) if "rule" in one else one["assessmentPrompt"]


def test_scorecards_name_known_tags() -> None:
    known = {tag.name for tag in CONTENT.tags}
    for scorecard in CONTENT.scorecards:
        assert set(scorecard.body["assignment"].get("ticketTags", ())) <= known


def test_addresses_and_numbers_are_free_for_invention() -> None:
    for text in _texts([CONTENT.phrases.by_language, [topic.texts for topic in CONTENT.topics]]):
        assert not search(r"[\w.]+@[\w.]+", text)
        assert not search(r"https?://|www\.", text)
    for channel in CONTENT.subchannels:
        assert channel.address is None or channel.address.endswith(".example")
