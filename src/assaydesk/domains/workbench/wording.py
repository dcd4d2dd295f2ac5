"""Why an assessment stands in the review queue, in words."""

from typing import Final

from assaydesk.domains.workbench.types import Reason

_WORDS: Final[dict[Reason, tuple[str, str]]] = {
    Reason.APPEAL: ("An appeal waits for a decision.", "Ein Einspruch wartet auf eine Entscheidung."),
    Reason.KNOCK_OUT: (
        "A knock-out that nobody has confirmed yet.",
        "Ein K.-o.-Kriterium, das noch niemand bestätigt hat.",
    ),
    Reason.UNCERTAIN: (
        "The AI left criteria to a person.",
        "Die KI hat Kriterien einem Menschen überlassen.",
    ),
    Reason.STARTED: ("You have begun this review.", "Sie haben diese Durchsicht begonnen."),
    Reason.SAMPLE: ("Drawn by a sampling plan.", "Von einem Stichprobenplan gezogen."),
    Reason.RANDOM: ("Part of the random sample.", "Teil der zufälligen Stichprobe."),
    Reason.FAILED: ("The AI could not assess it.", "Die KI konnte nicht bewerten."),
}


def reason_text(reason: Reason, language: str) -> str:
    """In German for `de`, in English for any other language."""
    english, german = _WORDS[reason]
    return german if language.casefold().startswith("de") else english
