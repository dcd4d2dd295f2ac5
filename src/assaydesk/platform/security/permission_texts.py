"""The sentence that an administrator reads for each permission, and its group (people.md 6)."""

from dataclasses import dataclass
from typing import Final

from assaydesk.platform.security.permissions import Permission


@dataclass(frozen=True, slots=True)
class PermissionInfo:
    """What the role editor shows for one permission."""

    name: Permission
    label: str
    group: str


GROUPS: Final[dict[str, str]] = {
    "ticket": "Ticket permissions",
    "customer": "Customer permissions",
    "aiAgent": "AI agent permissions",
    "intent": "Intent permissions",
    "darkProcessing": "Dark processing permissions",
    "aiQualityCheck": "AI quality check permissions",
    "cortex": "AI service permissions",
    "knowledge": "Knowledge permissions",
    "template": "Template permissions",
    "tag": "Tag permissions",
    "user": "User permissions",
    "settings": "Settings permissions",
    "app": "App permissions",
    "telephony": "Telephony permissions",
    "report": "Report and export permissions",
    "quality": "Quality permissions",
    "system": "System permissions",
}

GROUP_DESCRIPTIONS: Final[dict[str, str]] = {
    "ticket": "Working tickets and their conversations",
    "customer": "Customers and contracts outside a ticket",
    "aiAgent": "AI agents and their code",
    "intent": "What AI agents propose on a ticket",
    "darkProcessing": "Executions without a person",
    "aiQualityCheck": "Test cases of AI agents",
    "cortex": "AI services and what they cost",
    "knowledge": "Articles, their structure and their sources",
    "template": "Response templates and e-mail wrappers",
    "tag": "Tags and how they are detected",
    "user": "People, teams, roles and their credentials",
    "settings": "The configuration of the instance",
    "app": "Apps inside the desk",
    "telephony": "Calls and queues",
    "report": "Worklogs, figures and exports",
    "quality": "Scorecards, assessments, appeals and calibration",
    "system": "Running the instance",
}

