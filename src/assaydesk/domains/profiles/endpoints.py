"""Profiles (people.md 2 and 3.1)."""

from typing import Annotated, Any

from fastapi import Depends, Query
from starlette.responses import Response

from assaydesk.domains.profiles import absence_endpoints, member_endpoints, role_endpoints, service, worker_endpoints
from assaydesk.domains.profiles.bulk import ignored_of
from assaydesk.domains.profiles.deps import (
    Caller,
    Created,
    Creator,
    Deleter,
    Entries,
    Full,
    RowId,
    SeesPresence,
    ToRead,
    ToWrite,
    UnmodifiedSince,
    Updated,
    Updater,
    Wanted,
)
from assaydesk.domains.profiles.errors import (
    AiAgentProfile,
    EmailTaken,
    ExceedsOwnRights,
    ExternalIdTaken,
    LastAdmin,
    NameReportsTaken,
    OwnAccount,
    ProfileNotDeleted,
    ProfileNotFound,
)
from assaydesk.domains.profiles.schemas import (
    OnlineSummary,
    OwnProfileRead,
    OwnProfileUpdate,
    ProfileList,
    ProfileRead,
    ProfileShort,
    ProfilesUpdated,
    ProfileWithRawData,
    StatusHistory,
)
from assaydesk.domains.settings.service import get_settings
from assaydesk.kit.images import image_type
from assaydesk.platform.dates import instant
from assaydesk.platform.errors import NotFound, PermissionDenied, StaleObject, UnknownReference, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.query_lists import ids
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.paging import Paging
from assaydesk.platform.schema import Boolean, DateInput, Done, Made
from assaydesk.platform.security.passwords import WeakPassword
from assaydesk.platform.security.require import verdicts

router = Router("profile", prefix="/api/mind")


class ImageNotFound(NotFound):
    default_message = "This profile has no picture."


_CREATE_ERRORS = (
    PermissionDenied, ExceedsOwnRights, ValidationFailed, UnknownReference, WeakPassword, EmailTaken, ExternalIdTaken,
    NameReportsTaken,
)  # fmt: skip
_UPDATE_ERRORS = (*_CREATE_ERRORS, OwnAccount, ProfileNotFound, LastAdmin, AiAgentProfile, StaleObject)


@router.get(
    "/profiles",
    operation_id="getProfiles",
    response_model=ProfileList,
    responses=errors(PermissionDenied, ValidationFailed),
)
async def list_profiles(
    session: Reads, actor: Caller, page: Paging, wanted: Wanted, full: Full,
    last_seen: Annotated[str | None, Query(alias="lastSeen", include_in_schema=False)] = None,
) -> Response:  # fmt: skip
    """Search profiles, by name. `full` needs `readAnyUserProfile`; without the right the short form is answered."""
    profiles, total = await service.list_profiles(session, actor, wanted, page, full=full)
    answer: dict[str, Any] = {"success": True, "profiles": profiles, "total": total}
    answer |= {"limit": page.limit, "offset": page.offset}
    if last_seen is not None:
        answer["summary"] = await service.online_summary(session)
    return json_answer(answer)


@router.get(
    "/profiles/onlineSummary",
    operation_id="getProfilesOnlineSummary",
    response_model=OnlineSummary,
    responses=errors(PermissionDenied),
)
async def get_online_summary(session: Reads, _: SeesPresence) -> Response:
    """How many people were active in the last ten minutes, and how many calls run."""
    return json_answer(await service.online_summary(session))


@router.patch(
    "/profiles",
    operation_id="bulkUpdateSpecificProfiles",
    response_model=ProfilesUpdated,
    responses=errors(PermissionDenied, ValidationFailed),
)
async def update_profiles(entries: Entries, session: Writes, actor: Updater) -> Response:
    """Change up to 1000 profiles. Each entry stands or falls alone; `success` is true when all went through."""
    results = await service.update_profiles(session, actor, entries)
    current = verdicts.get()
    if current is not None:
        current.ignored.extend(ignored_of(entries))
    return json_answer({"success": all(result["success"] for result in results), "results": results})


@router.get("/profile", operation_id="getProfile", response_model=OwnProfileRead)
async def get_own_profile(session: Reads, actor: Caller) -> Response:
    """The profile of the caller, with the permissions that count at this moment."""
    return json_answer(await service.read_own_profile(session, actor))


@router.patch("/profile", operation_id="updateProfile", responses=errors(ValidationFailed))
async def update_own_profile(session: Writes, actor: Caller, body: OwnProfileUpdate) -> Done:
    """Change what everybody may change of themselves; other keys are ignored."""
    await service.update_own_profile(session, actor, body)
    return Done(success=True)


