"""What the linter says, in English and German. Pure."""

from collections.abc import Mapping
from typing import Any, Final

TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "no_categories": (
        "The scorecard has no categories. Add one with a criterion.",
        "Die Scorecard hat keine Kategorien. Legen Sie eine mit einem Kriterium an.",
    ),
    "empty_category": (
        "Category “{category}” has no criteria. Add one, or remove the category.",
        "Die Kategorie „{category}“ hat keine Kriterien. Legen Sie eines an, oder entfernen Sie die Kategorie.",
    ),
    "too_many_criteria": (
        "{count} criteria are more than a person reviews with care. Keep to {most}, or split the scorecard by "
        "its work.",
        "{count} Kriterien prüft niemand mehr sorgfältig. Bleiben Sie bei {most}, oder teilen Sie die Scorecard "
        "nach Art "
        "der Arbeit.",
    ),
    "dominant_criterion": (
        "“{label}” has {share} % of all points and decides nearly alone. Give it less weight, or make it a knock-out.",
        "„{label}“ hat {share} % aller Punkte und entscheidet fast allein. Geben Sie ihm weniger Gewicht, oder "
        "machen Sie "
        "es zum K.-o.-Kriterium.",
    ),
    "no_weight": (
        "“{label}” has {share} % of all points: no result shows whether it was met. Give it more weight, or remove it.",
        "„{label}“ hat {share} % aller Punkte: Kein Ergebnis zeigt, ob es erfüllt war. Geben Sie ihm mehr "
        "Gewicht, oder "
        "entfernen Sie es.",
    ),
    "same_label": (
        "“{label}” has the same label as criterion {other}. Name them so that a report can tell them apart.",
        "„{label}“ heißt wie Kriterium {other}. Benennen Sie beide so, dass ein Bericht sie auseinanderhält.",
    ),
    "overlap": (
        "“{label}” means much the same as “{other}”: one fault costs points twice. Join them, or say what each "
        "leaves to "
        "the other.",
        "„{label}“ meint fast dasselbe wie „{other}“: Ein Fehler kostet zweimal Punkte. Legen Sie beide zusammen, oder "
        "grenzen Sie sie voneinander ab.",
    ),
    "two_demands": (
        "Two demands in one criterion (“{words}”): one score cannot say which was missed. Make two criteria of it.",
        "Zwei Forderungen in einem Kriterium („{words}“): Eine Bewertung kann nicht sagen, welche verfehlt "
        "wurde. Machen "
        "Sie zwei Kriterien daraus.",
    ),
    "unobservable": (
        "“{words}” cannot be seen in a conversation. Name what is said or done instead.",
        "„{words}“ ist in einem Gespräch nicht zu sehen. Nennen Sie stattdessen, was gesagt oder getan wird.",
    ),
    "no_anchors": (
        "A scale from 0 to {most} without anchors: everybody reads it in another way. Say what earns full, half and no "
        "points.",
        "Eine Skala von 0 bis {most} ohne Anker: Jeder liest sie anders. Sagen Sie, wofür es volle, halbe und keine "
        "Punkte gibt.",
    ),
    "vague": (
        "“{words}” leaves open what is meant. Say what can be read or counted.",
        "„{words}“ lässt offen, was gemeint ist. Sagen Sie, was sich lesen oder zählen lässt.",
    ),
    "negated_label": (
        "“{words}” in the label: does “met” mean that it happened or that it did not? Put it as what good work does.",
        "„{words}“ im Namen: Heißt „erfüllt“, dass es geschah oder dass es ausblieb? Sagen Sie, was gute Arbeit tut.",
    ),
    "no_prompt": (
        "The AI scores “{label}” by its description alone. An `assessmentPrompt` with an example of both makes "
        "it surer.",
        "Die KI bewertet „{label}“ nur nach der Beschreibung. Ein `assessmentPrompt` mit je einem Beispiel macht sie "
        "sicherer.",
    ),
    "condition_without_not_applicable": (
        "The criterion has a condition (“{words}”) but cannot be “not applicable”: where the condition does not hold, "
        "points are lost or given for nothing. Set `allowNotApplicable`.",
        "Das Kriterium hat eine Bedingung („{words}“), darf aber nicht „nicht anwendbar“ sein: Wo sie nicht "
        "gilt, gehen "
        "Punkte grundlos verloren oder werden verschenkt. Setzen Sie `allowNotApplicable`.",
    ),
    "condition_without_prompt": (
        "The criterion has a condition (“{words}”). Put it into `applicabilityPrompt`, so that it is asked before the "
        "score.",
        "Das Kriterium hat eine Bedingung („{words}“). Schreiben Sie sie in `applicabilityPrompt`, damit sie vor der "
        "Bewertung gefragt wird.",
    ),
    "knock_out_few_points": (
        "A knock-out with {points} of the {all} points that it takes. Give it weight, or let it cost its own "
        "points only.",
        "Ein K.-o.-Kriterium mit {points} von {all} Punkten, die es nimmt. Geben Sie ihm Gewicht, oder lassen "
        "Sie es nur "
        "die eigenen Punkte kosten.",
    ),
    "knock_out_may_abstain": (
        "The AI decides the knock-out “{label}” and leaves it to a person where it is not sure. Use a rule where "
        "one can "
        "decide, or plan time for the reviews.",
        "Über das K.-o.-Kriterium „{label}“ entscheidet die KI und überlässt es einem Menschen, wo sie unsicher ist. "
        "Nehmen Sie eine Regel, wo eine entscheiden kann, oder planen Sie Zeit für die Prüfungen ein.",
    ),
    "knock_out_on_scale": (
        "The knock-out “{label}” is on a scale: only exactly 0 knocks out, 0.01 does not. Use `metNotMet`.",
        "Das K.-o.-Kriterium „{label}“ hat eine Skala: Nur genau 0 wirkt, 0,01 nicht. Nehmen Sie `metNotMet`.",
    ),
    "rule_fits": (
        "“{words}”: the rule `{rule}` may decide this, without the AI and always alike. Choose it if it says what you "
        "mean.",
        "„{words}“: Das kann die Regel `{rule}` entscheiden, ohne KI und immer gleich. Wählen Sie sie, wenn sie sagt, "
        "was Sie meinen.",
    ),
}
"""By code: English, German."""


def text_of(code: str, language: str, words: Mapping[str, Any]) -> str:
    """The sentence of a finding; any language but German is answered in English."""
    english, german = TEXTS[code]
    return (german if language.casefold().startswith("de") else english).format(**words)
