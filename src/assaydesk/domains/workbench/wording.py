"""Why an assessment stands in the review queue, in words."""

from typing import Final

from assaydesk.domains.workbench.types import WaitingReason

_WORDS: Final[dict[WaitingReason, tuple[str, str]]] = {
    WaitingReason.APPEAL: ("An appeal waits for a decision.", "Ein Einspruch wartet auf eine Entscheidung."),
    WaitingReason.KNOCK_OUT: (
        "A knock-out that nobody has confirmed yet.",
        "Ein K.-o.-Kriterium, das noch niemand bestätigt hat.",
    ),
    WaitingReason.UNCERTAIN: (
        "The AI left criteria to a person.",
        "Die KI hat Kriterien einem Menschen überlassen.",
    ),
    WaitingReason.STARTED: ("You have begun this review.", "Sie haben diese Durchsicht begonnen."),
    WaitingReason.SAMPLE: ("Drawn by a sampling plan.", "Von einem Stichprobenplan gezogen."),
    WaitingReason.RANDOM: ("Part of the random sample.", "Teil der zufälligen Stichprobe."),
    WaitingReason.FAILED: ("The AI could not assess it.", "Die KI konnte nicht bewerten."),
}


def reason_text(reason: WaitingReason, language: str) -> str:
    """In German for `de`, in English for any other language."""
    english, german = _WORDS[reason]
    return german if language.casefold().startswith("de") else english
