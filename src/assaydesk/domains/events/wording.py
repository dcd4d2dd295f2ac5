"""Words of the event log for people."""

from collections.abc import Mapping
from typing import Any, Final

STATES: Final[Mapping[str, tuple[str, str]]] = {
    "open": ("Being delivered", "Wird zugestellt"),
    "closed": ("Done", "Erledigt"),
    "failed": ("Delivery failed", "Zustellung fehlgeschlagen"),
}
_ACTIVITIES: Final[Mapping[str, tuple[str, str]]] = {
    "ticketCreated": ("created the ticket", "hat das Ticket angelegt"),
    "ticketResponse": ("the customer answered", "der Kunde hat geantwortet"),
    "ticketUpdated": ("changed the ticket", "hat das Ticket geändert"),
    "conversationCreated": ("wrote a message", "hat eine Nachricht geschrieben"),
    "ticketRouted": ("was given the ticket", "hat das Ticket bekommen"),
    "ticketForwarded": ("forwarded the ticket", "hat das Ticket weitergeleitet"),
    "ticketClosedDueToInactivity": (
        "the ticket was closed: no messages",
        "das Ticket wurde geschlossen: keine Nachrichten",
    ),
    "emailAutoresponder": ("a receipt was sent", "eine Eingangsbestätigung wurde gesendet"),
    "sendEmail": ("an e-mail was sent", "eine E-Mail wurde gesendet"),
    "profileCreated": ("added a person", "hat eine Person angelegt"),
    "profileUpdated": ("changed a person", "hat eine Person geändert"),
    "profileDeleted": ("removed a person", "hat eine Person entfernt"),
    "reminderDue": ("a reminder came due", "eine Erinnerung wurde fällig"),
    "reportReady": ("an export is ready", "ein Export ist fertig"),
    "qualityAssessmentReady": ("an assessment is ready", "eine Bewertung liegt vor"),
    "qualityAssessmentReviewed": ("reviewed an assessment", "hat eine Bewertung geprüft"),
    "qualityAppealCreated": ("an appeal was made", "Einspruch wurde erhoben"),
    "qualityAppealDecided": ("an appeal was decided", "über einen Einspruch wurde entschieden"),
    "qualityDriftDetected": ("the judge drifted from a golden set", "der Bewerter weicht von einem Goldsatz ab"),
    "qualityAssessmentFailed": ("an assessment failed", "eine Bewertung ist fehlgeschlagen"),
}
_BY_STATUS: Final[Mapping[str, tuple[str, str]]] = {
    "closed": ("closed the ticket", "hat das Ticket geschlossen"),
    "open": ("opened the ticket", "hat das Ticket geöffnet"),
    "pending": ("deferred the ticket", "hat das Ticket zurückgestellt"),
}


def activity(event_type: str, data: Mapping[str, Any] | None, lang: str) -> str:
    """What somebody did, as the end of a sentence that begins with a name."""
    changes = (data or {}).get("changes")
    words = _ACTIVITIES.get(event_type, (event_type, event_type))
    if event_type == "ticketUpdated" and isinstance(changes, Mapping):
        words = _BY_STATUS.get(str(changes.get("status")), words)
    return words[lang == "de"]
