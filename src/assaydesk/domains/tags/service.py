"""Tags: the public face of the domain. Everybody who is signed in may read them; endpoints ask who may write."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from assaydesk.domains.settings.models import Subchannel
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tags import details, merging, repository, tree
from assaydesk.domains.tags.events import TAG_USES, TagDeleted, TagMerged
from assaydesk.domains.tags.models import Tag
from assaydesk.domains.tags.view import COMPACT, tag_json, tags_json
from assaydesk.kit.clock import iso, utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import Conflict, FieldError, NotFound, UnknownReference, ValidationFailed
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.versions import refuse_stale

_COLUMNS: Final = {"parent": "parent_id", "sla": "sla_hours"}
_MUST_BE_REPLACED: Final = ("profile", "team", "scorecard", "template")


class TagNotFound(NotFound):
    def __init__(self, tag_id: int) -> None:
        super().__init__(f"Tag {tag_id} does not exist.", tagId=tag_id)


class NameTaken(Conflict):
    """409: a sibling has the name. `details.tagId` is that tag."""

    def __init__(self, name: str, tag_id: int) -> None:
        super().__init__(f"There is already a tag {name!r} at this place.", tagId=tag_id)


class DefaultSkillExists(Conflict):
    """409: another tag is the default skill."""

    def __init__(self, tag_id: int) -> None:
        super().__init__(f"Tag {tag_id} is the default skill already; there can be only one.", tagId=tag_id)


class TagInUse(Conflict):
    """409: `details.usedBy` maps kinds of rows to their ids."""

    def __init__(self, tag_id: int, used_by: Mapping[str, list[int]], message: str) -> None:
        super().__init__(message, tagId=tag_id, usedBy={kind: ids[:100] for kind, ids in used_by.items()})


class TagHasChildren(Conflict):
    """409: the children need another parent first (`moveChildrenTo`)."""

    def __init__(self, tag_id: int, children: list[int]) -> None:
        super().__init__(f"Tag {tag_id} has children. Say where they go: moveChildrenTo.", children=children)


async def existing_tag_ids(session: ReadSession, ids: Collection[int]) -> set[int]:
    """Those of the ids that name a tag that is not deleted."""
    return await repository.existing(session, ids)


async def descendants(session: ReadSession, ids: Collection[int]) -> set[int]:
    """These tags and all below them."""
    return tree.below(ids, await repository.parents(session)) if ids else set()


async def load_tags(session: ReadSession, ids: Collection[int]) -> dict[int, Tag]:
    """Tags by id, deleted ones included: they stay on old rows."""
    return {tag.id: tag for tag in await repository.load(session, ids)} if ids else {}


async def tags_as_json(session: ReadSession, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Tags in their wire form, as tickets show them."""
    tags = await load_tags(session, ids)
    if not tags:
        return {}
    zone = (await get_settings(session)).zone
    names = await repository.names(session, {tag.parent_id for tag in tags.values() if tag.parent_id is not None})
    return {tag.id: tag_json(tag, names, zone) for tag in tags.values()}


async def find_tag(session: ReadSession, tag_id: int) -> Tag:
    """Raises `TagNotFound`."""
    tag = await repository.get(session, tag_id)
    if tag is None:
        raise TagNotFound(tag_id)
    return tag


async def read_tag(session: ReadSession, tag_id: int) -> dict[str, Any]:
    """One tag in its wire form. Raises `TagNotFound`."""
    await find_tag(session, tag_id)
    return (await tags_as_json(session, [tag_id]))[tag_id]


async def list_tags(
    session: ReadSession,
    *,
    name_contains: str | None = None,
    type_: str | None = None,
    reference: str | None = None,
    include_disabled: bool = False,
    compact: bool = False,
) -> list[dict[str, Any]]:
    """By name."""
    found = await repository.find(
        session, name_contains=name_contains, type_=type_, reference=reference, include_disabled=include_disabled
    )
    zone = (await get_settings(session)).zone
    names = await repository.names(session, {tag.parent_id for tag in found if tag.parent_id is not None})
    rows = tags_json(found, names, zone)
    return [{key: row[key] for key in COMPACT} for row in rows] if compact else rows


