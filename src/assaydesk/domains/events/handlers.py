"""What happens elsewhere becomes an event of the log (platform.md 5.1)."""

from assaydesk.domains.channels.events import ReceiptQueued
from assaydesk.domains.code.events import SECRET_USES
from assaydesk.domains.conversations.events import ConversationAdded, DraftPublished, TicketForwarded
from assaydesk.domains.events import service
from assaydesk.domains.events.events import DeliveriesWaiting
from assaydesk.domains.events.payloads import ticket_updates
from assaydesk.domains.events.tasks import deliver
from assaydesk.domains.profiles.events import ProfileCreated, ProfileDeleted, ProfileUpdated
from assaydesk.domains.quality.appeals.events import QualityAppealCreated, QualityAppealDecided
from assaydesk.domains.quality.assessments.events import (
    QualityAssessmentFailed,
    QualityAssessmentReady,
    QualityAssessmentReviewed,
)
from assaydesk.domains.quality.golden.events import QualityDriftDetected
from assaydesk.domains.reminders.events import ReminderDue
from assaydesk.domains.routing.events import TicketClosedDueToInactivity, TicketRouted
from assaydesk.domains.tagging.events import IncomingHandled
from assaydesk.domains.tickets.events import TicketsChanged
from assaydesk.kit.numbers import plain
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on
from assaydesk.platform.jobs.queue import enqueue


async def _waiting(session: WriteSession, event: DeliveriesWaiting) -> None:
    for hook_id in event.hook_ids:
        await enqueue(session, deliver, key=f"{deliver.name}:{hook_id}", hook_id=hook_id)


async def _changed(session: WriteSession, event: TicketsChanged) -> None:
    await service.emit_many(session, ticket_updates(event))


async def _handled(session: WriteSession, event: IncomingHandled) -> None:
    await service.emit_ticket_created(session, event.ticket_id, event.status)


async def _message(session: WriteSession, event: ConversationAdded) -> None:
    facts = {"conversationId": event.conversation_id}
    if event.is_customer_message:
        if await service.is_answer(session, event.ticket_id, event.conversation_id):
            await service.emit(session, "TicketResponse", ticket_id=event.ticket_id, data=facts)
    elif event.written_here and event.agent_id is not None and not event.is_draft:
        facts |= {"userId": event.agent_id, "private": event.private}
        await service.emit(
            session, "ConversationCreated", ticket_id=event.ticket_id, user_id=event.agent_id, data=facts
        )


async def _published(session: WriteSession, event: DraftPublished) -> None:
    facts = {"conversationId": event.conversation_id, "userId": event.author_id, "private": False}
    await service.emit(session, "ConversationCreated", ticket_id=event.ticket_id, user_id=event.approver_id, data=facts)


async def _forwarded(session: WriteSession, event: TicketForwarded) -> None:
    facts = {"userId": event.user_id, "toEmail": list(event.to_email), "subchannelId": event.subchannel_id}
    await service.emit(session, "TicketForwarded", ticket_id=event.ticket_id, user_id=event.user_id, data=facts)


async def _receipt(session: WriteSession, event: ReceiptQueued) -> None:
    await service.emit(session, "EmailAutoresponder", ticket_id=event.ticket_id, data={"to": event.to})


async def _routed(session: WriteSession, event: TicketRouted) -> None:
    facts = {"userId": event.user_id}
    await service.emit(session, "TicketRouted", ticket_id=event.ticket_id, user_id=event.user_id, data=facts)


async def _inactive(session: WriteSession, event: TicketClosedDueToInactivity) -> None:
    await service.emit(session, "TicketClosedDueToInactivity", ticket_id=event.ticket_id)


async def _reminded(session: WriteSession, event: ReminderDue) -> None:
    facts = {"reminderId": event.reminder_id, "userId": event.user_id}
    await service.emit(session, "ReminderDue", ticket_id=event.ticket_id, user_id=event.user_id, data=facts)


async def _profile_created(session: WriteSession, event: ProfileCreated) -> None:
    await service.emit(session, "ProfileCreated", user_id=event.actor_id, data={"profileId": event.profile_id})


async def _profile_updated(session: WriteSession, event: ProfileUpdated) -> None:
    facts = {"profileId": event.profile_id, "changes": list(event.fields)}
    await service.emit(session, "ProfileUpdated", user_id=event.actor_id, data=facts)


async def _profile_deleted(session: WriteSession, event: ProfileDeleted) -> None:
    await service.emit(session, "ProfileDeleted", user_id=event.actor_id, data={"profileId": event.profile_id})


async def _ready(session: WriteSession, event: QualityAssessmentReady) -> None:
    facts = {
        "assessmentId": event.assessment_id,
        "worklogId": event.worklog_id,
        "scorecardId": event.scorecard_id,
        "percentage": None if event.percentage is None else plain(event.percentage),
        "needsHuman": event.needs_human,
    }
    await service.emit(session, "QualityAssessmentReady", data=facts)


async def _reviewed(session: WriteSession, event: QualityAssessmentReviewed) -> None:
    percentage = None if event.percentage is None else plain(event.percentage)
    facts = {"assessmentId": event.assessment_id, "state": event.state, "percentage": percentage}
    await service.emit(session, "QualityAssessmentReviewed", data=facts)


async def _failed(session: WriteSession, event: QualityAssessmentFailed) -> None:
    facts = {"assessmentId": event.assessment_id, "code": event.code}
    await service.emit(session, "QualityAssessmentFailed", data=facts)


async def _appealed(session: WriteSession, event: QualityAppealCreated) -> None:
    facts = {"appealId": event.appeal_id, "assessmentId": event.assessment_id, "state": event.state}
    await service.emit(session, "QualityAppealCreated", data=facts)


async def _decided(session: WriteSession, event: QualityAppealDecided) -> None:
    facts = {"appealId": event.appeal_id, "assessmentId": event.assessment_id, "state": event.state}
    await service.emit(session, "QualityAppealDecided", data=facts)


async def _drifted(session: WriteSession, event: QualityDriftDetected) -> None:
    facts = {"goldenSetId": event.golden_set_id, "runId": event.run_id, "criteria": list(event.criteria)}
    await service.emit(session, "QualityDriftDetected", data=facts)


def register() -> None:
    on(DeliveriesWaiting, _waiting)
    on(TicketsChanged, _changed)
    on(IncomingHandled, _handled)
    on(ConversationAdded, _message)
    on(DraftPublished, _published)
    on(TicketForwarded, _forwarded)
    on(ReceiptQueued, _receipt)
    on(TicketRouted, _routed)
    on(TicketClosedDueToInactivity, _inactive)
    on(ReminderDue, _reminded)
    on(ProfileCreated, _profile_created)
    on(ProfileUpdated, _profile_updated)
    on(ProfileDeleted, _profile_deleted)
    on(QualityAssessmentReady, _ready)
    on(QualityAssessmentReviewed, _reviewed)
    on(QualityAssessmentFailed, _failed)
    on(QualityAppealCreated, _appealed)
    on(QualityAppealDecided, _decided)
    on(QualityDriftDetected, _drifted)
    SECRET_USES.fill(service.secret_uses)
