"""Sentences that code writes into reasons and summaries, in English and German (setting `qualityTextLanguage`)."""

from collections.abc import Mapping
from typing import Any, Final

SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "noReply": (
        "There is no reply to the customer in this worklog.",
        "In diesem Worklog gibt es keine Antwort an den Kunden.",
    ),
    "containsAny.met": ("A reply contains “{text}”.", "Eine Antwort enthält „{text}“."),
    "containsAny.missing": (
        "None of the required texts stands in the replies.",
        "Keiner der verlangten Texte steht in den Antworten.",
    ),
    "containsNone.met": (
        "None of the unwanted texts stands in the replies.",
        "Keiner der unerwünschten Texte steht in den Antworten.",
    ),
    "containsNone.found": ("A reply contains “{text}”.", "Eine Antwort enthält „{text}“."),
    "containsAll.met": ("The replies contain every required text.", "Die Antworten enthalten alle verlangten Texte."),
    "containsAll.missing": ("The replies lack: {texts}.", "In den Antworten fehlt: {texts}."),
    "replyLength.met": (
        "Every reply has the wanted length.",
        "Jede Antwort hat die gewünschte Länge.",
    ),
    "replyLength.outside": (
        "Message {message} has {words} words.",
        "Nachricht {message} hat {words} Wörter.",
    ),
    "sentenceLength.met": ("A sentence has {average} words on average.", "Ein Satz hat im Mittel {average} Wörter."),
    "sentenceLength.over": (
        "A sentence has {average} words on average, more than {words}.",
        "Ein Satz hat im Mittel {average} Wörter, mehr als {words}.",
    ),
    "noPlaceholders.met": (
        "No unfilled part of a template was found.",
        "Es wurde kein unausgefüllter Platzhalter gefunden.",
    ),
    "noPlaceholders.found": (
        "The placeholder “{text}” was not filled in.",
        "Der Platzhalter „{text}“ wurde nicht ausgefüllt.",
    ),
    "noPaymentData.met": (
        "No complete account or card number was written.",
        "Es wurde keine vollständige Konto- oder Kartennummer geschrieben.",
    ),
    "noPaymentData.found": (
        "A complete account or card number was written.",
        "Eine vollständige Konto- oder Kartennummer wurde geschrieben.",
    ),
    "greeting.met": ("The customer was greeted.", "Der Kunde wurde begrüßt."),
    "greeting.missing": ("No greeting was found at the beginning.", "Am Anfang wurde keine Begrüßung gefunden."),
    "greeting.oldContact": (
        "Somebody had already answered the customer before.",
        "Dem Kunden wurde zuvor schon geantwortet.",
    ),
    "closing.met": ("The reply closes politely.", "Die Antwort schließt mit einer Grußformel."),
    "closing.missing": ("No closing was found at the end.", "Am Ende wurde keine Grußformel gefunden."),
    "furtherHelp.met": ("Further help was offered.", "Weitere Hilfe wurde angeboten."),
    "furtherHelp.missing": (
        "No offer of further help was found in the last replies.",
        "In den letzten Antworten wurde kein Angebot weiterer Hilfe gefunden.",
    ),
    "personalSalutation.met": ("The customer is addressed by name.", "Der Kunde wird mit Namen angesprochen."),
    "personalSalutation.missing": (
        "The customer's name is not in the salutation.",
        "Der Name des Kunden steht nicht in der Anrede.",
    ),
    "personalSalutation.unknownName": (
        "The customer's name is not known.",
        "Der Name des Kunden ist nicht bekannt.",
    ),
    "language.met": (
        "The replies are in the customer's language ({language}).",
        "Die Antworten sind in der Sprache des Kunden ({language}).",
    ),
    "language.differs": (
        "The customer writes in “{wanted}”, the reply is in “{language}”.",
        "Der Kunde schreibt in „{wanted}“, die Antwort ist in „{language}“.",
    ),
    "language.unknown": (
        "The texts are too short to tell their language.",
        "Die Texte sind zu kurz, um ihre Sprache zu erkennen.",
    ),
    "attachment.met": ("The announced attachment is there.", "Der angekündigte Anhang ist vorhanden."),
    "attachment.missing": (
        "Message {message} announces an attachment and has none.",
        "Nachricht {message} kündigt einen Anhang an und hat keinen.",
    ),
    "attachment.notPromised": ("No attachment was announced.", "Es wurde kein Anhang angekündigt."),
    "secrets.met": ("Nobody was asked for a secret.", "Es wurde nach keinem Geheimnis gefragt."),
    "secrets.requested": (
        "The customer was asked for a secret.",
        "Der Kunde wurde nach einem Geheimnis gefragt.",
    ),
    "sla.met": ("The reply came within the agreed time.", "Die Antwort kam innerhalb der vereinbarten Zeit."),
    "sla.missed": ("The reply came after the agreed time.", "Die Antwort kam nach der vereinbarten Zeit."),
    "sla.unknown": ("No agreed time applies.", "Es gilt keine vereinbarte Zeit."),
    "duration.met": ("{spent} s of work, {limit} s allowed.", "{spent} s Bearbeitung, {limit} s erlaubt."),
    "duration.over": ("{spent} s of work, only {limit} s allowed.", "{spent} s Bearbeitung, nur {limit} s erlaubt."),
    "replyWithin.met": ("Replied after {waited} s, {limit} s allowed.", "Antwort nach {waited} s, {limit} s erlaubt."),
    "replyWithin.late": (
        "Replied after {waited} s, only {limit} s allowed.",
        "Antwort nach {waited} s, nur {limit} s erlaubt.",
    ),
    "replyWithin.noQuestion": (
        "No customer message came before the reply.",
        "Vor der Antwort kam keine Nachricht des Kunden.",
    ),
    "action.met": ("The action “{action}” was taken.", "Die Aktion „{action}“ wurde ausgeführt."),
    "action.missing": ("The action “{action}” was not taken.", "Die Aktion „{action}“ wurde nicht ausgeführt."),
    "tool.met": ("“{name}” was called.", "„{name}“ wurde aufgerufen."),
    "tool.missing": ("“{name}” was not called.", "„{name}“ wurde nicht aufgerufen."),
    "tool.metBefore": ("“{name}” was called before “{before}”.", "„{name}“ wurde vor „{before}“ aufgerufen."),
    "tool.missingBefore": (
        "“{name}” was not called before “{before}”.",
        "„{name}“ wurde nicht vor „{before}“ aufgerufen.",
    ),
    "tool.beforeNotCalled": ("“{before}” was not called.", "„{before}“ wurde nicht aufgerufen."),
    "tool.whenNotCalled": ("“{when}” was not called.", "„{when}“ wurde nicht aufgerufen."),
    "tool.none": ("Nothing was called.", "Es wurde nichts aufgerufen."),
    "tool.noneOf": ("None of these was called: {names}.", "Nichts davon wurde aufgerufen: {names}."),
    "toolNot.met": ("Nothing unwanted was called.", "Es wurde nichts Unerwünschtes aufgerufen."),
    "toolNot.called": ("“{name}” was called.", "„{name}“ wurde aufgerufen."),
    "toolsInOrder.met": ("All steps were taken in order.", "Alle Schritte wurden in der Reihenfolge ausgeführt."),
    "toolsInOrder.missing": (
        "“{name}” is missing, or does not follow the steps before it.",
        "„{name}“ fehlt oder folgt nicht auf die Schritte davor.",
    ),
    "oneCall.met": ("The calls were made one after another.", "Die Aufrufe erfolgten nacheinander."),
    "oneCall.together": (
        "{count} calls were made together with others or with a reply.",
        "{count} Aufrufe erfolgten zugleich mit anderen oder mit einer Antwort.",
    ),
    "confirmation.met": (
        "The customer confirmed before “{name}”.",
        "Der Kunde hat vor „{name}“ zugestimmt.",
    ),
    "confirmation.missing": (
        "The customer's last message before “{name}” is no confirmation.",
        "Die letzte Nachricht des Kunden vor „{name}“ ist keine Zustimmung.",
    ),
    "confirmation.unclear": (
        "Whether the customer agreed to “{name}” is not clear from the last message before it.",
        "Ob der Kunde „{name}“ zugestimmt hat, ist aus der letzten Nachricht davor nicht klar.",
    ),
    "rule.unknown": ("The rule type “{type}” is not known.", "Der Regeltyp „{type}“ ist nicht bekannt."),
    "doubt.cannotAssess": (
        "it cannot be assessed from the record.",
        "aus dem Vorgang lässt es sich nicht beurteilen.",
    ),
    "doubt.unsureWhetherApplicable": (
        "it is not clear whether the criterion applies.",
        "es ist nicht klar, ob das Kriterium zutrifft.",
    ),
    "doubt.alwaysApplies": (
        "the AI holds the criterion for not applicable, but it always applies.",
        "die KI hält das Kriterium für nicht anwendbar, es gilt aber immer.",
    ),
    "doubt.outOfRange": (
        "the score of the AI is not on the scale.",
        "die Punktzahl der KI liegt nicht auf der Skala.",
    ),
    "doubt.quoteNotFound": (
        "a quoted text does not stand in the message.",
        "ein zitierter Text steht nicht in der Nachricht.",
    ),
    "doubt.noEvidence": ("the score has no evidence.", "die Punktzahl hat keinen Beleg."),
    "doubt.notShownInFull": (
        "the messages are too long to be searched in full.",
        "die Nachrichten sind zu lang, um sie vollständig zu durchsuchen.",
    ),
    "doubt.customerWordsOnly": (
        "the score rests only on words that the assessed person did not write.",
        "die Punktzahl stützt sich nur auf Worte, die nicht von der bewerteten Person stammen.",
    ),
    "doubt.injectionOnly": (
        "the conversation tries to direct the assessment, and nothing else supports the score.",
        "das Gespräch versucht, die Bewertung zu lenken, und nichts anderes stützt die Punktzahl.",
    ),
    "doubt.lowConfidence": ("the AI is not sure enough.", "die KI ist nicht sicher genug."),
    "doubt.knockOut": (
        "the score would knock out, and the AI is not sure enough for that.",
        "die Punktzahl wäre ein K.-o., und dafür ist die KI nicht sicher genug.",
    ),
    "doubt.opinionsDiffer": (
        "two opinions of the AI differ.",
        "zwei Meinungen der KI weichen voneinander ab.",
    ),
    "doubt.obeyedInjection": (
        "the conversation tries to direct the assessment, and the AI seems to have followed it.",
        "das Gespräch versucht, die Bewertung zu lenken, und die KI ist dem anscheinend gefolgt.",
    ),
    "builtIn.notLearned": (
        "the built-in judge has not learned this criterion. Scores that people verified: {labels} of the {wanted} that "
        "are needed. The passages nearest to it are quoted.",
        "der eingebaute Prüfer hat dieses Kriterium nicht gelernt. Von Menschen bestätigte Bewertungen: {labels} von "
        "{wanted} nötigen. Die ähnlichsten Stellen sind zitiert.",
    ),
    "builtIn.oneSided": (
        "the built-in judge has not learned this criterion: its {labels} verified scores are too much alike, {missing} "
        "more that differ from the most frequent one are needed. The passages nearest to it are quoted.",
        "der eingebaute Prüfer hat dieses Kriterium nicht gelernt: seine {labels} bestätigten Bewertungen gleichen "
        "sich zu sehr, nötig sind {missing} weitere, die von der häufigsten abweichen. Die ähnlichsten "
        "Stellen sind zitiert.",
    ),
    "builtIn.otherEmbedder": (
        "what was learned of this criterion does not fit the language model of this process; it is learned again at "
        "night. The passages nearest to it are quoted.",
        "was zu diesem Kriterium gelernt wurde, passt nicht zum Sprachmodell dieses Prozesses; nachts wird neu "
        "gelernt. Die ähnlichsten Stellen sind zitiert.",
    ),
    "builtIn.learned": (
        "Learned from {labels} verified scores; the quoted passages speak most for this.",
        "Gelernt aus {labels} bestätigten Bewertungen; die zitierten Stellen sprechen am meisten dafür.",
    ),
    "builtIn.learnedAbsence": (
        "Learned from {labels} verified scores; nothing in the searched messages speaks against this.",
        "Gelernt aus {labels} bestätigten Bewertungen; in den durchsuchten Nachrichten spricht nichts dagegen.",
    ),
    "builtIn.learnedNotApplicable": (
        "Learned from {labels} verified answers: the criterion does not seem to apply here.",
        "Gelernt aus {labels} bestätigten Antworten: Das Kriterium scheint hier nicht zu gelten.",
    ),
    "builtIn.nothingToRead": (
        "the assessed person wrote nothing in this worklog that could be read.",
        "die bewertete Person hat in diesem Worklog nichts geschrieben, was zu lesen wäre.",
    ),
    "summary.work": ("Replies: {count}, work: {minutes} min.", "Antworten: {count}, Bearbeitung: {minutes} min."),
    "summary.asked": ("The customer began: “{quote}”", "Der Kunde begann: „{quote}“"),
    "summary.answered": ("The last reply: “{quote}”", "Die letzte Antwort: „{quote}“"),
    "summary.scored": ("Scored: {count}, with points: {met}.", "Bewertet: {count}, mit Punkten: {met}."),
    "summary.waiting": ("Waiting for a person: {count}.", "Wartet auf einen Menschen: {count}."),
    "abstain.prefix": ("A person has to decide: {why}", "Ein Mensch muss entscheiden: {why}"),
}


def sentence(key: str, language: str, details: Mapping[str, Any] | None = None) -> str:
    """The sentence in German for `de`, in English for any other language."""
    english, german = SENTENCES[key]
    return (german if language.casefold().startswith("de") else english).format_map(details or {})
