"""What a stream is asked for, and what becomes of notices (platform.md 12)."""

import pytest

from assaydesk.domains.workbench.live_changes import (
    Changes,
    Notice,
    Topics,
    UnknownTopic,
    missing_right,
    read_notice,
    read_topics,
    usual_topics,
)
from assaydesk.platform.security.actor import Actor, ActorKind
from assaydesk.platform.security.permissions import Permission as P


def _actor(*permissions: P) -> Actor:
    return Actor(1, ActorKind.PERSON, frozenset(permissions))


def test_topics_are_names_and_single_tickets() -> None:
    assert read_topics(["tickets", "ticket:7", "ticket:8"]) == Topics(frozenset({"tickets"}), frozenset({7, 8}))
    for word in ("ticket:", "ticket:-1", "ticket:a", "Tickets", "", "ticket:" + "9" * 16):
        with pytest.raises(UnknownTopic):
            read_topics([word])


@pytest.mark.parametrize(
    ("words", "held", "lacking"),
    [
        (["notifications", "exports"], [], ()),
        (["ticket:1"], [], (P.READ_TICKET,)),
        (["tickets"], [P.READ_TICKET], ()),
        (["quality"], [P.QUALITY_VIEW_ASSESSMENT_OWN], ()),
        (["jobs"], [P.READ_TICKET], (P.READ_CRON,)),
        (["queue"], [P.READ_QUEUE], ()),
    ],
)
def test_each_topic_needs_its_right(words: list[str], held: list[P], lacking: tuple[P, ...]) -> None:
    assert missing_right(read_topics(words), _actor(*held)) == lacking


def test_who_asks_for_nothing_gets_what_is_allowed() -> None:
    assert usual_topics(_actor()).names == {"notifications"}
    assert usual_topics(_actor(P.READ_TICKET)).names == {"tickets", "notifications"}


def test_notices_become_changes_once() -> None:
    texts = (
        '{"topic":"tickets","kind":"changed","ids":[1,2]}', '{"topic":"tickets","kind":"closed","ids":[2]}',
        '{"topic":"quality","kind":"changed","ids":[5]}', '{"topic":"rights","kind":"changed","ids":[9]}',
        '{"topic":"exports"}',
    )  # fmt: skip
    changes = Changes.of(notice for notice in map(read_notice, texts) if notice)
    assert changes.tickets == {1: {"changed"}, 2: {"changed", "closed"}}
    assert (changes.ids["quality"], changes.many) == ({5}, {"exports"})
    assert (changes.touches_rights_of(9), changes.touches_rights_of(1)) == (True, False)
    assert changes.too_many_for(Topics(frozenset({"exports"})))
    assert not changes.too_many_for(Topics(frozenset({"tickets"})))
    assert Changes.of([Notice("tickets")]).too_many_for(Topics(frozenset(), frozenset({4})))
    assert Changes.of([Notice("rights")]).touches_rights_of(1)


@pytest.mark.parametrize("text", ["", "x", "[]", "1", "{}", '{"topic":"tickets","ids":["a"]}', "null"])
def test_what_anybody_notifies_by_hand_is_passed_over(text: str) -> None:
    assert read_notice(text) is None
