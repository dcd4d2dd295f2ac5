"""Words by which the linter recognises demands, in English and German. Pure tables; text is compared lower-case but for
German verbs, which a small first letter tells from nouns."""

import re
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VERBS_EN: Final = _words(
    "greets welcomes confirms verifies checks asks offers explains names states gives provides informs tells answers "
    "resolves solves documents logs records notes summarises summarizes thanks apologises apologizes acknowledges "
    "identifies introduces addresses uses avoids keeps stays remains shows listens updates sends forwards escalates "
    "follows closes ends says repeats lists reads writes opens books refunds cancels transfers collects requests "
    "responds replies clarifies reacts suggests recommends mentions points refers proposes ensures makes takes sets "
    "attaches enters reports calls promises arranges creates assigns hands looks finds handles treats speaks"
)
"""Third person; the base form is taken from it."""

BASES_EN: Final = frozenset(
    word[:-1] if not word.endswith(("sses", "shes", "ches", "xes")) else word[:-2]
    for word in (re.sub("ies$", "ys", word) for word in VERBS_EN)
)

AUXILIARIES: Final = _words(
    "is are was were has have does do must should will can may wird werden ist sind wurde wurden hat haben muss soll "
    "sollte kann"
)

VERBS_DE: Final = _words(
    "begrüßt verabschiedet bestätigt verifiziert prüft überprüft fragt erfragt bietet erklärt erläutert nennt gibt "
    "informiert sagt beantwortet löst klärt dokumentiert notiert hält fasst bedankt dankt entschuldigt identifiziert "
    "stellt spricht verwendet benutzt nutzt vermeidet bleibt zeigt hört sendet schickt leitet eskaliert befolgt "
    "schließt beendet wiederholt listet liest schreibt öffnet bucht erstattet storniert sammelt bittet reagiert "
    "empfiehlt schlägt erwähnt weist verweist sorgt macht nimmt setzt hängt trägt meldet ruft verspricht legt erstellt "
    "findet behandelt holt teilt geht vergewissert aktualisiert dankte bittet ergreift"
)
INFINITIVES_DE: Final = _words(
    "begrüßen verabschieden bestätigen verifizieren prüfen überprüfen fragen erfragen anbieten erklären erläutern "
    "nennen geben informieren "
    "sagen beantworten lösen klären dokumentieren notieren festhalten zusammenfassen bedanken danken "
    "entschuldigen identifizieren vorstellen ansprechen verwenden benutzen nutzen vermeiden bleiben zeigen zuhören "
    "senden schicken weiterleiten eskalieren befolgen schließen beenden wiederholen auflisten schreiben öffnen buchen "
    "erstatten stornieren sammeln bitten reagieren empfehlen vorschlagen erwähnen hinweisen eintragen melden anrufen "
    "versprechen anlegen erstellen aufnehmen abfragen einholen mitteilen aktualisieren abgleichen"
)

ADVERBS: Final = _words(
    "then also always actively politely clearly correctly briefly immediately afterwards finally never not promptly "
    "dann danach anschließend auch immer aktiv höflich klar korrekt kurz sofort abschließend nie nicht sich ihn sie es "
    "dabei zudem außerdem zügig freundlich proactively"
)

CONCEPTS: Final = {
    word: group
    for group, words in {
        "greeting": "greeting salutation welcome begrüßung anrede gruß",
        "closing": "closing farewell goodbye verabschiedung abschluss gesprächsabschluss",
        "empathy": "empathy empathetic understanding empathetically empathie empathisch einfühlungsvermögen mitgefühl",
        "politeness": "politeness polite politely friendly friendliness courteous courtesy respectful respect kind "
        "helpful tone freundlich freundlichkeit höflich höflichkeit respektvoll tonfall ton hilfsbereit umgangston",
        "correctness": "accuracy accurate accurately correct correctly correctness right korrekt korrektheit richtig "
        "richtigkeit fehlerfrei sachrichtig",
        "completeness": "completeness complete completely full fully vollständig vollständigkeit",
        "clarity": "clarity clear clearly understandable structure structured comprehensible verständlich "
        "verständlichkeit klar strukturiert struktur klarheit",
        "brevity": "brief briefly concise concisely short brevity kurz knapp prägnant",
        "speed": "speed quick quickly fast prompt promptly timely schnell zügig schnelligkeit pünktlich zeitnah rasch",
        "identity": "identification authentication verification identity identifikation identifizierung "
        "authentifizierung legitimation",
        "documentation": "documentation logging dokumentation notiz protokollierung",
        "solution": "solution resolution solution-oriented lösung lösungsorientiert problemlösung lösungsfindung",
        "spelling": "spelling grammar punctuation orthography rechtschreibung grammatik zeichensetzung orthografie",
        "privacy": "privacy confidentiality datenschutz vertraulichkeit",
        "analysis": "diagnosis analysis bedarfsanalyse bedarfsermittlung analyse anliegenklärung",
        "knowledge": "expertise knowledge fachwissen fachkompetenz competence competent fachlich kompetent",
    }.items()
    for word in words.split()
}
"""Things that are judged, with the group of those that are one and the same."""

