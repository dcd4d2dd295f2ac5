"""Tags (tags.md 3)."""

from typing import Annotated, Literal

from fastapi import Depends, Path, Query
from starlette.responses import Response

from assaydesk.domains.tags import service
from assaydesk.domains.tags.models import Tag
from assaydesk.domains.tags.schemas import (
    Reference,
    TagCreate,
    TagList,
    TagMergeBody,
    TagNode,
    TagRead,
    TagsMerged,
    TagType,
    TagUpdate,
)
from assaydesk.domains.tags.service import DefaultSkillExists, NameTaken, TagHasChildren, TagInUse, TagNotFound
from assaydesk.platform.errors import PermissionDenied, StaleObject, UnknownReference, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.http.unmodified import UnmodifiedSince
from assaydesk.platform.schema import Boolean, Done, Id, Made
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

router = Router("tag", prefix="/api/mind/tag")

Caller = Annotated[Actor, Depends(Require())]
Manager = Annotated[Actor, Depends(Require(Permission.MANAGE_TAGS))]
MayDelete = Annotated[Actor, Depends(Require(Permission.DELETE_TAG))]
TagId = Annotated[Id, Path(alias="id")]
IncludeDisabled = Annotated[Boolean, Query(alias="includeDisabled")]
OfType = Annotated[TagType | None, Query(alias="type")]
OtherTag = Annotated[Id | None, Query()]


async def tag_to_write(session: Writes, tag_id: TagId) -> Tag:
    return await service.find_tag(session, tag_id)


Addressed = Annotated[Tag, Depends(tag_to_write)]


@router.get("", operation_id="listTags", response_model=TagList, responses=errors(ValidationFailed))
async def list_tags(
    session: Reads,
    _: Caller,
    q: Annotated[str | None, Query(max_length=200, description="A part of the name.")] = None,
    type_: OfType = None,
    reference: Annotated[Reference | None, Query()] = None,
    include_disabled: IncludeDisabled = False,
    form: Annotated[Literal["full", "compact"], Query(alias="format")] = "full",
) -> Response:
    """List the tags by name. `compact` leaves out everything but what a choice needs."""
    tags = await service.list_tags(
        session,
        name_contains=q,
        type_=type_,
        reference=reference,
        include_disabled=include_disabled,
        compact=form == "compact",
    )
    return json_answer({"success": True, "tags": tags})


@router.get("/tree", operation_id="getTagTree", response_model=list[TagNode], responses=errors(ValidationFailed))
async def get_tag_tree(
    session: Reads, _: Caller, type_: OfType = None, include_disabled: IncludeDisabled = False
) -> Response:
    """The tags as a tree: a bare array of the roots, each with `children`.

    Below a tag that is filtered out, the next shown ancestor is the parent.
    """
    roots = await service.tag_tree(session, type_=type_, include_disabled=include_disabled)
    return json_answer(roots, total=len(roots))


@router.get("/{id}", operation_id="getTag", response_model=TagRead, responses=errors(TagNotFound, ValidationFailed))
async def get_tag(session: Reads, _: Caller, tag_id: TagId) -> Response:
    """One tag."""
    return json_answer(await service.read_tag(session, tag_id))


@router.post(
    "",
    operation_id="createTag",
    response_model=Made,
    responses=errors(PermissionDenied, ValidationFailed, UnknownReference, NameTaken, DefaultSkillExists),
)
async def create_tag(session: Writes, actor: Manager, body: TagCreate) -> Made:
    """Make a tag. Names are unique among siblings; the tree has at most six levels."""
    tag = await service.create_tag(session, actor, {name: getattr(body, name) for name in TagCreate.model_fields})
    return Made(success=True, id=tag.id)


@router.patch(
    "/{id}",
    operation_id="updateTag",
    response_model=Done,
    responses=errors(
        PermissionDenied,
        TagNotFound,
        ValidationFailed,
        UnknownReference,
        NameTaken,
        DefaultSkillExists,
        TagInUse,
        StaleObject,
    ),
)
async def update_tag(
    session: Writes, tag: Addressed, actor: Manager, body: TagUpdate, unmodified_since: UnmodifiedSince = None
) -> Done:
    """Change a tag. What is not sent stays; the `reference` of a tag in use cannot be changed."""
    sent = {name: getattr(body, name) for name in body.model_fields_set & TagUpdate.model_fields.keys()}
    await service.update_tag(session, actor, tag.id, sent, unmodified_since=unmodified_since)
    return Done(success=True)


@router.delete(
    "/{id}",
    operation_id="deleteTag",
    response_model=Done,
    responses=errors(
        PermissionDenied, TagNotFound, ValidationFailed, UnknownReference, NameTaken, TagHasChildren, TagInUse
    ),
)
async def delete_tag(
    session: Writes,
    tag: Addressed,
    actor: MayDelete,
    move_children_to: Annotated[OtherTag, Query(alias="moveChildrenTo", description="Their new parent.")] = None,
    replace_by: Annotated[
        OtherTag, Query(alias="replaceBy", description="Takes its place where a tag is needed.")
    ] = None,
) -> Done:
    """Hide a tag. Tickets and customers that carry it keep it."""
    await service.delete_tag(session, actor, tag.id, move_children_to=move_children_to, replace_by=replace_by)
    return Done(success=True)


@router.post(
    "/{id}/merge",
    operation_id="mergeTag",
    response_model=TagsMerged,
    responses=errors(PermissionDenied, TagNotFound, ValidationFailed, UnknownReference, NameTaken),
)
async def merge_tag(session: Writes, tag: Addressed, actor: MayDelete, body: TagMergeBody) -> TagsMerged:
    """Let another tag take the place of this one everywhere, and delete this one.

    Tickets, customers, teams, people and scorecards that carry or name it, its children, its examples and its test
    tickets go over. Due dates and priorities of unfinished tickets follow the tags that they have then.
    """
    return TagsMerged(success=True, moved=await service.merge_tags(session, actor, tag.id, body.into))