async def tag_tree(
    session: ReadSession, *, type_: str | None = None, include_disabled: bool = False
) -> list[dict[str, Any]]:
    """The roots, each with its `children`."""
    rows = await list_tags(session, type_=type_, include_disabled=include_disabled)
    nodes: dict[int, dict[str, Any]] = {row["id"]: row for row in rows}
    roots, children = tree.roots_and_children(list(nodes), await repository.parents(session))
    for tag_id, node in nodes.items():
        node["children"] = [nodes[child] for child in children[tag_id]]
    return [nodes[root] for root in roots]


async def create_tag(session: WriteSession, actor: Actor, values: Mapping[str, Any]) -> Tag:
    """`values`: the fields of `TagCreate`. Raises `ValidationFailed`, `UnknownReference`, `NameTaken`, ..."""
    await repository.lock_tree(session)
    _check_details(values)
    await _check_references(session, None, values)
    parent_id = values.get("parent")
    await _check_unique(session, None, values["name"], parent_id, values.get("properties") or ())
    columns = {_COLUMNS.get(name, name): value for name, value in values.items()}
    if columns.get("tag_routing") is None:
        columns["tag_routing"] = columns["type"] == "skill"
    tag = Tag(**columns, modified_at=utc_now(), modified_by=actor.user_id, modified_by_name=actor.name)
    session.add(tag)
    await session.flush()  # The id is part of the answer.
    await write_audit(session, actor, "tag:row:create", "tag", [Change(tag.id, "name", None, tag.name)])
    return tag


async def update_tag(
    session: WriteSession, actor: Actor, tag_id: int, values: Mapping[str, Any], *, unmodified_since: str | None = None
) -> Tag:
    """Set the fields that are given.

    Raises as `create_tag`, `TagInUse` for another `reference` of a used tag, and `StaleObject`.
    """
    await repository.lock_tree(session)
    tag = await find_tag(session, tag_id)
    await session.refresh(tag)
    if unmodified_since is not None:
        zone = (await get_settings(session)).zone
        refuse_stale(unmodified_since, modified_at=tag.modified_at, zone=zone)
    _check_details(values)
    await _check_references(session, tag, values)
    parent_id = values.get("parent", tag.parent_id)
    await _check_unique(session, tag, values.get("name", tag.name), parent_id, values.get("properties") or ())
    if values.get("reference", tag.reference) != tag.reference:
        used_by = await _uses(session, actor, tag_id)
        if used_by:
            raise TagInUse(tag_id, used_by, f"Tag {tag_id} is in use; its reference cannot be changed.")
    changes = []
    for name, value in values.items():
        column = _COLUMNS.get(name, name)
        if getattr(tag, column) != value:
            changes.append(Change(tag_id, name, getattr(tag, column), value))
            setattr(tag, column, value)
    if changes:
        _touch(tag, actor)
        await write_audit(session, actor, "tag:row:change", "tag", changes)
    return tag


async def delete_tag(
    session: WriteSession, actor: Actor, tag_id: int, *, move_children_to: int | None, replace_by: int | None
) -> None:
    """Hide a tag; rows that carry it keep it. Raises `TagHasChildren`, `TagInUse`, `UnknownReference`."""
    await repository.lock_tree(session)
    tag = await find_tag(session, tag_id)
    children = await repository.children(session, tag_id)
    if children and move_children_to is None:
        raise TagHasChildren(tag_id, [child.id for child in children])
    if replace_by is not None and (replace_by == tag_id or not await repository.existing(session, [replace_by])):
        raise UnknownReference(field="replaceBy", value=replace_by)
    if children and move_children_to is not None:
        for child in children:
            await _check_references(session, child, {"parent": move_children_to}, path="moveChildrenTo")
            await _check_unique(session, child, child.name, move_children_to, ())
            child.parent_id = move_children_to
            _touch(child, actor)
    used_by = {kind: ids for kind, ids in (await _uses(session, actor, tag_id)).items() if kind in _MUST_BE_REPLACED}
    if used_by and replace_by is None:
        raise TagInUse(tag_id, used_by, f"Tag {tag_id} is in use. Name another one in its place: replaceBy.")
    tag.visibility = "disabled"
    tag.deleted_at = utc_now()
    _touch(tag, actor)
    await write_audit(session, actor, "tag:row:delete", "tag", [Change(tag_id, "replaceBy", None, replace_by)])
    await publish(session, TagDeleted(tag_id, replace_by))


