"""Teams (people.md 4). Their members are set in the profiles domain, which knows who belongs where."""

from typing import Annotated, Literal

from fastapi import Depends, Path, Query
from starlette.responses import Response

from assaydesk.domains.teams import service
from assaydesk.domains.teams.models import Team
from assaydesk.domains.teams.schemas import TeamCreate, TeamList, TeamRead, TeamUpdate
from assaydesk.domains.teams.service import Cycle, ExternalIdTaken, NameTaken, TeamInUse, TeamNotFound
from assaydesk.platform.errors import PermissionDenied, StaleObject, UnknownReference, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.http.unmodified import UnmodifiedSince
from assaydesk.platform.paging import Paging
from assaydesk.platform.schema import Boolean, Done, Id, Made
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require
from assaydesk.platform.versions import refuse_stale

router = Router("team", prefix="/api/mind")

Caller = Annotated[Actor, Depends(Require())]
Manager = Annotated[Actor, Depends(Require(Permission.MANAGE_TEAMS))]
TeamId = Annotated[Id, Path(alias="id")]


async def team_to_write(session: Writes, actor: Caller, team_id: TeamId) -> Team:
    """The addressed row, locked, before the right to change it is judged."""
    return await service.lock_team(session, team_id)


ToWrite = Annotated[Team, Depends(team_to_write)]


@router.get("/teams", operation_id="getTeams", response_model=TeamList, responses=errors(ValidationFailed))
@router.get("/team", include_in_schema=False, response_model=TeamList)
async def list_teams(
    session: Reads,
    actor: Caller,
    page: Paging,
    q: Annotated[str, Query(max_length=200, description="A part of the name.")] = "",
    state: Literal["active", "inactive"] = "active",
    form: Annotated[Literal["full", "short"], Query(alias="format")] = "full",
    user_id: Annotated[Id | None, Query(alias="userId", description="Teams of this user.")] = None,
) -> Response:
    """List teams by name. `short` leaves out the members and the settings."""
    teams, total = await service.list_teams(
        session, actor, q=q.strip(), state=state, user_id=user_id, page=page, full=form == "full"
    )
    return json_answer({"success": True, "teams": teams, "total": total, "limit": page.limit, "offset": page.offset})


@router.get("/team/{id}", operation_id="getTeam", response_model=TeamRead, responses=errors(TeamNotFound))
async def get_team(session: Reads, actor: Caller, team_id: TeamId) -> Response:
    """One team."""
    return json_answer(await service.read_team(session, actor, team_id))


@router.post(
    "/team",
    operation_id="createTeam",
    responses=errors(PermissionDenied, UnknownReference, ValidationFailed, NameTaken, ExternalIdTaken),
)
async def create_team(session: Writes, actor: Manager, body: TeamCreate) -> Made:
    """Create a team. A role in its settings needs every permission of that role."""
    return Made(success=True, id=(await service.create_team(session, actor, body)).id)


@router.patch(
    "/team/{id}",
    operation_id="updateTeam",
    responses=errors(
        PermissionDenied,
        TeamNotFound,
        UnknownReference,
        ValidationFailed,
        Cycle,
        NameTaken,
        ExternalIdTaken,
        StaleObject,
    ),
)
async def update_team(
    session: Writes, team: ToWrite, actor: Manager, body: TeamUpdate, unmodified_since: UnmodifiedSince = None
) -> Done:
    """Change a team. Keys of `settings` that are not sent stay as they are."""
    refuse_stale(unmodified_since, modified_at=team.modified_at)
    await service.update_team(session, actor, team, body)
    return Done(success=True)


@router.delete("/team/{id}", operation_id="deleteTeam", responses=errors(PermissionDenied, TeamNotFound, TeamInUse))
async def delete_team(
    session: Writes,
    team: ToWrite,
    actor: Manager,
    force: Annotated[Boolean, Query(description="Delete it although something names it.")] = False,
) -> Done:
    """Delete a team. Its members lose what they had from it; teams below it move up."""
    await service.delete_team(session, actor, team, force=force)
    return Done(success=True)
