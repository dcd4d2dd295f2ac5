"""Words of the settings in English and German: what it is called, what it does."""

from typing import Final, NamedTuple


class Words(NamedTuple):
    """A label and a description in both languages."""

    label: str
    description: str
    label_de: str
    description_de: str

    def in_language(self, lang: str) -> tuple[str, str]:
        """Label and description; English for any other language."""
        if lang.lower().startswith("de"):
            return self.label_de, self.description_de
        return self.label, self.description


SETTINGS: Final[dict[str, Words]] = {
    "instanceName": Words("Name of the instance", "Shown to people.", "Name der Instanz", "Wird Menschen angezeigt."),
    "defaultLanguage": Words(
        "Language of new people", "They can choose another one.",
        "Sprache neuer Personen", "Jede Person kann eine andere wählen.",
    ),
    "timezone": Words(
        "Time zone", "For working hours, days, and times that are shown without a zone.",
        "Zeitzone", "Für Arbeitszeiten, Tage und Zeiten, die ohne Zone gezeigt werden.",
    ),
    "allowedOrigins": Words(
        "Further pages that may write", "Origins besides this instance whose pages may use the session cookie.",
        "Weitere Seiten, die schreiben dürfen", "Adressen, deren Seiten das Sitzungscookie benutzen dürfen.",
    ),
    "maxAttachmentMb": Words(
        "Largest file in MB", "Of one attachment; all of one message may have 50 MB.",
        "Größte Datei in MB", "Eines Anhangs; alle einer Nachricht dürfen 50 MB haben.",
    ),
    "softDeleteRetentionDays": Words(
        "Days until deleted things are gone", "So long they can be restored.",
        "Tage bis zum endgültigen Löschen", "So lange lässt sich Gelöschtes zurückholen.",
    ),
    "eventRetentionDays": Words(
        "Keep events", "Days for which the event log is kept.",
        "Ereignisse aufbewahren", "Tage, für die das Ereignisprotokoll bleibt.",
    ),
    "qualityPercentageBase": Words(
        "Points that are 100 percent", "used: of the criteria that applied; total: of all criteria.",
        "Punkte, die 100 Prozent sind", "used: der zutreffenden Kriterien; total: aller Kriterien.",
    ),
    "qualityAssessmentDelayMinutes": Words(
        "Minutes to wait before assessing", "Counted from the end of a worklog.",
        "Wartezeit vor der Bewertung in Minuten", "Gezählt ab dem Ende einer Bearbeitung.",
    ),
    "qualityAssessmentBatchSize": Words(
        "Assessments made at a time", "Most that one run of the job creates.",
        "Bewertungen je Durchgang", "Höchstzahl, die ein Lauf des Auftrags anlegt.",
    ),
    "qualityAssessmentMaxAgeDays": Words(
        "Days after which work is no longer assessed", "Older worklogs are left alone.",
        "Tage, nach denen nicht mehr bewertet wird", "Ältere Bearbeitungen bleiben unberührt.",
    ),
    "qualityJudge": Words(
        "Who judges", "auto: the model when one is configured, else the built-in judge.",
        "Wer bewertet", "auto: das Modell, wenn eines eingerichtet ist, sonst der eingebaute Bewerter.",
    ),
    "qualityJudgeModel": Words(
        "Model of the judge", "Empty: the model of the environment.",
        "Modell des Bewerters", "Leer: das Modell aus der Umgebung.",
    ),
    "qualityJudgePromptVersion": Words(
        "Version of the instructions", "Empty: the newest one.",
        "Version der Anweisungen", "Leer: die neueste.",
    ),
    "qualityJudgePromptScope": Words(
        "Calls of the model", "scorecard: one for all criteria; criterion: one for each.",
        "Aufrufe des Modells", "scorecard: einer für alle Kriterien; criterion: einer je Kriterium.",
    ),
    "qualityRedactPersonalData": Words(
        "Hide personal data from the model", "Names, addresses and numbers are masked before text is sent.",
        "Personendaten vor dem Modell verbergen", "Namen, Adressen und Nummern werden vorher unkenntlich gemacht.",
    ),
    "qualityJudgeConcurrency": Words(
        "Parallel judgements", "Most that run at a time.",
        "Gleichzeitige Bewertungen", "Höchstzahl zur selben Zeit.",
    ),
    "qualityAbstainThreshold": Words(
        "Confidence below which a person decides", "0 to 1.",
        "Sicherheit, unter der ein Mensch entscheidet", "0 bis 1.",
    ),
    "qualityKnockOutConfidence": Words(
        "Confidence needed for a knock-out", "Below it a person confirms. 0 to 1.",
        "Nötige Sicherheit für ein K.-o.", "Darunter bestätigt ein Mensch. 0 bis 1.",
    ),
    "qualityJudgeSecondOpinion": Words(
        "Ask twice before a knock-out", "A second call must agree, or a person decides.",
        "Vor einem K.-o. zweimal fragen", "Ein zweiter Aufruf muss zustimmen, sonst entscheidet ein Mensch.",
    ),
    "qualityTargetAgreement": Words(
        "Agreement that the judge has to reach",
        "Share of its scores with which people agree; below it a person decides.",
        "Übereinstimmung, die der Bewerter erreichen muss",
        "Anteil seiner Punkte, dem Menschen zustimmen; darunter entscheidet ein Mensch.",
    ),
    "qualityLearnAfterCorrections": Words(
        "Corrections after which the judge learns", "It learns every night in any case.",
        "Korrekturen, nach denen der Bewerter lernt", "Jede Nacht lernt er ohnehin.",
    ),
    "qualityRefreshTimeoutSeconds": Words(
        "Seconds to wait for a new assessment", "After that it goes on in the background.",
        "Wartezeit auf eine neue Bewertung in Sekunden", "Danach läuft sie im Hintergrund weiter.",
    ),
    "qualityLiveCheckTimeoutSeconds": Words(
        "Seconds to wait for the check of a draft", "After that the check fails; the draft can be sent all the same.",
        "Wartezeit auf die Prüfung eines Entwurfs in Sekunden",
        "Danach schlägt die Prüfung fehl; senden lässt sich der Entwurf trotzdem.",
    ),
    "qualityAgentSeesFrom": Words(
        "When people see their assessment", "The state from which it is shown to the person concerned.",
        "Ab wann man die eigene Bewertung sieht", "Der Stand, ab dem sie der betroffenen Person gezeigt wird.",
    ),
    "qualityRequireHumanDecision": Words(
        "A person always decides", "What a judge proposes counts only after a review.",
        "Immer entscheidet ein Mensch", "Ein Vorschlag zählt erst nach einer Durchsicht.",
    ),
    "qualityAllowSelfAssessment": Words(
        "People may assess themselves", "Needs the right to assess besides.",
        "Selbstbewertung erlaubt", "Braucht außerdem das Recht zu bewerten.",
    ),
    "qualityBlindReviewPercent": Words(
        "Blind reviews in percent", "So many are reviewed without seeing the proposed scores.",
        "Blinde Durchsichten in Prozent", "So viele werden ohne Sicht auf die Vorschläge durchgesehen.",
    ),
    "qualityReviewSamplePercent": Words(
        "Random share of reviews in percent", "So many stand in the review queue though nothing is doubtful.",
        "Zufällige Durchsichten in Prozent", "So viele stehen zur Durchsicht an, obwohl nichts zweifelhaft ist.",
    ),
    "qualityReviewWeeklyTarget": Words(
        "Reviews a week", "What each reviewer aims at; empty: no target.",
        "Durchsichten pro Woche", "Was jede prüfende Person anstrebt; leer: kein Ziel.",
    ),
    "qualityGoldenGate": Words(
        "Golden sets before a scorecard becomes active",
        "off: not asked; warn: said in the answer; block: only after a run with this content has passed.",
        "Goldsätze vor dem Aktivieren eines Bewertungsbogens",
        "off: ohne Prüfung; warn: Hinweis in der Antwort; block: erst nach einem bestandenen Lauf mit diesem Inhalt.",
    ),
    "qualityGoldenMinKappa": Words(
        "Agreement that a golden set asks for", "Cohen's kappa of each criterion with enough labels; a set may differ.",
        "Nötige Übereinstimmung bei Goldsätzen", "Cohens Kappa je Kriterium mit genug Urteilen; je Satz änderbar.",
    ),
    "qualityReportMinN": Words(
        "Pairs that a figure of agreement needs", "With fewer it is given, and marked as resting on few.",
        "Paare für eine belastbare Übereinstimmung", "Mit weniger wird sie gezeigt und als unsicher gekennzeichnet.",
    ),
    "qualityAppealWindowDays": Words(
        "Days to appeal", "Counted from the review, or from the discussion when that came later.",
        "Frist für Einsprüche in Tagen", "Ab der Durchsicht oder dem späteren Gespräch.",
    ),
    "qualityAppealMaxPerAssessment": Words(
        "Appeals for each assessment", "How often a person may appeal; 0: never.",
        "Einsprüche je Bewertung", "Wie oft jemand Einspruch erheben darf; 0: nie.",
    ),
    "qualityAppealIndependentDecider": Words(
        "Somebody else decides appeals", "Whoever reviewed an assessment does not decide an appeal against it.",
        "Unabhängige Entscheidung über Einsprüche", "Wer geprüft hat, entscheidet nicht über den Einspruch dagegen.",
    ),
    "qualitySecondReviewPercent": Words(
        "Independent second reviews in percent", "So many finished reviews are scored again by another person.",
        "Unabhängige Zweitprüfungen in Prozent", "So viele Durchsichten prüft eine zweite Person für sich.",
    ),
    "qualityTextLanguage": Words(
        "Language of reasons and summaries", "In which a judge writes.",
        "Sprache der Begründungen", "In der ein Bewerter schreibt.",
    ),
    "offlineAiEnabled": Words(
        "Built-in language model", "Detects tags by their examples. It runs here and needs no network.",
        "Eingebautes Sprachmodell", "Erkennt Tags anhand ihrer Beispiele. Es läuft hier und braucht kein Netz.",
    ),
    "llmPrices": Words(
        "Prices of models", "Per million tokens in and out, for the cost of each run.",
        "Preise der Modelle", "Je Million Token hinein und heraus, für die Kosten jedes Laufs.",
    ),
    "worklogGapSeconds": Words(
        "Pause that ends a stretch of work, in seconds", "Without a sign of life for longer, the clock stops.",
        "Pause, die einen Zeitabschnitt beendet, in Sekunden", "Ohne Lebenszeichen hält die Uhr danach an.",
    ),
    "worklogTailSeconds": Words(
        "Seconds added after the last sign of life", "For the moment in which somebody leaves a ticket.",
        "Zugabe nach dem letzten Lebenszeichen in Sekunden", "Für den Moment, in dem man ein Ticket verlässt.",
    ),
    "worklogReopenDays": Words(
        "Days in which a reopening counts", "A ticket reopened later does not count against the worklog.",
        "Tage, in denen ein Wiederöffnen zählt", "Später zählt es nicht mehr zur Bearbeitung.",
    ),
    "workingHours": Words(
        "Working hours", "Stretches of the week; several a day are possible, none means always.",
        "Arbeitszeiten", "Abschnitte der Woche; mehrere am Tag sind möglich, keiner heißt immer.",
    ),
    "holidays": Words("Holidays", "Days without working time.", "Feiertage", "Tage ohne Arbeitszeit."),
    "holidayRegions": Words(
        "Regions with public holidays", "Countries and states whose public holidays are free.",
        "Regionen mit gesetzlichen Feiertagen", "Länder und Gebiete, deren Feiertage frei sind.",
    ),
    "slaPauseWhilePending": Words(
        "Pending stops the clock", "The due date moves by the working time spent pending.",
        "Wartestellung hält die Uhr an", "Die Frist verschiebt sich um die Arbeitszeit in Wartestellung.",
    ),
    "firstResponseSlaHours": Words(
        "Hours until the first answer", "Working hours. Empty: half of the time for the whole ticket.",
        "Stunden bis zur ersten Antwort", "Arbeitsstunden. Leer: die Hälfte der Zeit für das ganze Ticket.",
    ),
    "pendingDefaultDays": Words(
        "Days of pending", "When nobody says how long.",
        "Tage in Wartestellung", "Wenn niemand sagt, wie lange.",
    ),
    "reopenWindowDays": Words(
        "Days in which an answer reopens a ticket", "A later one opens another ticket.",
        "Tage, in denen eine Antwort wieder öffnet", "Eine spätere eröffnet ein anderes Ticket.",
    ),
    "autoresponderEnabled": Words(
        "Send automatic receipts", "Whoever opens a ticket by mail is told that it came in.",
        "Automatische Eingangsbestätigung", "Wer per Mail ein Ticket eröffnet, erfährt, dass es ankam.",
    ),
    "autoresponderTemplateId": Words(
        "Template of receipts", "Empty: a short text in the language of the ticket.",
        "Vorlage der Eingangsbestätigung", "Leer: ein kurzer Text in der Sprache des Tickets.",
    ),
    "autoresponderMinHours": Words(
        "Hours between receipts to one address", "More tickets of the same address get none meanwhile.",
        "Stunden zwischen Bestätigungen an eine Adresse", "Weitere Tickets derselben Adresse bekommen solange keine.",
    ),
    "maxMailMb": Words(
        "Largest mail in MB", "Of a larger one only the header and the first megabyte are fetched.",
        "Größte Mail in MB", "Von einer größeren werden nur Kopf und erstes Megabyte geholt.",
    ),
    "maxMailParts": Words(
        "Most parts of a mail", "What lies beyond is not unpacked; the raw file has it.",
        "Höchstzahl der Teile einer Mail", "Was darüber hinausgeht, wird nicht entpackt; die Rohdatei enthält es.",
    ),
    "maxMailDepth": Words(
        "Deepest nesting of a mail", "What lies deeper is not unpacked; the raw file has it.",
        "Tiefste Schachtelung einer Mail", "Was tiefer liegt, wird nicht entpackt; die Rohdatei enthält es.",
    ),
    "mailFloodLimit": Words(
        "Mails of one sender in ten minutes", "Further ones become spam tickets. 0: no limit.",
        "Mails eines Absenders in zehn Minuten", "Weitere werden zu Spam-Tickets. 0: keine Grenze.",
    ),
    "letterScanSender": Words(
        "Address of the letter scanner", "Its mails with the key word as subject become letters.",
        "Adresse des Briefscanners", "Seine Mails mit dem Kennwort als Betreff werden zu Briefen.",
    ),
    "letterScanSubject": Words(
        "Key word of scanned letters", "The whole subject of such a mail.",
        "Kennwort gescannter Briefe", "Der ganze Betreff einer solchen Mail.",
    ),
    "smtpFallback": Words(
        "Server for system mail", "Sends invitations and links, and answers when no mailbox can: host, port, from.",
        "Server für Systemmails", "Verschickt Einladungen und Links, und Antworten, wenn kein Postfach es kann.",
    ),
    "customerSearchParameters": Words(
        "Attributes to search contracts by", "What is looked for in a message and given to the look-up by features.",
        "Merkmale der Vertragssuche", "Wonach in Nachrichten gesucht und was der Suche nach Merkmalen gegeben wird.",
    ),
    "customerDeterministicSearch": Words(
        "Search for known numbers and addresses",
        "Patterns of contract and customer numbers, and whether the sender and addresses in the text are looked up.",
        "Suche nach bekannten Nummern und Adressen",
        "Muster von Vertrags- und Kundennummern, und ob Absender und Adressen im Text nachgeschlagen werden.",
    ),
    "searchContractByFieldsExecutor": Words(
        "Look-up: contract by features", "Gets the attributes found, answers contractId and customerId or nothing.",
        "Abfrage: Vertrag nach Merkmalen", "Erhält gefundene Merkmale, antwortet mit contractId und customerId.",
    ),
    "searchContractByIdExecutor": Words(
        "Look-up: contract by id", "Gets contractId, answers the contract.",
        "Abfrage: Vertrag nach Nummer", "Erhält contractId, antwortet mit dem Vertrag.",
    ),
    "searchCustomerByIdExecutor": Words(
        "Look-up: customer by id", "Gets customerId, answers the customer.",
        "Abfrage: Kunde nach Nummer", "Erhält customerId, antwortet mit dem Kunden.",
    ),
    "searchCustomerByTextExecutor": Words(
        "Look-up: customers by text", "Gets q, limit and offset, answers up to ten customer ids.",
        "Abfrage: Kunden nach Text", "Erhält q, limit und offset, antwortet mit bis zu zehn Kundennummern.",
    ),
    "contractCacheSeconds": Words(
        "Seconds that a look-up stays valid", "Then the outside system is asked again.",
        "Gültigkeit einer Abfrage in Sekunden", "Danach wird das Fremdsystem wieder gefragt.",
    ),
    "sandboxAllowedPrivateHosts": Words(
        "Hosts of the own network that may be called", "Such as erp.internal or erp.internal:8443.",
        "Rechner im eigenen Netz, die gerufen werden dürfen", "Etwa erp.internal oder erp.internal:8443.",
    ),
    "customerLegitimationRuleAsyncChannels": Words(
        "Legitimation in writing", "Groups of criteria for all channels but chat and phone.",
        "Legitimation im Schriftverkehr", "Gruppen von Merkmalen für alle Kanäle außer Chat und Telefon.",
    ),
    "customerLegitimationRuleSyncChannels": Words(
        "Legitimation in a conversation", "Groups of criteria for chat and phone.",
        "Legitimation im Gespräch", "Gruppen von Merkmalen für Chat und Telefon.",
    ),
    "surveyScale": Words(
        "Most stars of a survey", "Customers give 1 star to this many.",
        "Höchste Zahl der Sterne", "Kunden vergeben 1 Stern bis so viele.",
    ),
    "surveyAnswerEditDays": Words(
        "Days in which an answer can be changed", "Counted from the first answer.",
        "Tage, in denen sich eine Antwort ändern lässt", "Gezählt ab der ersten Antwort.",
    ),
    "surveyRequestOnReply": Words(
        "Ask with every reply", "A reply carries the link to the survey unless it says otherwise.",
        "Bei jeder Antwort fragen", "Antworten tragen den Link zur Umfrage, wenn sie nichts anderes sagen.",
    ),
    "emailTemplateDefaultId": Words(
        "Default wrapper of mails", "Id of the e-mail wrapper for what has no other. Empty: the one marked as default.",
        "Standardrahmen für Mails", "Id des Mailrahmens, wenn kein anderer passt. Leer: der als Standard markierte.",
    ),
    "autoCloseInactiveDays": Words(
        "Days until a silent pending ticket is closed", "Without any message in that time. 0: never.",
        "Tage, bis ein stilles wartendes Ticket geschlossen wird", "Ohne jede Nachricht in dieser Zeit. 0: nie.",
    ),
    "escalateOnSlaBreach": Words(
        "Escalate overdue tickets", "An open ticket is marked when its due date passes.",
        "Überfällige Tickets eskalieren", "Ein offenes Ticket wird markiert, wenn seine Frist verstreicht.",
    ),
    "routingMode": Words(
        "Order of tickets",
        "1: due date; 2: priority, then due date; 3: priority, then newest message; 4: the same, oldest first.",
        "Reihenfolge der Tickets",
        "1: Frist; 2: Priorität, dann Frist; 3: Priorität, dann neueste Kundennachricht; 4: ebenso, älteste zuerst.",
    ),
    "routingTagMatching": Words(
        "How many skills must match", "all: every skill tag of a ticket; atLeastOne: one of them.",
        "Wie viele Fähigkeiten passen müssen", "all: alle Fähigkeits-Tags eines Tickets; atLeastOne: eines davon.",
    ),
    "routingWaitForAiSeconds": Words(
        "Seconds to wait for the AI", "Tickets that the AI has not processed by then are handed out all the same.",
        "Wartezeit auf die KI in Sekunden", "Bis dahin nicht verarbeitete Tickets werden trotzdem verteilt.",
    ),
    "routingLastAgent": Words(
        "Answers go to the last agent", "When a customer writes again after closing.",
        "Antworten gehen an die letzte Person", "Wenn Kunden nach dem Schließen wieder schreiben.",
    ),
    "routingLastTeam": Words(
        "Answers go to the last team", "When the last agent cannot take them.",
        "Antworten gehen an das letzte Team", "Wenn die letzte Person sie nicht übernehmen kann.",
    ),
    "routingLastAgentDays": Words(
        "Days in which the last agent counts", "After closing.",
        "Tage, in denen die letzte Person zählt", "Nach dem Schließen.",
    ),
    "backlogRestrictionEnabled": Words(
        "Limit the backlog of people", "Whether the limits in profiles and teams have an effect.",
        "Vorrat von Personen begrenzen", "Ob die Grenzen in Profilen und Teams wirken.",
    ),
    "reportingRoles": Words(
        "Roles in reporting", "What can be chosen as the reporting role of a person.",
        "Rollen im Berichtswesen", "Was als Berichtsrolle einer Person zur Wahl steht.",
    ),
    "defaultDateExportFormat": Words(
        "Format of exports", "When an export names none.", "Format der Exporte", "Wenn ein Export keines nennt."
    ),
    "exportCsvDelimiter": Words(
        "Delimiter in CSV", "Between the cells of a line.", "Trennzeichen in CSV", "Zwischen den Zellen einer Zeile."
    ),
    "exportSyncRowsXlsx": Words(
        "Rows answered at once, Excel", "Larger exports are prepared in the background.",
        "Sofort beantwortete Zeilen, Excel", "Größere Exporte werden im Hintergrund erstellt.",
    ),
    "exportSyncRowsText": Words(
        "Rows answered at once, CSV and JSON", "Larger exports are prepared in the background.",
        "Sofort beantwortete Zeilen, CSV und JSON", "Größere Exporte werden im Hintergrund erstellt.",
    ),
    "reportingPrivacyLevel": Words(
        "What exports tell about people", "full: everything; pseudonym: invented names; anonymous: no names and ids.",
        "Was Exporte über Personen sagen", "full: alles; pseudonym: erfundene Namen; anonymous: keine Namen und Ids.",
    ),
    "passwordMinLength": Words(
        "Shortest password", "In characters; at least 12.",
        "Kürzestes Passwort", "In Zeichen; mindestens 12.",
    ),
}  # fmt: skip

