"""What people are told about assessments and appeals, by language. Pure."""

from collections.abc import Mapping
from typing import Final

from assaydesk.domains.quality.appeals.types import AppealState

Words = Mapping[str, str]

RELEASED: Final[Words] = {
    "en": "An assessment of your work can be read.",
    "de": "Eine Bewertung Ihrer Arbeit kann gelesen werden.",
}
APPEALED: Final[Words] = {
    "en": "An appeal against an assessment waits for a decision.",
    "de": "Ein Einspruch gegen eine Bewertung wartet auf eine Entscheidung.",
}
DECIDED: Final[Mapping[AppealState, Words]] = {
    AppealState.ACCEPTED: {"en": "Your appeal was accepted.", "de": "Ihrem Einspruch wurde stattgegeben."},
    AppealState.PARTIALLY_ACCEPTED: {
        "en": "Your appeal was accepted in part.",
        "de": "Ihrem Einspruch wurde teilweise stattgegeben.",
    },
    AppealState.REJECTED: {"en": "Your appeal was rejected.", "de": "Ihr Einspruch wurde abgelehnt."},
}