@router.post("/profile", operation_id="createProfile", responses=errors(*_CREATE_ERRORS))
async def create_profile(sent: Created, session: Writes, actor: Creator) -> Made:
    """Create a user. Without a password the person gets a mail with a link, when the instance sends mail; otherwise
    `POST /profile/{id}/invite` makes a link for handing over."""
    made = await service.create_person(session, actor, sent.body, sent.password_hash)
    return Made(success=True, id=made.id)


@router.get(
    "/profile/{id}",
    operation_id="getSpecificProfile",
    response_model=ProfileWithRawData | ProfileRead | ProfileShort,
    responses=errors(ProfileNotFound, ValidationFailed),
)
async def get_profile(
    session: Reads,
    actor: Caller,
    profile_id: RowId,
    team_ids: Annotated[tuple[int, ...], Depends(ids("teamIds", description="Only with forceInheritance."))],
    force: Annotated[
        Boolean,
        Query(
            alias="forceInheritance", description="Effective values as if the settings of the teams were taken over."
        ),
    ] = False,
    include_raw_data: Annotated[Boolean, Query(alias="includeRawData")] = False,
) -> Response:
    """One profile. Of others, only the short form without `readAnyUserProfile`."""
    shown = await service.read_profile(
        session, actor, profile_id, force_inheritance=force, team_ids=team_ids, include_raw_data=include_raw_data
    )
    return json_answer(shown)


@router.patch("/profile/{id}", operation_id="updateSpecificProfile", responses=errors(*_UPDATE_ERRORS))
async def update_profile(
    sent: Updated, session: Writes, profile: ToWrite, actor: Updater, unmodified_since: UnmodifiedSince = None
) -> Done:
    """Change a user.

    Skills and channels alone need only `updateUserProfileSkills`. Role, password, e-mail, state and single sign-on of
    somebody else can be changed only by a caller who holds every permission of the person's old and new role.
    """
    await service.update_profile(
        session, actor, profile.id, sent.body, password_hash=sent.password_hash, unmodified_since=unmodified_since
    )
    return Done(success=True)


@router.delete(
    "/profile/{id}",
    operation_id="deleteProfile",
    responses=errors(PermissionDenied, OwnAccount, ExceedsOwnRights, ProfileNotFound, LastAdmin, AiAgentProfile),
)
async def delete_profile(session: Writes, profile: ToWrite, actor: Deleter) -> Done:
    """Delete a user: no sign-in, all tokens and sessions end. The name stays on old work."""
    await service.delete_profile(session, actor, profile.id)
    return Done(success=True)


@router.post(
    "/profile/{id}/restore",
    operation_id="restoreProfile",
    responses=errors(
        PermissionDenied, ExceedsOwnRights, ProfileNotFound, ProfileNotDeleted, EmailTaken, ExternalIdTaken
    ),
)
async def restore_profile(session: Writes, profile: ToWrite, actor: Deleter) -> Done:
    """Bring a deleted user back. Tokens and sessions stay ended."""
    await service.restore_profile(session, actor, profile.id)
    return Done(success=True)


@router.get(
    "/profile/{id}/image",
    operation_id="getProfileImage",
    response_model=None,
    responses=errors(ProfileNotFound, ImageNotFound),
)
async def get_image(session: Reads, actor: Caller, profile: ToRead) -> Response:
    """The picture of a profile, PNG or JPEG."""
    content = await service.read_image(session, profile.id)
    if content is None:
        raise ImageNotFound(profileId=profile.id)
    return Response(content, media_type=image_type(content), headers={"Cache-Control": "private, max-age=300"})


@router.get(
    "/profile/{id}/statusHistory",
    operation_id="getProfileStatusHistory",
    response_model=StatusHistory,
    responses=errors(PermissionDenied, ProfileNotFound, ValidationFailed),
)
async def get_status_history(
    session: Reads,
    actor: Caller,
    profile: ToRead,
    page: Paging,
    since: Annotated[DateInput | None, Query(alias="from")] = None,
    until: Annotated[DateInput | None, Query(alias="to")] = None,
) -> Response:
    """When the working status was what. Of others within the scope of the worklog permissions."""
    zone = (await get_settings(session)).zone
    items, total = await service.status_history(
        session, actor, profile.id, page=page, since=instant("from", since, zone),
        until=instant("to", until, zone, upper_end=True),
    )  # fmt: skip
    return json_answer({"success": True, "items": items, "total": total, "limit": page.limit, "offset": page.offset})


router.include_router(absence_endpoints.router)
router.include_router(member_endpoints.router)
router.include_router(role_endpoints.router)
router.include_router(worker_endpoints.router)