PERMISSIONS: Final[tuple[PermissionInfo, ...]] = (
    PermissionInfo(
        Permission.UPDATE_TICKET,
        "Change tickets. Change tickets, confirm or change the customer of a ticket, live quality check on a draft",
        "ticket",
    ),
    PermissionInfo(
        Permission.READ_TICKET,
        "Read tickets. Open tickets, conversations, history, activity, statistics, customers of a ticket; search",
        "ticket",
    ),
    PermissionInfo(Permission.CREATE_TICKET, "Create tickets. POST /ticket", "ticket"),
    PermissionInfo(Permission.REPLY_TO_TICKET, "Answer customers. Replies, internal notes, drafts, store", "ticket"),
    PermissionInfo(
        Permission.SEND_WITHOUT_APPROVAL,
        "Send without approval. Replies leave at once; without it every reply becomes a draft",
        "ticket",
    ),
    PermissionInfo(Permission.APPROVE_DRAFTS, "Approve drafts. Publish the draft of somebody else", "ticket"),
    PermissionInfo(
        Permission.EDIT_ANY_CONVERSATION,
        "Edit conversations of others. Edit notes and drafts of others, delete conversations",
        "ticket",
    ),
    PermissionInfo(Permission.FORWARD_TICKET, "Forward tickets. Forward by e-mail or to a sub-channel", "ticket"),
    PermissionInfo(Permission.MERGE_TICKETS, "Merge tickets", "ticket"),
    PermissionInfo(Permission.ASSIGN_TICKETS, "Assign tickets. Assign to somebody else than oneself", "ticket"),
    PermissionInfo(Permission.MARK_SPAM, "Mark spam. Set manual_spam and manual_clean", "ticket"),
    PermissionInfo(
        Permission.READ_RAW_DATA,
        "Read raw data. includeRawData=true on tickets, conversations, contracts",
        "ticket",
    ),
    PermissionInfo(Permission.READ_SURVEYS, "Read surveys. List survey answers of everybody", "ticket"),
    PermissionInfo(
        Permission.MANAGE_ANY_REMINDER,
        "Manage reminders of others. Read, change and delete reminders of other users",
        "ticket",
    ),
    PermissionInfo(
        Permission.READ_CUSTOMERS,
        "Read customers. Customer and contract search and read outside a ticket",
        "customer",
    ),
    PermissionInfo(
        Permission.MANAGE_CUSTOMERS,
        "Manage customers. Push customers and contracts, legitimation preview",
        "customer",
    ),
    PermissionInfo(Permission.CREATE_AI_AGENT, "Create AI agent. Create an AI agent, load default agents", "aiAgent"),
    PermissionInfo(
        Permission.READ_AI_AGENT,
        "Read AI agents. List and read AI agents; code and prompts are left out without updateAiAgent",
        "aiAgent",
    ),
    PermissionInfo(
        Permission.UPDATE_AI_AGENT,
        "Change AI agents. Change an AI agent, read its code and prompts",
        "aiAgent",
    ),
    PermissionInfo(Permission.DELETE_AI_AGENT, "Delete AI agents. Soft delete and restore an AI agent", "aiAgent"),
    PermissionInfo(Permission.PREVIEW_AI_AGENT, "Try AI agents. Preview, outcome, similar tickets", "aiAgent"),
    PermissionInfo(
        Permission.UPDATE_INTENT,
        "Change intents. Assign an agent to a ticket, change its input data, remove it",
        "intent",
    ),
    PermissionInfo(
        Permission.EXECUTE_INTENT,
        "Execute intents. Press an option of an intent, autoexecute a ticket",
        "intent",
    ),
    PermissionInfo(
        Permission.READ_INTENT,
        "Read intents. Intents of a ticket, intent list, intent preview",
        "intent",
    ),
    PermissionInfo(
        Permission.READ_DARK_PROCESSING,
        "Read dark processing. Configuration and figures",
        "darkProcessing",
    ),
    PermissionInfo(
        Permission.MANAGE_DARK_PROCESSING,
        "Configure dark processing. Release types, delays, channels, limits",
        "darkProcessing",
    ),
    PermissionInfo(
        Permission.TRIGGER_DARK_PROCESSING,
        "Trigger dark processing. The three bulk actions",
        "darkProcessing",
    ),
    PermissionInfo(
        Permission.APPROVE_DARK_PROCESSING,
        "Approve automatic executions. Approve or reject waiting executions",
        "darkProcessing",
    ),
    PermissionInfo(Permission.READ_AI_QUALITY_CHECK, "Read test cases and runs", "aiQualityCheck"),
    PermissionInfo(
        Permission.RUN_AI_QUALITY_CHECK,
        "Start test runs. Schedule, cancel and delete test runs",
        "aiQualityCheck",
    ),
    PermissionInfo(
        Permission.UPDATE_AI_QUALITY_CHECK,
        "Edit test cases. Add, change, delete cases; change or accept expected results",
        "aiQualityCheck",
    ),
    PermissionInfo(
        Permission.USE_TEXT_ASSISTANCE,
        "Use text assistance. Rewrite, translate, summarise, suggest a reply",
        "cortex",
    ),
    PermissionInfo(Permission.RERUN_AI_ANALYSIS, "Re-run the AI on a ticket", "cortex"),
    PermissionInfo(
        Permission.READ_AI_REQUESTS,
        "Read AI requests. Request log and redacted request preview",
        "cortex",
    ),
    PermissionInfo(Permission.READ_AI_USAGE, "Read AI usage and cost", "cortex"),
    PermissionInfo(
        Permission.READ_AI_CONTROL_CENTRE,
        "AI control centre. AI agent performance reports and the live overview",
        "cortex",
    ),
    PermissionInfo(
        Permission.READ_KNOWLEDGE,
        "Read the knowledge base. Articles and structure the user's teams may see",
        "knowledge",
    ),
    PermissionInfo(
        Permission.READ_CONFIDENTIAL_KNOWLEDGE,
        "Read confidential articles. Articles with confidential=true",
        "knowledge",
    ),
    PermissionInfo(Permission.CREATE_KNOWLEDGE, "Create articles", "knowledge"),
    PermissionInfo(Permission.UPDATE_KNOWLEDGE, "Change articles", "knowledge"),
    PermissionInfo(Permission.ARCHIVE_KNOWLEDGE, "Archive and restore articles", "knowledge"),
    PermissionInfo(Permission.DELETE_KNOWLEDGE, "Delete articles and folders", "knowledge"),
    PermissionInfo(
        Permission.MANAGE_KNOWLEDGE_STRUCTURE,
        "Change the structure. Folders, their order and their teams",
        "knowledge",
    ),
    PermissionInfo(
        Permission.MANAGE_KNOWLEDGE_CONNECTORS,
        "Manage connectors. Website and files connector, upload, crawl",
        "knowledge",
    ),
    PermissionInfo(
        Permission.MANAGE_TEMPLATES,
        "Manage templates. Create, change, delete response templates",
        "template",
    ),
    PermissionInfo(Permission.READ_TEMPLATES, "Read templates. List, read and preview templates", "template"),
    PermissionInfo(
        Permission.MANAGE_EMAIL_TEMPLATES,
        "Manage e-mail wrappers. Greeting and signature wrappers",
        "template",
    ),
    PermissionInfo(
        Permission.MANAGE_TAGS,
        "Manage tags. Create and change tags and their detection (reading needs only a login)",
        "tag",
    ),
    PermissionInfo(Permission.DELETE_TAG, "Delete tags. Delete and merge tags", "tag"),
    PermissionInfo(
        Permission.READ_ANY_USER_PROFILE,
        "Read every profile. format=full of other users, online summary",
        "user",
    ),
    PermissionInfo(
        Permission.READ_USER_LAST_SEEN_DATE,
        "Read last seen. lastSeen of other users, online summary",
        "user",
    ),
    PermissionInfo(
        Permission.UPDATE_SPECIFIC_PROFILE,
        "Change users. Change profiles of other users, one or many",
        "user",
    ),
    PermissionInfo(
        Permission.UPDATE_USER_PROFILE_SKILLS,
        "Skills of users. Change skills and channels of other users; explain the routing of another user",
        "user",
    ),
    PermissionInfo(
        Permission.ENNEO_ADMIN,
        "Instance operator. Change profiles of type enneo; documented name kept, held by the instance operator only",
        "user",
    ),
    PermissionInfo(Permission.CREATE_PROFILE, "Create users", "user"),
    PermissionInfo(Permission.DELETE_PROFILE, "Delete users. Deactivate and restore users", "user"),
    PermissionInfo(Permission.MANAGE_ABSENCES, "Record absences of others", "user"),
    PermissionInfo(
        Permission.MANAGE_API_KEYS,
        "Manage API keys of others. List and revoke keys of other users",
        "user",
    ),
    PermissionInfo(
        Permission.MANAGE_SERVICE_WORKERS,
        "Manage service workers. Create service workers and their keys",
        "user",
    ),
    PermissionInfo(Permission.MANAGE_TEAMS, "Manage teams. Create, change, delete teams", "user"),
    PermissionInfo(
        Permission.MANAGE_TEAM_MEMBERS,
        "Manage team members. Add members to and remove them from teams the user belongs to",
        "user",
    ),
    PermissionInfo(Permission.READ_ROLES, "Read roles", "user"),
    PermissionInfo(Permission.MANAGE_ROLES, "Manage roles. Create, change, delete roles", "user"),
    PermissionInfo(Permission.UPDATE_CLIENT_SETTINGS, "Change settings", "settings"),
    PermissionInfo(Permission.READ_CLIENT_SETTINGS, "Read settings. All settings, secrets masked", "settings"),
    PermissionInfo(
        Permission.MANAGE_ROUTING,
        "Manage routing and working hours. Settings of the categories routing and workingHours",
        "settings",
    ),
    PermissionInfo(
        Permission.MANAGE_SUBCHANNELS,
        "Manage sub-channels. Mailboxes, chat bots, phone lines, Microsoft connection",
        "settings",
    ),
    PermissionInfo(
        Permission.MANAGE_SECRETS,
        "Manage secrets. Write and delete secrets; values are never readable",
        "settings",
    ),
    PermissionInfo(Permission.MANAGE_USER_DEFINED_FUNCTIONS, "Manage user-defined functions and tools", "settings"),
    PermissionInfo(
        Permission.EXECUTE_USER_DEFINED_FUNCTION,
        "Run user-defined functions. POST /executor/execute/{udfName}",
        "settings",
    ),
    PermissionInfo(
        Permission.USE_EXECUTOR_SANDBOX,
        "Try code. Executor preview and local execution command",
        "settings",
    ),
    PermissionInfo(Permission.MANAGE_EVENT_HOOKS, "Manage event hooks", "settings"),
    PermissionInfo(Permission.MANAGE_WEBHOOKS, "Manage webhooks", "settings"),
    PermissionInfo(Permission.READ_APPS, "Use apps. Apps menu and running an app", "app"),
    PermissionInfo(
        Permission.MANAGE_APPS,
        "Manage apps. Create, change, delete, preview, import, export apps",
        "app",
    ),
    PermissionInfo(
        Permission.USE_TELEPHONY_API,
        "Telephony callbacks. callReceived, agentConnected, callCompleted; meant for service workers",
        "telephony",
    ),
    PermissionInfo(Permission.READ_QUEUE, "Read queues. Queue entries and routing status", "telephony"),
    PermissionInfo(
        Permission.RESET_ROUTING_STATE,
        "Reset routing state. cleanState=true, forceReEvaluation=true, test status",
        "telephony",
    ),
    PermissionInfo(Permission.WORKLOG_VIEW_OWN, "Own worklogs", "report"),
    PermissionInfo(Permission.WORKLOG_VIEW_TEAM_MATE, "Worklogs of team mates", "report"),
    PermissionInfo(Permission.WORKLOG_VIEW_ALL, "Worklogs of everybody", "report"),
    PermissionInfo(
        Permission.READ_REPORTS,
        "Service reports. Ticket, message and edit figures; per-person figures only within the worklog view scope",
        "report",
    ),
    PermissionInfo(Permission.EXPORT_DATA, "Export data. All /export/* except custom exports", "report"),
    PermissionInfo(Permission.EXPORT_CUSTOM_DATA, "Custom data exports. /export/customData", "report"),
    PermissionInfo(Permission.QUALITY_VIEW_ASSESSMENT_OWN, "View own assessments", "quality"),
    PermissionInfo(
        Permission.QUALITY_VIEW_ASSESSMENT_TEAM_MATE,
        "View assessments of team mates. Team mate = shares an effective team",
        "quality",
    ),
    PermissionInfo(Permission.QUALITY_VIEW_ASSESSMENT_ALL, "View all assessments", "quality"),
    PermissionInfo(
        Permission.QUALITY_DO_ASSESSMENTS_TEAM,
        "Assess team mates. Create, edit, refresh; includes viewing them",
        "quality",
    ),
    PermissionInfo(
        Permission.QUALITY_DO_ASSESSMENTS_ALL,
        "Assess everybody. Create, edit, refresh; includes viewing them",
        "quality",
    ),
    PermissionInfo(Permission.QUALITY_DELETE_ASSESSMENT, "Delete assessments. Delete and restore", "quality"),
    PermissionInfo(
        Permission.QUALITY_MANAGE_SCORECARDS,
        "Manage scorecards. Create, edit, clone (reading needs only a login)",
        "quality",
    ),
    PermissionInfo(
        Permission.QUALITY_DELETE_SCORECARD,
        "Delete scorecards. Delete and restore, on top of the one above",
        "quality",
    ),
    PermissionInfo(
        Permission.QUALITY_RUN_BACKTEST,
        "Backtest scorecards. Dry-run a scorecard revision on past worklogs",
        "quality",
    ),
    PermissionInfo(Permission.QUALITY_APPEAL_ASSESSMENT, "Appeal. Appeal against one's own assessment", "quality"),
    PermissionInfo(Permission.QUALITY_DECIDE_APPEALS, "Decide appeals", "quality"),
    PermissionInfo(Permission.QUALITY_MANAGE_CALIBRATION, "Calibration sessions. Create, close, evaluate", "quality"),
    PermissionInfo(
        Permission.QUALITY_VIEW_REPORTS,
        "Quality reports. Limited to people whose assessments the caller may view",
        "quality",
    ),
    PermissionInfo(Permission.QUALITY_MANAGE_GOLDEN_SETS, "Golden sets. Maintain and run golden sets", "quality"),
    PermissionInfo(Permission.READ_EVENTS, "Read the event log", "system"),
    PermissionInfo(Permission.RETRY_EVENTS, "Re-deliver events", "system"),
    PermissionInfo(Permission.READ_CRON, "Read background jobs", "system"),
    PermissionInfo(Permission.MANAGE_CRON, "Run, enable and disable background jobs", "system"),
    PermissionInfo(Permission.READ_SYSTEM_HEALTH, "Read health details", "system"),
    PermissionInfo(Permission.READ_AUDIT_LOG, "Read the audit log", "system"),
    PermissionInfo(Permission.MANAGE_ANONYMISATION, "Anonymise. Anonymise tickets, spot checks", "system"),
    PermissionInfo(Permission.MANAGE_PRIVACY_REQUESTS, "Privacy requests. Person export and erasure", "system"),
)
