"""People, AI agents, service workers and roles: the public face of the domain."""

from assaydesk.domains.profiles.absences import (
    absence_calendar,
    absent_among,
    change_absence,
    delete_absence,
    find_absence,
    hand_over,
    list_absences,
    record_absence,
)
from assaydesk.domains.profiles.bulk import update_profiles
from assaydesk.domains.profiles.create import create_ai_agent_profile, create_person, create_profile, ensure_first_admin
from assaydesk.domains.profiles.errors import ExceedsOwnRights, ProfileNotFound
from assaydesk.domains.profiles.members import change_members
from assaydesk.domains.profiles.reading import (
    effective_skills,
    find_profile,
    list_profiles,
    load_effective,
    online_summary,
    read_image,
    read_own_profile,
    read_profile,
    status_history,
)
from assaydesk.domains.profiles.remove import delete_profile, refuse_foreign_account, restore_profile
from assaydesk.domains.profiles.repository import idle as idle_people
from assaydesk.domains.profiles.repository import load_profiles, set_offline, team_ids_of, team_mates
from assaydesk.domains.profiles.rights import holders_of
from assaydesk.domains.profiles.roles import (
    ADMIN_ROLE,
    AGENT_ROLE,
    QUALITY_MANAGER_ROLE,
    READ_ONLY_ROLE,
    SUPERVISOR_ROLE,
    create_role,
    delete_role,
    ensure_roles,
    find_role,
    list_roles,
    permission_groups,
    role_view,
    update_role,
)
from assaydesk.domains.profiles.update import store_password, update_own_profile, update_profile
from assaydesk.domains.profiles.workers import create_worker, delete_worker, list_workers, lock_worker, update_worker

__all__ = [
    "ADMIN_ROLE",
    "AGENT_ROLE",
    "QUALITY_MANAGER_ROLE",
    "READ_ONLY_ROLE",
    "SUPERVISOR_ROLE",
    "ExceedsOwnRights",
    "ProfileNotFound",
    "absence_calendar",
    "absent_among",
    "change_absence",
    "change_members",
    "create_ai_agent_profile",
    "create_person",
    "create_profile",
    "create_role",
    "create_worker",
    "delete_absence",
    "delete_profile",
    "delete_role",
    "delete_worker",
    "effective_skills",
    "ensure_first_admin",
    "ensure_roles",
    "find_absence",
    "find_profile",
    "find_role",
    "hand_over",
    "holders_of",
    "idle_people",
    "list_absences",
    "list_profiles",
    "list_roles",
    "list_workers",
    "load_effective",
    "load_profiles",
    "lock_worker",
    "online_summary",
    "permission_groups",
    "read_image",
    "read_own_profile",
    "read_profile",
    "record_absence",
    "refuse_foreign_account",
    "restore_profile",
    "role_view",
    "set_offline",
    "status_history",
    "store_password",
    "team_ids_of",
    "team_mates",
    "update_own_profile",
    "update_profile",
    "update_profiles",
    "update_role",
    "update_worker",
]
