"""Filter `q`: what is found by which words (ticket.md 2.1)."""

from typing import Any

import httpx
import pytest

from assaydesk.domains.profiles.service import ADMIN_ROLE
from assaydesk.platform.db.session import WriteSession
from tests.factories.search import make_found


@pytest.fixture
async def reader(as_actor: Any) -> httpx.AsyncClient:
    return await as_actor(permissions=["readTicket"])


async def ask(client: httpx.AsyncClient, q: Any, **body: Any) -> httpx.Response:
    filters = [{"key": "q", "comparator": "contains", "value": q}]
    return await client.post("/ticket/search", json={"filters": filters} | body)


async def found(client: httpx.AsyncClient, q: str, **body: Any) -> list[int]:
    answer = await ask(client, q, **body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["total"] == len(answer.json()["tickets"])
    return [ticket["id"] for ticket in answer.json()["tickets"]]


SAME = [
    ("Müller", "mueller"), ("Mueller", "MÜLLER"), ("Müller", "muller"), ("Straße", "strasse"), ("STRASSE", "straße"),
    ("Café", "cafe"), ("cafe", "Café"), ("Büro", "buero"), ("Ärger", "aerger"), ("Öl", "oel"), ("über", "ueber"),
    ("neue Zähler", "neuen zaehlers"), ("Steuern", "steuer"), ("Feuer", "feuer"), ("mu\u0308ller", "müller"),
]  # fmt: skip
INFLECTED = [
    ("Die Rechnungen fehlen", "Rechnung"), ("eine Rechnung", "rechnungen"), ("zwei Häuser", "haus"),
    ("mein Haus", "Häuser"),
    ("zwei Verträge", "vertrag"), ("der Vertrag", "verträgen"), ("Kunden", "kunde"), ("we are moving", "move"),
    ("the invoices", "invoice"), ("an invoice", "invoices"), ("values", "value"), ("two complaints", "complaint"),
    ("issued", "issue"), ("gekündigt", "gekündigte"),
]  # fmt: skip
PARTS = [
    ("Monatsabschlag", "abschlag"), ("Monatsabschläge", "Abschlag"), ("Monatsabschlag", "Abschläge"),
    ("Zählernummer 12345678", "45678"), ("Vertrag V-715559-B", "715559"), ("Vertrag 99715559", "715559"),
    ("an anna.meier@mail.example", "@mail.example"), ("an anna.meier@mail.example", "anna.meier@mail.example"),
    ("an anna.meier@mail.example", "meier@mail"), ("DE12 3456 7890", "3456"), ("Stromrechnung", "rech"),
    ("Glasfaserhausanschluss", "hausan"), ("AB-123/4", "ab-123/4"), ("Bürostrom", "üro"), ("E-Mail", "e-mail"),
]  # fmt: skip
NOT = [
    ("Rechnung", "Abrechnungs"), ("Monatsabschlag", "abschlagen-x"), ("neunzig", '"neu zig"'), ("Haus", "maus"),
    ("ab", "a"), ("12345", "ab"), ("x_y%z", "q%"),
]  # fmt: skip


async def test_which_words_find_which_texts(reader: httpx.AsyncClient, session: WriteSession) -> None:
    texts = dict.fromkeys(text for text, _ in [*SAME, *INFLECTED, *PARTS, *NOT])
    tickets = {text: await make_found(session, text, subject=None) for text in texts}
    decoy = await make_found(session, "Something other entirely", subject=None)
    await session.commit()
    for text, q in [*SAME, *INFLECTED, *PARTS]:
        ids = await found(reader, q)
        assert tickets[text] in ids, (text, q)
        assert decoy not in ids, (text, q)
    for text, q in NOT:
        assert tickets[text] not in await found(reader, q), (text, q)


async def test_words_are_combined_across_subject_sender_ids_and_messages(
    reader: httpx.AsyncClient, session: WriteSession
) -> None:
    ticket = await make_found(
        session, "Der Zähler steht still.", "Anbei ein Foto.", subject="Störung", from_name="Ida Brandt",
        from_address="ida@post.example", customer_id="C-4711", contract_id="V-99", external_ticket_id="EXT-7",
    )  # fmt: skip
    await make_found(session, "Der Zähler steht still.", subject="Frage")
    await session.commit()
    for q in ("zähler foto störung", "brandt zähler", "@post.example foto", "C-4711 still", "v-99", "ext-7 ida"):
        assert await found(reader, q) == [ticket], q


async def test_phrases_and_excluded_words(reader: httpx.AsyncClient, session: WriteSession) -> None:
    first = await make_found(session, "Die Rechnung ist zu hoch", subject=None)
    second = await make_found(session, "Zu hoch ist die neue Rechnung", subject=None)
    await session.commit()
    assert await found(reader, "rechnung hoch") == [first, second]
    assert await found(reader, '"rechnung ist zu"') == [first]
    assert await found(reader, '"RECHNUNG IST zu') == [first]
    assert await found(reader, "rechnung -neue") == [first]
    assert await found(reader, '-"zu hoch ist" rechnung') == [first]
    assert await found(reader, "-neue") == [first]
    assert await found(reader, "-nirgendwo") == [first, second]
    assert await found(reader, "nirgendwo") == []
    assert await found(reader, "hoch - rechnung") == [first, second]


async def test_a_number_also_finds_the_ticket_with_that_id_first(
    reader: httpx.AsyncClient, session: WriteSession
) -> None:
    named = await make_found(session, "nothing of note", subject=None)
    mentioning = await make_found(session, f"see {named}", f"see {named}", subject=None)
    await session.commit()
    for order in ("asc", "desc"):
        for field in ("id", "createdAt", "relevance", "dueBy"):
            assert await found(reader, str(named), orderByField=field, orderByDirection=order) == [named, mentioning]
    assert await found(reader, f"#{named}") == [named, mentioning]
    assert await found(reader, f"{named} see") == [mentioning]
    first = (await ask(reader, str(named), limit=1)).json()
    second = (await ask(reader, str(named), limit=1, cursor=first["nextCursor"])).json()
    assert [page["tickets"][0]["id"] for page in (first, second)] == [named, mentioning]
    assert second["nextCursor"] is None
    assert [ticket["id"] for ticket in (await ask(reader, str(named), offset=1)).json()["tickets"]] == [mentioning]


async def test_what_fits_best_comes_first(reader: httpx.AsyncClient, session: WriteSession) -> None:
    once = await make_found(
        session, "Es geht um vieles, auch um eine Erstattung. " + "Noch ein Satz. " * 30, subject="Frage"
    )
    subject = await make_found(session, "Bitte um Rückruf", subject="Erstattung")
    often = await make_found(session, "Erstattung, Erstattung, wo bleibt die Erstattung", subject="Frage")
    await session.commit()
    for direction in ("asc", "desc"):
        ids = await found(reader, "erstattung", orderByField="relevance", orderByDirection=direction)
        assert ids == [subject, often, once]


async def test_faults_of_the_text(reader: httpx.AsyncClient) -> None:
    faults = {
        "x" * 201: "too_long", " ".join("abcdefghijklm"): "too_long", "   ": "too_short", "?!": "too_short",
        "a\0b": "bad_format",
    }  # fmt: skip
    for q, code in faults.items():
        answer = await ask(reader, q)
        assert answer.status_code == 422, q
        assert answer.json()["error"]["details"]["fields"][0]["code"] == code
    for q in (None, 5, ["a"]):
        assert (await ask(reader, q)).status_code == 422
    wrong = {"filters": [{"key": "q", "comparator": "greater", "value": "x"}]}
    assert (await reader.post("/ticket/search", json=wrong)).status_code == 422
    alone = await reader.post("/ticket/search", json={"orderByField": "relevance"})
    assert alone.status_code == 422
    for q in ("x" * 200, " ".join("abcdefghijkl")):
        assert (await ask(reader, q)).status_code == 200


ODD = [
    "'", "a' | 'b", "a:*", "!!x", "(((", "\\", "a & b", "<->", "%", "_", '"', "''", "x'--",
    "\u202e", "😀 x", "-'", "a\tb",
]  # fmt: skip


async def test_nothing_typed_is_more_than_words(reader: httpx.AsyncClient, session: WriteSession) -> None:
    await make_found(session, "Die Rechnung", subject=None)
    await session.commit()
    for q in ODD:
        assert (await ask(reader, q)).status_code in (200, 422), q


async def test_what_was_written_deleted_and_edited_through_the_api(as_actor: Any) -> None:
    agent = await as_actor(role=ADMIN_ROLE)
    mail = {"channel": "email", "from": "tom@mail.example", "fromName": "Tom Ranke", "subject": "Meter"}
    quoted = "The dial is broken.\n\nOn Mon, Jun 3, 2024 at 9:00 AM Tom <tom@mail.example> wrote:\n> ultramarine"
    ticket = (await agent.post("/ticket", json=mail | {"bodyPlain": quoted})).json()["id"]
    path = f"/ticket/{ticket}/conversation"
    note = {"content": {"message": "<p>Check the <b>turquoise</b> cable</p>"}, "private": True}
    number = (await agent.post(f"{path}/reply", json=note)).json()["id"]
    assert await found(agent, "turquoise dial ranke meter") == [ticket]
    assert await found(agent, "ultramarine") == []
    edited = await agent.patch(f"{path}/{number}", json={"body": "<p>Check the crimson cable</p>"})
    assert edited.status_code == 200, edited.text
    assert (await found(agent, "turquoise"), await found(agent, "crimson dial")) == ([], [ticket])
    assert (await agent.delete(f"{path}/{number}")).status_code == 200
    assert (await found(agent, "crimson"), await found(agent, "dial meter")) == ([], [ticket])
    await agent.patch(f"/ticket/{ticket}", json={"subject": "Sensor", "contractId": "V-0815"})
    assert await found(agent, "sensor dial v-0815") == [ticket]
    draft = {"content": {"message": "A draft of vermilion"}, "isDraft": True, "to": ["tom@mail.example"]}
    assert (await agent.post(f"{path}/reply", json=draft)).status_code == 200
    assert await found(agent, "vermilion") == [ticket]
