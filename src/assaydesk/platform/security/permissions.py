"""Every permission, with the sentence an administrator reads, and what the shipped roles hold (people.md 6)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Permission(StrEnum):
    """The documented names; roles are rows that name them."""

    APPROVE_DARK_PROCESSING = "approveDarkProcessing"
    APPROVE_DRAFTS = "approveDrafts"
    ARCHIVE_KNOWLEDGE = "archiveKnowledge"
    ASSIGN_TICKETS = "assignTickets"
    CREATE_AI_AGENT = "createAiAgent"
    CREATE_KNOWLEDGE = "createKnowledge"
    CREATE_PROFILE = "createProfile"
    CREATE_TICKET = "createTicket"
    DELETE_AI_AGENT = "deleteAiAgent"
    DELETE_KNOWLEDGE = "deleteKnowledge"
    DELETE_PROFILE = "deleteProfile"
    DELETE_TAG = "deleteTag"
    EDIT_ANY_CONVERSATION = "editAnyConversation"
    ENNEO_ADMIN = "enneoAdmin"
    EXECUTE_INTENT = "executeIntent"
    EXECUTE_USER_DEFINED_FUNCTION = "executeUserDefinedFunction"
    EXPORT_CUSTOM_DATA = "exportCustomData"
    EXPORT_DATA = "exportData"
    FORWARD_TICKET = "forwardTicket"
    MANAGE_ABSENCES = "manageAbsences"
    MANAGE_ANONYMISATION = "manageAnonymisation"
    MANAGE_ANY_REMINDER = "manageAnyReminder"
    MANAGE_API_KEYS = "manageApiKeys"
    MANAGE_APPS = "manageApps"
    MANAGE_CRON = "manageCron"
    MANAGE_CUSTOMERS = "manageCustomers"
    MANAGE_DARK_PROCESSING = "manageDarkProcessing"
    MANAGE_EMAIL_TEMPLATES = "manageEmailTemplates"
    MANAGE_EVENT_HOOKS = "manageEventHooks"
    MANAGE_KNOWLEDGE_CONNECTORS = "manageKnowledgeConnectors"
    MANAGE_KNOWLEDGE_STRUCTURE = "manageKnowledgeStructure"
    MANAGE_PRIVACY_REQUESTS = "managePrivacyRequests"
    MANAGE_ROLES = "manageRoles"
    MANAGE_ROUTING = "manageRouting"
    MANAGE_SECRETS = "manageSecrets"
    MANAGE_SERVICE_WORKERS = "manageServiceWorkers"
    MANAGE_SUBCHANNELS = "manageSubchannels"
    MANAGE_TAGS = "manageTags"
    MANAGE_TEAM_MEMBERS = "manageTeamMembers"
    MANAGE_TEAMS = "manageTeams"
    MANAGE_TEMPLATES = "manageTemplates"
    MANAGE_USER_DEFINED_FUNCTIONS = "manageUserDefinedFunctions"
    MANAGE_WEBHOOKS = "manageWebhooks"
    MARK_SPAM = "markSpam"
    MERGE_TICKETS = "mergeTickets"
    PREVIEW_AI_AGENT = "previewAiAgent"
    QUALITY_APPEAL_ASSESSMENT = "qualityAppealAssessment"
    QUALITY_DECIDE_APPEALS = "qualityDecideAppeals"
    QUALITY_DELETE_ASSESSMENT = "qualityDeleteAssessment"
    QUALITY_DELETE_SCORECARD = "qualityDeleteScorecard"
    QUALITY_DO_ASSESSMENTS_ALL = "qualityDoAssessmentsAll"
    QUALITY_DO_ASSESSMENTS_TEAM = "qualityDoAssessmentsTeam"
    QUALITY_MANAGE_CALIBRATION = "qualityManageCalibration"
    QUALITY_MANAGE_GOLDEN_SETS = "qualityManageGoldenSets"
    QUALITY_MANAGE_SCORECARDS = "qualityManageScorecards"
    QUALITY_RUN_BACKTEST = "qualityRunBacktest"
    QUALITY_VIEW_ASSESSMENT_ALL = "qualityViewAssessmentAll"
    QUALITY_VIEW_ASSESSMENT_OWN = "qualityViewAssessmentOwn"
    QUALITY_VIEW_ASSESSMENT_TEAM_MATE = "qualityViewAssessmentTeamMate"
    QUALITY_VIEW_REPORTS = "qualityViewReports"
    READ_AI_AGENT = "readAiAgent"
    READ_AI_CONTROL_CENTRE = "readAiControlCentre"
    READ_AI_QUALITY_CHECK = "readAiQualityCheck"
    READ_AI_REQUESTS = "readAiRequests"
    READ_AI_USAGE = "readAiUsage"
    READ_ANY_USER_PROFILE = "readAnyUserProfile"
    READ_APPS = "readApps"
    READ_AUDIT_LOG = "readAuditLog"
    READ_CLIENT_SETTINGS = "readClientSettings"
    READ_CONFIDENTIAL_KNOWLEDGE = "readConfidentialKnowledge"
    READ_CRON = "readCron"
    READ_CUSTOMERS = "readCustomers"
    READ_DARK_PROCESSING = "readDarkProcessing"
    READ_EVENTS = "readEvents"
    READ_INTENT = "readIntent"
    READ_KNOWLEDGE = "readKnowledge"
    READ_QUEUE = "readQueue"
    READ_RAW_DATA = "readRawData"
    READ_REPORTS = "readReports"
    READ_ROLES = "readRoles"
    READ_SURVEYS = "readSurveys"
    READ_SYSTEM_HEALTH = "readSystemHealth"
    READ_TEMPLATES = "readTemplates"
    READ_TICKET = "readTicket"
    READ_USER_LAST_SEEN_DATE = "readUserLastSeenDate"
    REPLY_TO_TICKET = "replyToTicket"
    RERUN_AI_ANALYSIS = "rerunAiAnalysis"
    RESET_ROUTING_STATE = "resetRoutingState"
    RETRY_EVENTS = "retryEvents"
    RUN_AI_QUALITY_CHECK = "runAiQualityCheck"
    SEND_WITHOUT_APPROVAL = "sendWithoutApproval"
    TRIGGER_DARK_PROCESSING = "triggerDarkProcessing"
    UPDATE_AI_AGENT = "updateAiAgent"
    UPDATE_AI_QUALITY_CHECK = "updateAiQualityCheck"
    UPDATE_CLIENT_SETTINGS = "updateClientSettings"
    UPDATE_INTENT = "updateIntent"
    UPDATE_KNOWLEDGE = "updateKnowledge"
    UPDATE_SPECIFIC_PROFILE = "updateSpecificProfile"
    UPDATE_TICKET = "updateTicket"
    UPDATE_USER_PROFILE_SKILLS = "updateUserProfileSkills"
    USE_EXECUTOR_SANDBOX = "useExecutorSandbox"
    USE_TELEPHONY_API = "useTelephonyApi"
    USE_TEXT_ASSISTANCE = "useTextAssistance"
    WORKLOG_VIEW_ALL = "worklogViewAll"
    WORKLOG_VIEW_OWN = "worklogViewOwn"
    WORKLOG_VIEW_TEAM_MATE = "worklogViewTeamMate"


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

ADMIN: Final = frozenset(Permission) - {Permission.ENNEO_ADMIN}
SUPERVISOR: Final = frozenset(
    {
        Permission.UPDATE_TICKET,
        Permission.READ_TICKET,
        Permission.CREATE_TICKET,
        Permission.REPLY_TO_TICKET,
        Permission.SEND_WITHOUT_APPROVAL,
        Permission.APPROVE_DRAFTS,
        Permission.EDIT_ANY_CONVERSATION,
        Permission.FORWARD_TICKET,
        Permission.MERGE_TICKETS,
        Permission.ASSIGN_TICKETS,
        Permission.MARK_SPAM,
        Permission.READ_RAW_DATA,
        Permission.READ_SURVEYS,
        Permission.MANAGE_ANY_REMINDER,
        Permission.READ_CUSTOMERS,
        Permission.READ_AI_AGENT,
        Permission.PREVIEW_AI_AGENT,
        Permission.UPDATE_INTENT,
        Permission.EXECUTE_INTENT,
        Permission.READ_INTENT,
        Permission.READ_DARK_PROCESSING,
        Permission.TRIGGER_DARK_PROCESSING,
        Permission.APPROVE_DARK_PROCESSING,
        Permission.READ_AI_QUALITY_CHECK,
        Permission.RUN_AI_QUALITY_CHECK,
        Permission.USE_TEXT_ASSISTANCE,
        Permission.RERUN_AI_ANALYSIS,
        Permission.READ_AI_USAGE,
        Permission.READ_AI_CONTROL_CENTRE,
        Permission.READ_KNOWLEDGE,
        Permission.READ_CONFIDENTIAL_KNOWLEDGE,
        Permission.CREATE_KNOWLEDGE,
        Permission.UPDATE_KNOWLEDGE,
        Permission.ARCHIVE_KNOWLEDGE,
        Permission.MANAGE_KNOWLEDGE_STRUCTURE,
        Permission.MANAGE_TEMPLATES,
        Permission.READ_TEMPLATES,
        Permission.READ_ANY_USER_PROFILE,
        Permission.READ_USER_LAST_SEEN_DATE,
        Permission.UPDATE_SPECIFIC_PROFILE,
        Permission.UPDATE_USER_PROFILE_SKILLS,
        Permission.MANAGE_ABSENCES,
        Permission.MANAGE_TEAM_MEMBERS,
        Permission.READ_ROLES,
        Permission.MANAGE_ROUTING,
        Permission.EXECUTE_USER_DEFINED_FUNCTION,
        Permission.READ_APPS,
        Permission.READ_QUEUE,
        Permission.RESET_ROUTING_STATE,
        Permission.WORKLOG_VIEW_OWN,
        Permission.WORKLOG_VIEW_TEAM_MATE,
        Permission.READ_REPORTS,
        Permission.EXPORT_DATA,
        Permission.QUALITY_VIEW_ASSESSMENT_OWN,
        Permission.QUALITY_VIEW_ASSESSMENT_TEAM_MATE,
        Permission.QUALITY_DO_ASSESSMENTS_TEAM,
        Permission.QUALITY_APPEAL_ASSESSMENT,
        Permission.QUALITY_VIEW_REPORTS,
    }
)
AGENT: Final = frozenset(
    {
        Permission.UPDATE_TICKET,
        Permission.READ_TICKET,
        Permission.CREATE_TICKET,
        Permission.REPLY_TO_TICKET,
        Permission.SEND_WITHOUT_APPROVAL,
        Permission.FORWARD_TICKET,
        Permission.MERGE_TICKETS,
        Permission.ASSIGN_TICKETS,
        Permission.MARK_SPAM,
        Permission.READ_CUSTOMERS,
        Permission.READ_AI_AGENT,
        Permission.UPDATE_INTENT,
        Permission.EXECUTE_INTENT,
        Permission.READ_INTENT,
        Permission.APPROVE_DARK_PROCESSING,
        Permission.USE_TEXT_ASSISTANCE,
        Permission.RERUN_AI_ANALYSIS,
        Permission.READ_KNOWLEDGE,
        Permission.READ_CONFIDENTIAL_KNOWLEDGE,
        Permission.READ_TEMPLATES,
        Permission.READ_APPS,
        Permission.READ_QUEUE,
        Permission.WORKLOG_VIEW_OWN,
        Permission.QUALITY_VIEW_ASSESSMENT_OWN,
        Permission.QUALITY_APPEAL_ASSESSMENT,
    }
)
QUALITY_MANAGER: Final = frozenset(
    {
        Permission.READ_TICKET,
        Permission.READ_SURVEYS,
        Permission.READ_CUSTOMERS,
        Permission.READ_AI_AGENT,
        Permission.READ_INTENT,
        Permission.READ_DARK_PROCESSING,
        Permission.READ_AI_QUALITY_CHECK,
        Permission.RUN_AI_QUALITY_CHECK,
        Permission.UPDATE_AI_QUALITY_CHECK,
        Permission.USE_TEXT_ASSISTANCE,
        Permission.READ_AI_USAGE,
        Permission.READ_AI_CONTROL_CENTRE,
        Permission.READ_KNOWLEDGE,
        Permission.READ_CONFIDENTIAL_KNOWLEDGE,
        Permission.READ_TEMPLATES,
        Permission.READ_ANY_USER_PROFILE,
        Permission.READ_ROLES,
        Permission.READ_APPS,
        Permission.READ_QUEUE,
        Permission.WORKLOG_VIEW_OWN,
        Permission.WORKLOG_VIEW_TEAM_MATE,
        Permission.WORKLOG_VIEW_ALL,
        Permission.READ_REPORTS,
        Permission.EXPORT_DATA,
        Permission.QUALITY_VIEW_ASSESSMENT_OWN,
        Permission.QUALITY_VIEW_ASSESSMENT_TEAM_MATE,
        Permission.QUALITY_VIEW_ASSESSMENT_ALL,
        Permission.QUALITY_DO_ASSESSMENTS_TEAM,
        Permission.QUALITY_DO_ASSESSMENTS_ALL,
        Permission.QUALITY_DELETE_ASSESSMENT,
        Permission.QUALITY_MANAGE_SCORECARDS,
        Permission.QUALITY_DELETE_SCORECARD,
        Permission.QUALITY_RUN_BACKTEST,
        Permission.QUALITY_DECIDE_APPEALS,
        Permission.QUALITY_MANAGE_CALIBRATION,
        Permission.QUALITY_VIEW_REPORTS,
        Permission.QUALITY_MANAGE_GOLDEN_SETS,
    }
)
READ_ONLY: Final = frozenset(
    {
        Permission.READ_TICKET,
        Permission.READ_CUSTOMERS,
        Permission.READ_AI_AGENT,
        Permission.READ_INTENT,
        Permission.READ_DARK_PROCESSING,
        Permission.READ_AI_QUALITY_CHECK,
        Permission.READ_AI_CONTROL_CENTRE,
        Permission.READ_KNOWLEDGE,
        Permission.READ_TEMPLATES,
        Permission.READ_ANY_USER_PROFILE,
        Permission.READ_ROLES,
        Permission.READ_CLIENT_SETTINGS,
        Permission.READ_APPS,
        Permission.READ_QUEUE,
        Permission.READ_REPORTS,
    }
)