CATEGORIES: Final[dict[str, tuple[str, str]]] = {
    "general": ("General", "Allgemein"),
    "quality": ("Quality", "Qualität"),
    "worklog": ("Worklogs", "Bearbeitungen"),
    "workingHours": ("Working hours and deadlines", "Arbeitszeiten und Fristen"),
    "ticket": ("Tickets", "Tickets"),
    "email": ("E-mail", "E-Mail"),
    "letter": ("Letters", "Briefe"),
    "customer": ("Customers and contracts", "Kunden und Verträge"),
    "code": ("Own functions", "Eigene Funktionen"),
    "surveys": ("Surveys", "Umfragen"),
    "templates": ("Templates", "Vorlagen"),
    "routing": ("Routing", "Verteilung"),
    "auth": ("Sign-in", "Anmeldung"),
    "ai": ("AI", "KI"),
    "exports": ("Exports", "Exporte"),
    "privacy": ("Privacy", "Datenschutz"),
}

GROUPS: Final[dict[str, Words]] = {
    "exports": Words("Exports", "Format and size.", "Exporte", "Format und Größe."),
    "privacy": Words("Reports", "What reports and exports tell.", "Berichte", "Was Berichte und Exporte zeigen."),
    "general": Words("Instance", "Name, language and time.", "Instanz", "Name, Sprache und Zeit."),
    "scoring": Words("Scoring", "How points become percentages.", "Wertung", "Wie aus Punkten Prozente werden."),
    "pipeline": Words("Creation", "When work is assessed.", "Anlage", "Wann Arbeit bewertet wird."),
    "judge": Words("Judge", "Who proposes scores, and when it abstains.", "Bewerter", "Wer vorschlägt und wann nicht."),
    "people": Words("People", "Who sees and decides.", "Menschen", "Wer sieht und entscheidet."),
    "worklog": Words("Time tracking", "How working time is counted.", "Zeiterfassung", "Wie Arbeitszeit zählt."),
    "workingHours": Words("Calendar", "When work is done.", "Kalender", "Wann gearbeitet wird."),
    "sla": Words("Deadlines", "How the clock of a ticket runs.", "Fristen", "Wie die Uhr eines Tickets läuft."),
    "ticket": Words("Life cycle", "Pending and reopening.", "Ablauf", "Wartestellung und Wiederöffnen."),
    "autoresponder": Words("Receipts", "Automatic answers.", "Bestätigungen", "Automatische Antworten."),
    "mailIn": Words("Mail in", "Limits of what comes in.", "Posteingang", "Grenzen für das, was hereinkommt."),
    "letter": Words("Letters", "What a scanner sends by mail.", "Briefe", "Post, die ein Scanner als Mail schickt."),
    "email": Words("Mail", "How mail comes in and goes out.", "Post", "Wie Mails kommen und gehen."),
    "customerSearch": Words(
        "Recognising customers",
        "How the customer of a message is found.",
        "Kunden erkennen",
        "Wie der Kunde zu einer Nachricht gefunden wird.",
    ),
    "lookups": Words("Look-ups", "Where master data come from.", "Abfragen", "Woher Stammdaten kommen."),
    "legitimation": Words("Legitimation", "What proves who writes.", "Legitimation", "Was belegt, wer schreibt."),
    "code": Words("Network", "What own functions may reach.", "Netz", "Was eigene Funktionen erreichen."),
    "surveys": Words("Satisfaction", "How customers are asked.", "Zufriedenheit", "Wie Kunden gefragt werden."),
    "templates": Words("Wrappers", "What stands around a mail.", "Rahmen", "Was um eine Mail herum steht."),
    "routing": Words(
        "Routing", "Who gets which ticket next.", "Verteilung", "Wer welches Ticket als nächstes bekommt."
    ),
    "reporting": Words("Reporting", "Roles of people in reports.", "Berichte", "Rollen von Personen in Berichten."),
    "auth": Words("Passwords", "What a password has to be.", "Passwörter", "Was ein Passwort erfüllen muss."),
    "ai": Words(
        "Models", "What may be used, and what it costs.", "Modelle", "Was genutzt werden darf und was es kostet."
    ),
}
