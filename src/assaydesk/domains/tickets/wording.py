"""Words of the activity of a ticket, for people (ticket.md 2.13). English is used where a text is missing."""

from collections.abc import Mapping
from typing import Any, Final

STEPS: Final[Mapping[str, tuple[str, str]]] = {
    "created": ("Ticket created", "Ticket angelegt"),
    "imported": ("Ticket imported", "Ticket importiert"),
    "changed": ("Changed: {fields}", "Geändert: {fields}"),
    "merged": ("Merged with other tickets", "Mit anderen Tickets zusammengeführt"),
    "mergedInto": ("Merged into ticket {ticketId}", "In Ticket {ticketId} zusammengeführt"),
    "unmerged": ("Ticket {ticketId} taken out again", "Ticket {ticketId} wieder herausgelöst"),
    "unmergedFrom": ("Taken out of ticket {ticketId}", "Aus Ticket {ticketId} herausgelöst"),
    "split": ("Messages moved to the new ticket {ticketId}", "Nachrichten in das neue Ticket {ticketId} verschoben"),
    "splitFrom": ("Split from ticket {ticketId}", "Von Ticket {ticketId} abgetrennt"),
    "forwarded": ("Forwarded", "Weitergeleitet"),
    "resent": ("Message sent again", "Nachricht erneut gesendet"),
    "deliveryFailed": ("A message could not be sent", "Eine Nachricht konnte nicht gesendet werden"),
    "deliveryBounced": ("A message came back", "Eine Nachricht kam zurück"),
    "deliveryUncertain": (
        "Nobody knows whether a message was sent",
        "Es ist unklar, ob eine Nachricht gesendet wurde",
    ),
    "attachmentFailed": ("A file could not be fetched", "Eine Datei konnte nicht geholt werden"),
    "identification": ("Customer looked for", "Kunde gesucht"),
    "identificationCorrected": ("Found customer corrected", "Erkannter Kunde korrigiert"),
    "routed": ("Handed out by routing", "Durch das Routing zugeteilt"),
    "escalated": ("Escalated", "Eskaliert"),
    "closedDueToInactivity": ("Closed because nobody wrote any more", "Geschlossen, weil niemand mehr geschrieben hat"),
}
"""What happened, in English and German. A step that stands here in neither is shown by its name."""

FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "status": ("Status", "Status"),
    "priority": ("Priority", "Priorität"),
    "subject": ("Subject", "Betreff"),
    "summary": ("Summary", "Zusammenfassung"),
    "agentId": ("Responsible", "Zuständig"),
    "assignedAgentIds": ("Assigned", "Zugewiesen"),
    "responderId": ("Last answered by", "Zuletzt beantwortet von"),
    "tagIds": ("Tags", "Tags"),
    "subchannelId": ("Sub-channel", "Unterkanal"),
    "dueBy": ("Due", "Fällig"),
    "firstResponseDueBy": ("First response due", "Erste Antwort fällig"),
    "firstResponseAt": ("First response", "Erste Antwort"),
    "slaDueAt": ("Due by service level", "Fällig nach Service-Level"),
    "pendingSince": ("Waiting since", "Wartet seit"),
    "closedAt": ("Closed", "Geschlossen"),
    "isEscalated": ("Escalated", "Eskaliert"),
    "spamStatus": ("Spam", "Spam"),
    "customerId": ("Customer", "Kunde"),
    "contractId": ("Contract", "Vertrag"),
    "customerLegitimation": ("Legitimation", "Legitimation"),
    "language": ("Language", "Sprache"),
    "languageCode": ("Language code", "Sprachcode"),
    "sentiment": ("Sentiment", "Stimmung"),
    "aiSupportLevel": ("AI support", "KI-Unterstützung"),
    "lastCustomerMessageAt": ("Last customer message", "Letzte Kundennachricht"),
    "mergedIntoTicketId": ("Merged into", "Zusammengeführt in"),
    "externalTicketId": ("External id", "Externe Kennung"),
    "additionalData": ("Additional data", "Zusatzdaten"),
    "autoExecuteAt": ("Automatic execution", "Automatische Ausführung"),
    "isCustomerActive": ("Customer is present", "Kunde ist da"),
    "partnerId": ("Partner", "Partner"),
    "template": ("Wrapper of replies", "Hülle der Antworten"),
    "rawData": ("Raw data", "Rohdaten"),
    "ticketIds": ("Tickets", "Tickets"),
    "ticketId": ("Ticket", "Ticket"),
    "conversationIds": ("Messages", "Nachrichten"),
    "conversationId": ("Message", "Nachricht"),
    "name": ("Name", "Name"),
    "attachmentId": ("File", "Datei"),
    "toEmail": ("To", "An"),
    "text": ("Text", "Text"),
    "contractNumber": ("Contract numbers", "Vertragsnummern"),
    "contractNumberFailed": ("Look-up of contracts", "Abfrage von Verträgen"),
    "customerNumber": ("Customer numbers", "Kundennummern"),
    "customerNumberFailed": ("Look-up of customers", "Abfrage von Kunden"),
    "sender": ("Sender", "Absender"),
    "addresses": ("Addresses in the text", "Adressen im Text"),
    "searchCode": ("Search by features", "Suche nach Merkmalen"),
    "searchCodeFailed": ("Search by features failed", "Suche nach Merkmalen fehlgeschlagen"),
    "contractFailed": ("Loading the contract", "Laden des Vertrags"),
    "legitimation": ("Legitimation", "Legitimation"),
    "result": ("Result", "Ergebnis"),
    "reason": ("Reason", "Grund"),
    "message": ("Note", "Hinweis"),
}
_DERIVED: Final = frozenset(
    {"slaDueAt", "slaPausedSeconds", "slaStartedAt", "pendingSince", "dueByBeforePending", "lastCustomerMessageAt"}
    | {"escalatedFor", "dueByDefers", "dueByBeforePendingDefers"}
    | {"dueByBeforePendingWasManual", "dueByWasSetManually", "firstResponseWasSetManually", "priorityWasSetManually"}
)
"""What follows from other fields and says nothing to people; it still stands in `changes`."""
_YES_NO: Final = (("no", "yes"), ("nein", "ja"))

MOST_CHARACTERS: Final = 300


def label_of(field: str, lang: str) -> str:
    """The name of a field for people; its own name where there is none."""
    words = FIELDS.get(field)
    return field if words is None else words[lang == "de"]


def text_of(kind: str, changes: Mapping[str, Any], details: Mapping[str, Any], lang: str) -> str:
    """One sentence about a step."""
    words = STEPS.get(kind)
    if words is None:
        return kind
    shown = [label_of(field, lang) for field in changes if field not in _DERIVED]
    fields = ", ".join(dict.fromkeys(shown)) or ("Termine" if lang == "de" else "dates")
    known = {name: str(value) for name, value in details.items() if isinstance(value, str | int)}
    return words[lang == "de"].format_map(_Gaps({**known, "fields": fields}))


def details_of(
    changes: Mapping[str, Any], details: Mapping[str, Any], names: Mapping[str, Mapping[int, str]], lang: str
) -> list[dict[str, str]]:
    """Label and value of what changed and of the facts of a step. `names`: field -> id -> name of what it names."""
    rows = []
    for field, change in changes.items():
        if field not in _DERIVED and isinstance(change, Mapping):
            old, new = (_value(change.get(key), names.get(field, {}), lang) for key in ("old", "new"))
            rows.append({"label": label_of(field, lang), "value": f"{old} → {new}"})
    for field, value in details.items():
        rows.append({"label": label_of(field, lang), "value": _value(value, names.get(field, {}), lang)})
    return rows


def _value(value: Any, names: Mapping[int, str], lang: str) -> str:
    if value is None or value == []:
        return "–"
    if isinstance(value, bool):
        return _YES_NO[lang == "de"][value]
    if isinstance(value, list | tuple):
        return ", ".join(_value(one, names, lang) for one in value)[:MOST_CHARACTERS]
    if isinstance(value, int) and value in names:
        return names[value]
    return str(value)[:MOST_CHARACTERS]


class _Gaps(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "–"