PAIRS: Final = tuple(
    _words(pair)
    for pair in (
        "terms conditions", "name address", "first last", "date time", "name surname", "spelling grammar",
        "vor nachname", "datum uhrzeit", "name anschrift", "name adresse", "rechtschreibung grammatik", "ort datum",
        "kundin kunde", "dos don'ts", "questions answers", "fragen antworten",
    )
)  # fmt: skip
"""Two words that name one thing."""

CONDITION: Final = re.compile(
    r"\b((?<!only )if(?! and only)|when|whenever|where|unless|in case|wenn|falls|sofern|sobald|soweit)\b|"
    r"\b(?:im fall|bei bedarf)\b",
    re.I,
)
SUBORDINATE: Final = re.compile(
    r"\b(if|when|whenever|where|unless|because|before|after|until|so that|in order to|that|which|who|whether|what|how|"
    r"wenn|falls|sofern|sobald|soweit|weil|bevor|nachdem|bis|damit|dass|ob|was|wie)\b", re.I
)  # fmt: skip
"""Where a part of a sentence begins that makes no demand of its own."""

UNOBSERVABLE: Final = re.compile(
    r"\b(feels?|feeling|felt|intends?|intention|intentions|thinks?|believes?|wants? to|motivated|motivation|attitude|"
    r"mindset|sincere(?:ly)?|honest(?:ly)?|genuine(?:ly)?|(?:is|are|be) aware|aware of|willing(?:ness)?|tries|"
    r"cares about|in a good mood|enthusias(?:m|tic)|smiles?|smiling|body language|facial expression|posture|"
    r"eye contact|really understands?|has understood|fully understands?|knows? (?!how to reach)|"
    r"fühlt|fühlen|empfindet|beabsichtigt|will helfen|denkt|glaubt|motiviert|motivation|einstellung|innere haltung|"
    r"aufrichtig|ehrlich|bewusst ist|sich bewusst|bereitwillig|bemüht sich|bemühen|versucht|gute laune|gut gelaunt|"
    r"begeister(?:t|ung)|lächelt|lächeln|mimik|körpersprache|körperhaltung|blickkontakt|hat verstanden|"
    r"versteht das anliegen|verstanden hat|interessiert sich|engagiert|weiß|wohlfühlt|sich wohl fühlt)\b", re.I
)  # fmt: skip
OBSERVED: Final = re.compile(
    r"\b(says|tells|writes|expresses|shows?|asks?|sagt|schreibt|äußert|zeigt|fragt|klingen|klingt|sounds?)\b"
    r"[^.;]{0,60}$",
    re.I,
)
"""What turns a feeling into something that can be read: "says that she understands"."""

VAGUE: Final = re.compile(
    r"\b(appropriate(?:ly)?|adequate(?:ly)?|proper(?:ly)?|reasonabl[ey]|suitabl[ey]|sufficient(?:ly)?|satisfactor(?:y|ily)|"
    r"nice(?:ly)?|good|well|professional(?:ly)?|as needed|if necessary|where necessary|as required|and so on|etc|"
    r"angemessen\w*|angebracht\w*|ordentlich\w*|vernünftig\w*|ausreichend\w*|passend\w*|gut|gute[rsnm]?|schön\w*|"
    r"professionell\w*|bei bedarf|gegebenenfalls|ggf|usw|zeitnah\w*|sinnvoll\w*)\b", re.I
)  # fmt: skip
FIXED_PHRASES: Final = re.compile(
    r"\b(good wishes|goodwill|good (?:morning|day|afternoon)|as well as|gute wünsche|guten wünschen|"
    r"guten (?:tag|morgen|abend))\b",
    re.I,
)
"""Set phrases in which the word is not vague."""

NEGATION: Final = re.compile(
    r"\b(no|not|never|without|none|don't|doesn't|nicht|kein|keine|keinen|keinem|keiner|keines|nie|niemals|ohne)\b", re.I
)
ANCHORS: Final = re.compile(
    r"(\d+(?:[.,]\d+)?\s*(?:points?|punkte?n?|%|percent|prozent|stars?)|(?:^|[\s;,(])\d+\s*(?:=|:|–|-\s)|"
    r"\b(?:full|half|no|zero|partial) (?:points?|marks?|score)\b|\bfull points\b|\bhalf\b|\bpartly\b|\bpartially\b|"
    r"\b(?:volle|halbe|keine|null|teilweise) (?:punktzahl|punkte)\b|\bhälfte\b|\bteilweise\b|\bvoll\b|\bnull\b|"
    r"\bmaximum\b|\bdeduct\w*\b|\babzug\b|\bje(?:der|de|des)? [^.;]{2,40}(?:punkt|fehlt)|"
    r"\beach [^.;]{2,60} (?:points?|missing)\b)",
    re.I,
)
"""Words that tie points to something that can be seen."""
