"""The airline scorecard's rules on 100 recorded conversations, against what their tool calls show.

The conversations are imported and assessed by the program's own commands into a folder of their own. They are not part
of this repository; without them this part is left out.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from assaydesk.platform.db.embedded import EmbeddedPostgres
from assaydesk.platform.db.engine import sqlalchemy_url
from benchmarks.judging.tau_truth import truths

_REPOSITORY: Final = Path(__file__).parents[2]
SHARED: Final = Path(os.environ.get("ASSAYDESK_SHARED", _REPOSITORY.parent / "shared")) / "data"
FILE: Final = SHARED / "tau-bench-airline" / "gpt-4o-trials-0-1.json"
_SCORECARD: Final = _REPOSITORY / "examples" / "scorecards" / "airline-policy.json"
_ANSWERS: Final = sa.text(
    "SELECT t.external_ticket_id, ac.criterion_id, ac.state, ac.ai_score, ac.ai_reason FROM assessment_criteria ac "
    "JOIN assessments a ON a.id = ac.assessment_id JOIN tickets t ON t.id = a.ticket_id "
    "ORDER BY ac.criterion_id, t.external_ticket_id"
)


def run() -> dict[str, Any] | None:
    """Agreement of each rule with the transcripts, and every difference; None where the conversations are missing."""
    if not FILE.exists():
        print(f"tau-bench: {FILE} is missing, so this part is left out.")
        return None
    scorecard = json.loads(_SCORECARD.read_text())
    for category in scorecard["categories"]:
        category["criteria"] = [one for one in category["criteria"] if one.get("rule")]
    scorecard["categories"] = [category for category in scorecard["categories"] if category["criteria"]]
    labels = {one["id"]: one["label"] for category in scorecard["categories"] for one in category["criteria"]}
    with tempfile.TemporaryDirectory(prefix="assaydesk-tau-") as folder:
        rules = Path(folder) / "rules.json"
        rules.write_text(json.dumps(scorecard))
        data = Path(folder) / "instance"
        _command(data, "import", "conversations", str(FILE), "--from", "tau-bench")
        _command(data, "import", "scorecard", str(rules))
        _command(data, "assess")
        answers = _answers(data)
    return compare(truths(FILE), labels, answers)


def compare(
    truth: dict[str, dict[str, str]], labels: dict[int, str], answers: list[tuple[str, int, str, Any, str]]
) -> dict[str, Any]:
    """`answers`: key of the ticket, criterion, state, score, reason."""
    counts: dict[str, Counter[tuple[str, str]]] = {label: Counter() for label in labels.values()}
    differences = []
    for key, criterion, state, score, reason in answers:
        given = {"notApplicable": "notApplicable", "needsHuman": "unclear"}.get(state) or ("met" if score else "notMet")
        label, place = labels[criterion], key.split(":", 1)[1]
        shown = truth[place][label]
        counts[label][shown, given] += 1
        if shown != given:
            differences.append(
                {"conversation": place, "criterion": label, "transcript": shown, "rule": given, "reason": reason}
            )
    return {
        "criteria": [
            {
                "criterion": label,
                "n": sum(found.values()),
                "agreement": sum(n for (one, other), n in found.items() if one == other) / max(1, sum(found.values())),
                "counts": {f"{one} / {other}": n for (one, other), n in sorted(found.items())},
            }
            for label, found in counts.items()
        ],
        "differences": differences,
    }


def show(found: dict[str, Any]) -> None:
    print("\nRules against the transcripts of tau-bench (airline, 100 conversations)")
    for one in found["criteria"]:
        print(f"  {one['criterion']:45} {one['agreement']:6.1%} of {one['n']}   {one['counts']}")
    for one in found["differences"]:
        print(f"  differs: {one['conversation']} transcript {one['transcript']}, rule {one['rule']}: {one['reason']}")


def _command(data: Path, *arguments: str) -> None:
    # Rules read no sentence vectors, so the language model is not loaded.
    environment = {**os.environ, "ASSAYDESK_EMBEDDING": "hashed"}
    done = subprocess.run(
        [sys.executable, "-m", "assaydesk", *arguments, "--data-dir", str(data)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)}: {done.stdout[-500:]}{done.stderr[-500:]}")


def _answers(data: Path) -> list[tuple[str, int, str, Any, str]]:
    server = EmbeddedPostgres(data)
    server.start()
    try:
        engine = sa.create_engine(sqlalchemy_url(server.url))
        with engine.connect() as connection:
            rows = [tuple(row) for row in connection.execute(_ANSWERS)]
        engine.dispose()
    finally:
        server.stop()
    return rows
