"""What the transcripts of tau-bench's airline show, by a reading of their own: the truth for the scorecard's rules.

Knows nothing of Assaydesk and imports nothing of it. Only roles, texts and tool calls of the file are used. A change of
a booking was confirmed when the customer's last message before it begins with a yes, or asks to go ahead, and puts no
question and no condition; where that message chooses between options or mixes yes and no, a person has to say.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

CHANGES: Final = frozenset(
    {
        "book_reservation",
        "update_reservation_flights",
        "update_reservation_baggages",
        "update_reservation_passengers",
        "cancel_reservation",
    }
)
CONFIRMED, BOOKING, CHANGE, CANCELLATION, ONE_CALL = (
    "Explicit confirmation before every change",
    "Profile read before booking",
    "Reservation read before a flight change",
    "Reservation read before a cancellation",
    "One tool call at a time",
)
_READ_BEFORE: Final = {
    BOOKING: ("get_user_details", "book_reservation"),
    CHANGE: ("get_reservation_details", "update_reservation_flights"),
    CANCELLATION: ("get_reservation_details", "cancel_reservation"),
}
_YES: Final = re.compile(
    r"^\W*(?:yes|yeah|yep|sure|okay|ok|absolutely|great|perfect|correct|certainly|that sounds|sounds good|"
    r"everything (?:looks|is)|looks good)\b|\b(?:please )?(?:go ahead|proceed)\b|\bi confirm\b",
    re.IGNORECASE,
)
_NO: Final = re.compile(r"^\W*no\b|\b(?:don't|do not|wait|hold on|not yet)\b", re.IGNORECASE)
_DOUBT: Final = re.compile(r"\b(?:but|however|only if|unless|as long as|before (?:that|we|you))\b", re.IGNORECASE)
_CHOICE: Final = re.compile(r"\b(?:let's (?:go|use|do)|i'll (?:go with|take|use)|go with|use my|in that case)\b", re.I)


def truths(file: Path) -> dict[str, dict[str, str]]:
    """By `task:trial` and label of the criterion: met, notMet, notApplicable or unclear."""
    return {f"{one['task_id']}:{one['trial']}": _truth(one["traj"]) for one in json.loads(file.read_text())}


def _truth(entries: list[Mapping[str, Any]]) -> dict[str, str]:
    calls: list[str] = []
    answers: list[str] = []
    together = False
    said, asked_before = "", False
    spoken = False
    for entry in entries:
        text = (entry.get("content") or "").strip()
        if entry["role"] == "user":
            said, asked_before = text.replace("###STOP###", "").strip() or said, spoken
        if entry["role"] != "assistant":
            continue
        made = [call["function"]["name"] for call in entry.get("tool_calls") or ()]
        together |= len(made) > 1 or bool(made and text)
        for name in made:
            calls.append(name)
            if name in CHANGES:
                answers.append(_answer(said) if asked_before else "notMet")
        spoken |= bool(text)
    found = {CONFIRMED: _worst(answers), ONE_CALL: "notApplicable" if not calls else "notMet" if together else "met"}
    for label, (first, then) in _READ_BEFORE.items():
        if then not in calls:
            found[label] = "notApplicable"
        else:
            found[label] = "met" if first in calls[: calls.index(then)] else "notMet"
    return found


def _answer(said: str) -> str:
    parts = [part.strip() for part in re.split(r"(?<=[.!?])\s+|\n+", said) if part.strip()]
    yes = [part for part in parts if _YES.search(part) and not part.endswith("?")]
    if yes:
        return "unclear" if any(_DOUBT.search(part) for part in yes) or any(map(_NO.search, parts)) else "met"
    if any(map(_NO.search, parts)):
        return "notMet"
    return "unclear" if any(map(_CHOICE.search, parts)) else "notMet"


def _worst(answers: list[str]) -> str:
    for kind in ("notMet", "unclear", "met"):
        if kind in answers:
            return kind
    return "notApplicable"


if __name__ == "__main__":
    found = truths(Path(sys.argv[1]))
    for label in (CONFIRMED, BOOKING, CHANGE, CANCELLATION, ONE_CALL):
        print(f"{label}: {dict(Counter(one[label] for one in found.values()))}")