async def merge_tags(session: WriteSession, actor: Actor, tag_id: int, into: int) -> int:
    """Let everything that carries or names a tag carry `into` instead, and delete it; answers how many rows moved.

    Children and examples move too. Raises `UnknownReference`, `ValidationFailed`, `NameTaken`.
    """
    await repository.lock_tree(session)
    tag, target = await find_tag(session, tag_id), await repository.get(session, into)
    if target is None:
        raise UnknownReference(f"Tag {into} does not exist.", field="into", value=into)
    if target.id == tag_id or target.id in await descendants(session, [tag_id]):
        raise ValidationFailed([FieldError("into", "not_allowed", "A tag cannot go over into itself or one below it.")])
    if target.visibility == "disabled":
        raise ValidationFailed([FieldError("into", "not_allowed", f"Tag {into} is disabled: nothing new carries it.")])
    if target.reference != tag.reference:
        message = f"Tag {tag_id} belongs on a {tag.reference}, tag {into} on a {target.reference}."
        raise ValidationFailed([FieldError("into", "not_allowed", message)])
    for child in await repository.children(session, tag_id):
        await _check_references(session, child, {"parent": into}, path="into")
        await _check_unique(session, child, child.name, into, ())
        child.parent_id = into
        _touch(child, actor)
    target.detection_details = merging.joined_details(target.detection_details, tag.detection_details)
    target.test_case = merging.joined_test_case(target.test_case, tag.test_case)
    _touch(target, actor)
    tag.visibility = "disabled"
    tag.deleted_at = utc_now()
    tag.properties = []
    _touch(tag, actor)
    await session.flush()  # Listeners read the tags anew.
    merged = TagMerged(tag_id, into)
    await publish(session, merged)
    await publish(session, TagDeleted(tag_id, into))
    await write_audit(session, actor, "tag:row:merge", "tag", [Change(tag_id, "into", None, into)])
    return sum(merged.moved)


async def note_test(session: WriteSession, tag: Tag, *, precision: float | None, recall: float | None) -> None:
    """Keep the result of a run over the test tickets at the tag; that is no change of the tag itself."""
    result = {"precision": precision, "recall": recall, "checkedAt": iso(utc_now())}
    tag.test_case = {**tag.test_case, "lastResult": result}
    await session.flush()


def _touch(tag: Tag, actor: Actor) -> None:
    tag.modified_at = utc_now()
    tag.modified_by = actor.user_id
    tag.modified_by_name = actor.name


async def _uses(session: WriteSession, actor: Actor, tag_id: int) -> dict[str, list[int]]:
    found = {kind: (await slot.load(session, actor, [tag_id])).get(tag_id, []) for kind, slot in TAG_USES.items()}
    return {kind: ids for kind, ids in found.items() if ids}


def _check_details(values: Mapping[str, Any]) -> None:
    faults = [*details.check_details(values.get("detection_details") or {})]
    faults += details.check_test_case(values.get("test_case") or {})
    if faults:
        raise ValidationFailed(faults)


async def _check_references(
    session: WriteSession, tag: Tag | None, values: Mapping[str, Any], *, path: str = "parent"
) -> None:
    for number in values.get("subchannels") or ():
        if await session.get(Subchannel, number) is None:
            raise UnknownReference(f"Subchannel {number} does not exist.", field="subchannels", value=number)
    parent_id = values.get("parent")
    if parent_id is None:
        return
    parents = await repository.parents(session)
    if parent_id not in parents:
        raise UnknownReference(f"Tag {parent_id} does not exist.", field=path, value=parent_id)
    refusal = tree.refuse_parent(None if tag is None else tag.id, parent_id, parents)
    if refusal == "cycle":
        raise ValidationFailed([FieldError(path, "not_allowed", "A tag cannot stand under itself.")])
    if refusal == "depth":
        message = f"The tree would be deeper than {tree.MAX_DEPTH} levels."
        raise ValidationFailed([FieldError(path, "out_of_range", message)])


async def _check_unique(
    session: WriteSession, tag: Tag | None, name: str, parent_id: int | None, properties: Collection[str]
) -> None:
    own = None if tag is None else tag.id
    same = await repository.sibling(session, name, parent_id)
    if same not in (None, own):
        assert same is not None
        raise NameTaken(name, same)
    if "defaultSkill" in properties:
        holder = await repository.default_skill(session)
        if holder not in (None, own):
            assert holder is not None
            raise DefaultSkillExists(holder)
