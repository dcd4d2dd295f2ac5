"""What other domains call: active contents, pinned contents, events."""

from collections.abc import Iterator

import pytest

from assaydesk.domains.quality.scorecards import handlers, service
from assaydesk.domains.quality.scorecards.events import RULE_VALIDATORS, ScorecardActivated
from assaydesk.domains.quality.scorecards.types import ScorecardState
from assaydesk.domains.tags.events import TAG_USES, TagDeleted
from assaydesk.domains.tags.models import Tag
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import Conflict, ValidationFailed
from assaydesk.platform.events import on, publish
from assaydesk.platform.security.actor import SYSTEM
from tests.factories.scorecards import CREATED, content, criterion_body, make_scorecard, scorecard_body


class GateClosed(Conflict):
    pass


activated: list[int] = []
refused: set[int] = set()


async def hear(_: WriteSession, event: ScorecardActivated) -> None:
    activated.append(event.scorecard_id)
    if event.base_id in refused:
        raise GateClosed


@pytest.fixture(autouse=True)
def _listening() -> Iterator[None]:
    handlers.register()
    on(ScorecardActivated, hear)
    activated.clear()
    yield
    refused.clear()


async def test_active_contents_are_those_of_the_active_revisions(session: WriteSession) -> None:
    await make_scorecard(session, scorecard_id=17, state="retired")
    await make_scorecard(session, content(name="Second"), scorecard_id=18, base_id=17, revision=2)
    await make_scorecard(session, state="draft")
    [found] = await service.active_contents(session)
    assert (found.scorecard_id, found.base_id, found.content.name, found.activated_at) == (18, 17, "Second", CREATED)
    assert await service.load_content(session, [found.content_id]) == {found.content_id: found.content}
    assert await service.load_content(session, []) == {}


async def test_get_revision(session: WriteSession) -> None:
    row = await make_scorecard(session, state="deleted")
    found = await service.get_revision(session, row.id)
    assert found is not None
    assert (found.base_id, found.revision, found.state) == (row.id, 1, ScorecardState.DELETED)
    assert found.content_hash.startswith("sha256:")
    assert await service.get_revision(session, 999_999) is None


async def test_equal_contents_share_a_row(session: WriteSession) -> None:
    first, second = [await make_scorecard(session) for _ in range(2)]
    other = await make_scorecard(session, content(name="Other"))
    assert first.content_id == second.content_id != other.content_id


async def test_the_system_creates_scorecards_too(session: WriteSession) -> None:
    made = await service.create_scorecard(session, SYSTEM, scorecard_body())
    row = await service.find_scorecard(session, SYSTEM, made.scorecard_id)
    assert (row.base_id, row.created_by, row.state) == (made.base_id, None, "active")
    with pytest.raises(ValidationFailed):
        await service.create_scorecard(session, SYSTEM, {"name": "No categories"})


async def test_activation_is_announced_and_may_be_refused(session: WriteSession) -> None:
    draft = await service.create_scorecard(session, SYSTEM, scorecard_body(state="draft"))
    assert activated == []
    where = {"scorecard_id": draft.scorecard_id, "base_id": draft.base_id}
    await service.update_scorecard(session, SYSTEM, **where, body={"state": "active"})
    second = await service.update_scorecard(session, SYSTEM, **where, body={"name": "Second"})
    assert activated == [draft.scorecard_id, second.scorecard_id]
    refused.add(draft.base_id)
    with pytest.raises(GateClosed):
        await service.update_scorecard(session, SYSTEM, **where, body={"name": "Third"})


async def test_registered_rule_types_are_accepted(session: WriteSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULE_VALIDATORS, "greets", lambda rule: [] if "word" in rule else [("word", "required", "?")])
    ok = scorecard_body(criterion_body(rule={"type": "greets", "word": "Hello"}))
    made = await service.create_scorecard(session, SYSTEM, ok)
    card = await service.read_scorecard(session, SYSTEM, made.scorecard_id)
    assert card["categories"][0]["criteria"][0]["rule"] == {"type": "greets", "word": "Hello"}
    with pytest.raises(ValidationFailed) as caught:
        await service.create_scorecard(session, SYSTEM, scorecard_body(criterion_body(rule={"type": "greets"})))
    assert caught.value.fields[0].path == "categories.0.criteria.0.rule.word"


async def make_tag(session: WriteSession, name: str, parent_id: int | None = None) -> int:
    tag = Tag(name=name, parent_id=parent_id)
    session.add(tag)
    await session.flush()
    return tag.id


async def test_tags_below_the_listed_ones(session: WriteSession) -> None:
    top = await make_tag(session, "Complaint")
    below = await make_tag(session, "Invoice", top)
    wide = await make_scorecard(session, content(ticket_tags=(top,), include_child_tags=True))
    await make_scorecard(session, content(ticket_tags=(top,)))
    await make_scorecard(session, content(include_child_tags=True))
    found = await service.listed_tags(session, await service.active_contents(session))
    assert found == {wide.base_id: frozenset({top, below})}


async def test_a_deleted_tag_is_replaced_in_what_is_in_use(session: WriteSession) -> None:
    first, second = await make_tag(session, "Old"), await make_tag(session, "New")
    active = await make_scorecard(session, content(ticket_tags=(first, second)))
    retired = await make_scorecard(session, content(ticket_tags=(first,)), state="retired")
    assert await TAG_USES["scorecard"].load(session, SYSTEM, [first]) == {first: [active.id]}
    await publish(session, TagDeleted(first, replaced_by=None))
    assert await TAG_USES["scorecard"].load(session, SYSTEM, [first]) == {first: [active.id]}
    await publish(session, TagDeleted(first, replaced_by=second))
    tags = [
        found.content.assignment.ticket_tags
        for row in (active, retired)
        if (found := await service.get_revision(session, row.id)) is not None
    ]
    assert tags == [(second,), (first,)]
    await session.refresh(active)
    assert (active.state, active.revision, active.version) == ("active", 1, 2)
