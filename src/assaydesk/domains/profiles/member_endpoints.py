"""Members of teams: who belongs where is known by profiles (people.md 4)."""

from assaydesk.domains.profiles import service
from assaydesk.domains.profiles.deps import MemberManager, TeamToWrite
from assaydesk.domains.profiles.errors import ExceedsOwnRights
from assaydesk.domains.teams.schemas import MembersUpdate, MembersUpdated
from assaydesk.domains.teams.service import TeamNotFound
from assaydesk.platform.errors import FieldError, PermissionDenied, UnknownReference, ValidationFailed
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Writes

router = Router("team")


@router.put(
    "/team/{id}/members",
    operation_id="setTeamMembers",
    responses=errors(PermissionDenied, ExceedsOwnRights, TeamNotFound, UnknownReference, ValidationFailed),
)
async def set_members(session: Writes, team: TeamToWrite, actor: MemberManager, body: MembersUpdate) -> MembersUpdated:
    """Replace the members with `userIds`, or `add` and `remove` some. `manageTeamMembers`: only in own teams."""
    user_ids = body.user_ids if "user_ids" in body.model_fields_set else None
    if not body.model_fields_set & {"user_ids", "add", "remove"}:
        raise ValidationFailed([FieldError("userIds", "required", "Send userIds, or add and remove.")])
    members = await service.change_members(
        session, actor, team, user_ids=user_ids, add=body.add or (), remove=body.remove or ()
    )
    return MembersUpdated(success=True, member_ids=members)
