"""What the jobs are called and do, in the languages of the interface. Kept by the name of the API."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from assaydesk.platform.jobs.job import JOBS, api_name


class Words(NamedTuple):
    """A label and one sentence."""

    label: str
    text: str


TEXTS: Final[Mapping[str, Mapping[str, Words]]] = {
    "mailFetch": {
        "en": Words("Fetch mail", "Polls the mailboxes that are due."),
        "de": Words("E-Mails abrufen", "Fragt die fälligen Postfächer ab."),
    },
    "customersPurge": {
        "en": Words("Remove deleted customers", "Removes customers and contracts deleted long enough ago for good."),
        "de": Words("Gelöschte Kunden entfernen", "Entfernt vor langem gelöschte Kunden und Verträge endgültig."),
    },
    "customersForgetLookups": {
        "en": Words("Forget look-ups", "Drops answers of master-data look-ups that are no longer valid."),
        "de": Words("Abfragen vergessen", "Löscht Antworten von Stammdaten-Abfragen, die nicht mehr gelten."),
    },
    "identificationRetry": {
        "en": Words("Identify customers again", "Tries again where the system with the master data was down."),
        "de": Words("Kunden erneut erkennen", "Versucht es erneut, wo das System mit den Stammdaten ausfiel."),
    },
    "mailSend": {
        "en": Words("Send mail", "Tries queued mails again."),
        "de": Words("E-Mails senden", "Versucht wartende E-Mails erneut zu senden."),
    },
    "ticketReopenDue": {
        "en": Words("Reopen due tickets", "Opens pending tickets whose due date has come."),
        "de": Words("Fällige Tickets öffnen", "Öffnet wartende Tickets, deren Termin erreicht ist."),
    },
    "reminderDue": {
        "en": Words("Fire reminders", "Reminds people of what is due."),
        "de": Words("Erinnerungen auslösen", "Erinnert an das, was fällig ist."),
    },
    "qualityAssessments": {
        "en": Words("Quality assessments", "Creates missing assessments and has due ones judged."),
        "de": Words("Qualitätsbewertungen", "Legt fehlende Bewertungen an und lässt fällige beurteilen."),
    },
    "qualityBacktests": {
        "en": Words("Unfinished backtests", "Has backtests go on whose process died."),
        "de": Words("Unfertige Probeläufe", "Setzt Probeläufe fort, deren Prozess abgebrochen ist."),
    },
    "eventMinute": {
        "en": Words("Event every five minutes", "Raises the event CronMinute."),
        "de": Words("Ereignis alle fünf Minuten", "Löst das Ereignis CronMinute aus."),
    },
    "eventHour": {
        "en": Words("Hourly event", "Raises the event CronHour."),
        "de": Words("Stündliches Ereignis", "Löst das Ereignis CronHour aus."),
    },
    "eventDay": {
        "en": Words("Daily event", "Raises the event CronDay."),
        "de": Words("Tägliches Ereignis", "Löst das Ereignis CronDay aus."),
    },
    "eventWeek": {
        "en": Words("Weekly event", "Raises the event CronWeek."),
        "de": Words("Wöchentliches Ereignis", "Löst das Ereignis CronWeek aus."),
    },
    "ticketInactivity": {
        "en": Words("Close inactive tickets", "Closes tickets in which nothing has happened for too long."),
        "de": Words("Inaktive Tickets schließen", "Schließt Tickets, in denen zu lange nichts geschehen ist."),
    },
    "slaEscalation": {
        "en": Words("Escalate overdue tickets", "Marks open tickets whose due date has passed."),
        "de": Words("Überfällige Tickets eskalieren", "Markiert offene Tickets, deren Frist verstrichen ist."),
    },
    "routingStatus": {
        "en": Words("Routing status", "Notes who is offline, and takes back expired offers."),
        "de": Words("Status der Verteilung", "Vermerkt, wer offline ist, und nimmt abgelaufene Angebote zurück."),
    },
    "exports": {
        "en": Words("Exports", "Starts queued exports and removes expired files."),
        "de": Words("Exporte", "Startet wartende Exporte und entfernt abgelaufene Dateien."),
    },
    "purgeDeleted": {
        "en": Words("Purge deleted rows", "Removes for good what was deleted long ago."),
        "de": Words("Gelöschtes entfernen", "Entfernt endgültig, was vor langer Zeit gelöscht wurde."),
    },
    "queueCleanUp": {
        "en": Words("Tidy the queue", "Forgets finished jobs and old runs."),
        "de": Words("Warteschlange aufräumen", "Vergisst erledigte Aufträge und alte Läufe."),
    },
    "authCleanUp": {
        "en": Words("Tidy sign-ins", "Deletes ended sessions, used links and old failed sign-ins."),
        "de": Words("Anmeldungen aufräumen", "Löscht beendete Sitzungen, benutzte Links und alte Fehlversuche."),
    },
    "conversationsFilesCleanUp": {
        "en": Words("Tidy files", "Removes uploads that nobody used, and gives up files that cannot be fetched."),
        "de": Words("Dateien aufräumen", "Entfernt ungenutzte Uploads und gibt Dateien auf, die nicht zu holen sind."),
    },
    "conversationsFilesFetch": {
        "en": Words("Fetch files", "Fetches the files that a message names by their address."),
        "de": Words("Dateien holen", "Holt die Dateien, die eine Nachricht mit ihrer Adresse nennt."),
    },
    "qualityAssessmentsProcess": {
        "en": Words("Judge assessments", "Has the assessments that are due judged."),
        "de": Words("Bewertungen beurteilen", "Lässt die fälligen Bewertungen beurteilen."),
    },
    "exportsWrite": {
        "en": Words("Write an export", "Writes the file of one export."),
        "de": Words("Export schreiben", "Schreibt die Datei eines Exports."),
    },
    "channelsSendMessage": {
        "en": Words("Send a message", "Sends one message by mail."),
        "de": Words("Nachricht senden", "Sendet eine Nachricht als E-Mail."),
    },
    "channelsMailLink": {
        "en": Words("Send a sign-in link", "Sends an invitation, or a link for a new password."),
        "de": Words("Anmeldelink senden", "Sendet eine Einladung oder einen Link für ein neues Passwort."),
    },
    "channelsFetchMailbox": {
        "en": Words("Read a mailbox", "Reads the new mails of one mailbox."),
        "de": Words("Postfach lesen", "Liest die neuen E-Mails eines Postfachs."),
    },
    "identificationIdentify": {
        "en": Words("Recognise a customer", "Finds out who wrote a ticket."),
        "de": Words("Kunden erkennen", "Stellt fest, von wem ein Ticket ist."),
    },
    "taggingRead": {
        "en": Words("Detect tags", "Detects the tags of a new ticket."),
        "de": Words("Tags erkennen", "Erkennt die Tags eines neuen Tickets."),
    },
    "eventsDeliver": {
        "en": Words("Tell a hook", "Delivers the events that a hook wants."),
        "de": Words("Hook benachrichtigen", "Stellt einem Hook seine Ereignisse zu."),
    },
    "eventsDeliverDue": {
        "en": Words("Tell hooks again", "Takes up deliveries that wait for another try."),
        "de": Words(
            "Hooks erneut benachrichtigen", "Nimmt Zustellungen wieder auf, die auf einen neuen Versuch warten."
        ),
    },
    "eventsCleanUp": {
        "en": Words("Forget old events", "Removes events that are older than set."),
        "de": Words("Alte Ereignisse vergessen", "Entfernt Ereignisse, die älter sind als eingestellt."),
    },
}


def words_of(name: str, language: str | None) -> Words:
    """Words for a job by its name in the API: in the language, else in English, else made of the name."""
    known = TEXTS.get(name)
    if known is not None:
        return known.get((language or "en")[:2].lower(), known["en"])
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return Words(spaced[:1].upper() + spaced[1:], "")


def label_of(job_name: str, language: str | None) -> str:
    """The label of a job of the queue by its name in the code."""
    job = JOBS.get(job_name)
    name = job.cron_name if job is not None and job.cron_name else api_name(job_name)
    return words_of(name, language).label
