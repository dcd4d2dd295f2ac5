"""Kinds of notifications (people.md 2)."""

from enum import StrEnum


class Kind(StrEnum):
    REMINDER = "reminder"
    ASSIGNED = "assigned"
    MENTION = "mention"
    DRAFT_TO_APPROVE = "draftToApprove"
    DRAFT_REJECTED = "draftRejected"
    ASSESSMENT_READY = "assessmentReady"
    APPEAL = "appeal"
    EXPORT_READY = "exportReady"
    AI_QUALITY_ALARM = "aiQualityAlarm"
    MAILBOX_ERROR = "mailboxError"
    SYSTEM = "system"
