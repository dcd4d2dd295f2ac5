"""Settings (settings.md 2). The fixed words stand before `{name}`."""

from typing import Annotated, Any

from fastapi import Body, Depends, Path, Query, Request
from pydantic import JsonValue
from starlette.responses import Response

from assaydesk.domains.settings import service, subchannel_endpoints
from assaydesk.domains.settings.catalog import Definition
from assaydesk.domains.settings.schemas import (
    CategoryList,
    CategoryWithSettings,
    CompactSettings,
    SettingList,
    SettingRead,
    SettingsFound,
    SettingsUpdate,
    SettingsUpdated,
    SettingUpdated,
    SettingWithHistory,
)
from assaydesk.domains.settings.service import CategoryNotFound, SettingNotFound
from assaydesk.platform.errors import FieldError, PermissionDenied, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.query_lists import words
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Context, Reads, Writes
from assaydesk.platform.schema import Boolean
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require, verdicts
from assaydesk.platform.security.secrets import secrets_of

router = Router("settings", prefix="/api/mind/settings")

Caller = Annotated[Actor, Depends(Require())]
Reader = Annotated[Actor, Depends(Require(Permission.READ_CLIENT_SETTINGS))]
Updater = Annotated[Actor, Depends(Require(Permission.UPDATE_CLIENT_SETTINGS))]
AnyUpdater = Annotated[
    Actor,
    Depends(Require(Permission.UPDATE_CLIENT_SETTINGS, Permission.MANAGE_ROUTING, Permission.MANAGE_DARK_PROCESSING)),
]
Name = Annotated[str, Path(max_length=80)]


async def readable_setting(actor: Caller, name: Name) -> Definition:
    """The addressed setting; those that are not public need `readClientSettings`."""
    found = service.find_definition(name)
    if not found.public and not actor.has(Permission.READ_CLIENT_SETTINGS):
        _deny(Permission.READ_CLIENT_SETTINGS)
    return found


async def writable_setting(actor: Caller, name: Name) -> Definition:
    """The addressed setting, with the right that its category asks for."""
    found = service.find_definition(name)
    if not service.may_write(actor, found):
        further = service.FURTHER_WRITERS.get(found.category)
        _deny(Permission.UPDATE_CLIENT_SETTINGS, *((further,) if further else ()))
    return found


def _deny(*any_of: Permission) -> None:
    current = verdicts.get()
    if current is not None and current.denied is None:
        current.denied = PermissionDenied(*any_of)


ToRead = Annotated[Definition, Depends(readable_setting)]
ToWrite = Annotated[Definition, Depends(writable_setting)]

router.include_router(subchannel_endpoints.router)


@router.get(
    "", operation_id="getSettings", response_model=SettingList, responses=errors(PermissionDenied, ValidationFailed)
)
async def list_settings(
    session: Reads,
    actor: Reader,
    names: Annotated[tuple[str, ...], Depends(words("names"))],
    category: Annotated[str | None, Query(max_length=80)] = None,
) -> Response:
    """All settings, or those of a category, or with certain names."""
    found = await service.list_settings(session, actor.lang, category=category, names=names)
    return json_answer({"success": True, "settings": found, "total": len(found)})


@router.post(
    "",
    operation_id="updateSettings",
    responses=errors(PermissionDenied, ValidationFailed),
)
async def update_settings(session: Writes, actor: Updater, context: Context, body: SettingsUpdate) -> SettingsUpdated:
    """Change several settings, all or none: `{"settings": [{"name", "value"}]}`, or a plain map of names and values."""
    if "settings" in body.model_fields_set:
        _refuse_twice([item.name for item in body.settings])
        sent: dict[str, Any] = {item.name: item.value for item in body.settings}
    else:
        sent = dict(body.model_extra or {})
    _note_used(sent)
    seal = secrets_of(context.config).seal
    return SettingsUpdated(success=True, updated=await service.change_settings(session, actor, sent, seal=seal))


def _refuse_twice(names: list[str]) -> None:
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise ValidationFailed([FieldError(name, "duplicate", "Name it once.") for name in twice])


def _note_used(sent: dict[str, Any]) -> None:
    """The names of a plain map are no ignored keys."""
    current = verdicts.get()
    if current is not None:
        current.ignored = [name for name in current.ignored if name not in sent]


@router.get("/compact", operation_id="getCompactSettings", response_model=CompactSettings)
async def get_compact(session: Reads, actor: Caller) -> Response:
    """Name and value of all settings; without `readClientSettings` of the public ones."""
    only_public = not actor.has(Permission.READ_CLIENT_SETTINGS)
    return json_answer({"success": True, "settings": await service.compact(session, only_public=only_public)})


@router.get(
    "/category", operation_id="getSettingCategories", response_model=CategoryList, responses=errors(PermissionDenied)
)
async def list_categories(actor: Reader) -> Response:
    """The categories."""
    found = service.list_categories(actor.lang)
    return json_answer({"success": True, "categories": found, "total": len(found)})


@router.get(
    "/category/{category}",
    operation_id="getSettingsOfCategory",
    response_model=CategoryWithSettings,
    responses=errors(PermissionDenied, CategoryNotFound),
)
async def get_category(session: Reads, actor: Reader, category: Annotated[str, Path(max_length=80)]) -> Response:
    """The settings of a category in groups. The spelling of the name does not matter."""
    return json_answer({"success": True, **await service.read_category(session, actor.lang, category)})


@router.get(
    "/search",
    operation_id="searchSettings",
    response_model=SettingsFound,
    responses=errors(PermissionDenied, ValidationFailed),
)
async def search_settings(
    session: Reads,
    actor: Reader,
    q: Annotated[str, Query(max_length=200, description="Words in name, label, description or options.")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> Response:
    """Find settings, the best first."""
    found, total = await service.search_settings(session, actor.lang, q, limit)
    return json_answer({"success": True, "settings": found, "total": total})


@router.get(
    "/{name}",
    operation_id="getSetting",
    response_model=SettingWithHistory | SettingRead,
    responses=errors(PermissionDenied, SettingNotFound),
)
async def get_setting(
    session: Reads,
    actor: Caller,
    setting: ToRead,
    history: Annotated[Boolean, Query(description="With the last 50 changes.")] = False,
) -> Response:
    """One setting."""
    return json_answer(await service.read_setting(session, actor.lang, setting.name, history=history))


@router.put(
    "/{name}",
    operation_id="updateSetting",
    response_model=SettingUpdated,
    responses=errors(PermissionDenied, SettingNotFound, ValidationFailed),
)
async def update_setting(
    request: Request,
    session: Writes,
    context: Context,
    setting: ToWrite,
    actor: AnyUpdater,
    body: Annotated[
        JsonValue, Body(description='`{"value": …}`, or the value itself; null restores the default.')
    ] = None,
) -> Response:
    """Change one setting. Those of routing and working hours also by holders of `manageRouting`."""
    if not await request.body():
        raise ValidationFailed([FieldError("value", "required", "Send the value, or null for the default.")])
    value = body["value"] if isinstance(body, dict) and "value" in body else body
    seal = secrets_of(context.config).seal
    await service.change_settings(session, actor, {setting.name: value}, path="value", seal=seal)
    shown = await service.read_setting(session, actor.lang, setting.name)
    return json_answer({"success": True, "setting": shown})
