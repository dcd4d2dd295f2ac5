"""Refusals of the profile, role and member operations (people.md 2, 4, 5)."""

from assaydesk.platform.errors import Conflict, Forbidden, NotFound, Unprocessable


class ProfileNotFound(NotFound):
    default_message = "There is no such profile."


class RoleNotFound(NotFound):
    default_message = "There is no such role."


class ServiceWorkerNotFound(NotFound):
    default_message = "There is no such service worker."


class EmailTaken(Conflict):
    default_message = "Somebody else has this e-mail address."


class ExternalIdTaken(Conflict):
    default_message = "Somebody else has this external id."


class NameReportsTaken(Conflict):
    default_message = "Somebody else has this name in reports."


class LastAdmin(Conflict):
    default_message = "Somebody has to stay able to manage this instance."


class RoleInUse(Conflict):
    """409; `details.userCount` and `details.teamIds` name who has it."""

    default_message = "The role is in use. Name another one in moveTo."


class BaseRole(Conflict):
    default_message = "Admin and Agent are what all roles derive from; they cannot be deleted."


class AiAgentProfile(Conflict):
    default_message = "The profile of an AI agent is changed with the agent."


class ProfileNotDeleted(Conflict):
    default_message = "The profile is not deleted."


class OwnAccount(Forbidden):
    default_message = "Nobody changes the role, the state or the password of their own account here."


class ExceedsOwnRights(Forbidden):
    """403; `details.permissions` are those that the caller lacks."""

    default_message = "This needs every permission of that person's old and new role."


class UnknownPermission(Unprocessable):
    """422; `details.permissions` are the unknown names."""

    default_message = "There is no such permission."


class AbsenceNotFound(NotFound):
    default_message = "There is no such absence."


class AbsenceOverlap(Conflict):
    """409; `details.absenceId` is the one that is recorded already."""

    default_message = "Another absence of this person is recorded for that time."
