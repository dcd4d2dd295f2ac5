"""Longer absences and reporting roles (people.md 2.9, 3.2)."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from assaydesk.domains.profiles import service
from assaydesk.domains.profiles.absence_schemas import (
    AbsenceCalendar,
    AbsenceCreate,
    AbsenceList,
    AbsenceUpdate,
    SupersetRoles,
    columns_of,
)
from assaydesk.domains.profiles.deps import (
    AbsenceManager,
    AbsenceToWrite,
    Absentee,
    Caller,
    OwnOrUpdater,
    ToRead,
)
from assaydesk.domains.profiles.errors import AbsenceNotFound, AbsenceOverlap, ProfileNotFound
from assaydesk.domains.settings.service import get_settings
from assaydesk.platform.dates import instant
from assaydesk.platform.errors import PermissionDenied, UnknownReference, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.paging import Paging
from assaydesk.platform.schema import DateInput, Done, Id, Made

router = Router("profile")

_WRITE_ERRORS = (PermissionDenied, ProfileNotFound, UnknownReference, ValidationFailed, AbsenceOverlap)


@router.get(
    "/profile/{id}/supersetRoles",
    operation_id="getSupersetRoles",
    response_model=SupersetRoles,
    responses=errors(PermissionDenied, ProfileNotFound),
)
async def list_superset_roles(session: Reads, profile: OwnOrUpdater) -> Response:
    """The roles that can be chosen as `supersetRole`, from the setting `reportingRoles`."""
    roles = (await get_settings(session)).reporting_roles
    shown = [{"name": role["name"], "label": role.get("label", role["name"])} for role in roles]
    return json_answer({"success": True, "supersetRoles": shown})


@router.get(
    "/profile/{id}/absence",
    operation_id="getAbsences",
    response_model=AbsenceList,
    responses=errors(ProfileNotFound),
)
async def list_absences(session: Reads, actor: Caller, profile: ToRead) -> Response:
    """The absences of a person, the earliest first. Why is shown to the person and those who manage absences."""
    return json_answer({"success": True, "absences": await service.list_absences(session, actor, profile.id)})


@router.post("/profile/{id}/absence", operation_id="createAbsence", responses=errors(*_WRITE_ERRORS))
async def create_absence(session: Writes, profile: Absentee, actor: Caller, body: AbsenceCreate) -> Made:
    """Record an absence. While it lasts the person gets no tickets and is shown as away."""
    return Made(success=True, id=await service.record_absence(session, actor, profile.id, columns_of(body)))


@router.patch(
    "/profile/{id}/absence/{absenceId}",
    operation_id="updateAbsence",
    responses=errors(*_WRITE_ERRORS, AbsenceNotFound),
)
async def update_absence(session: Writes, absence: AbsenceToWrite, actor: Caller, body: AbsenceUpdate) -> Done:
    """Change an absence."""
    await service.change_absence(session, actor, absence.profile_id, absence.id, columns_of(body))
    return Done(success=True)


@router.delete(
    "/profile/{id}/absence/{absenceId}",
    operation_id="deleteAbsence",
    responses=errors(PermissionDenied, ProfileNotFound, AbsenceNotFound),
)
async def delete_absence(session: Writes, absence: AbsenceToWrite, actor: Caller) -> Done:
    """Take an absence back. Tickets that went to the substitute stay there."""
    await service.delete_absence(session, actor, absence.profile_id, absence.id)
    return Done(success=True)


@router.get(
    "/absences",
    operation_id="getAbsenceCalendar",
    response_model=AbsenceCalendar,
    responses=errors(PermissionDenied, ValidationFailed),
)
async def absence_calendar(
    session: Reads,
    actor: AbsenceManager,
    page: Paging,
    since: Annotated[DateInput | None, Query(alias="from")] = None,
    until: Annotated[DateInput | None, Query(alias="to")] = None,
    team_id: Annotated[Id | None, Query(alias="teamId")] = None,
) -> Response:
    """Who is away when: absences that touch the time asked for."""
    zone = (await get_settings(session)).zone
    absences, total = await service.absence_calendar(
        session, since=instant("from", since, zone), until=instant("to", until, zone, upper_end=True),
        team_id=team_id, page=page,
    )  # fmt: skip
    answer = {"success": True, "absences": absences, "total": total, "limit": page.limit, "offset": page.offset}
    return json_answer(answer)
