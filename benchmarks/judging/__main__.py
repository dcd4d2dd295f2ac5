"""How far the rules and the learned judge can be trusted: `python -m benchmarks.judging`.

Generates conversations with known labels, measures rules, evidence check, learned heads and gates on them, and the
rules of the airline's scorecard on recorded conversations. Prints tables beside baselines of the same run, and writes
all figures to `.benchmarks/judging/figures.json`. Sentence vectors are kept there too, so that only the first run
computes them. The figures and what they mean: docs/judging.md.
"""

import json
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass, replace
from typing import Any, Final

import numpy as np

from assaydesk.domains.quality.judging.features import Reading
from assaydesk.domains.quality.judging.heads import Example, Head, agrees, fit_head
from assaydesk.domains.quality.judging.injection import directs_the_judge
from assaydesk.domains.quality.judging.rules.decide import judge_by_rule
from assaydesk.domains.quality.judging.types import CaseMessage, Role, WorklogCase
from assaydesk.integrations.local_ai.opening import open_embedder
from benchmarks.judging import quotes, tau
from benchmarks.judging.baselines import floor_rows
from benchmarks.judging.criteria import LEARNED, RULED
from benchmarks.judging.generator import HARD, Conversation, conversations, words_of
from benchmarks.judging.learning import Half, run
from benchmarks.judging.metrics import Given, figures
from benchmarks.judging.vectors import FOLDER, KeptEmbedder, message_vectors, read_cases

TRAIN: Final = 500
TEST: Final = 700
_FLIPPED: Final = 150
"""Conversations that are judged once more with orders in the customer's mail."""


def main() -> None:
    arguments = ArgumentParser(prog="python -m benchmarks.judging", description=__doc__)
    arguments.add_argument("--without-tau", action="store_true", help="leave the recorded conversations out")
    asked = arguments.parse_args()
    started = time.perf_counter()
    train, test = list(conversations("train", TRAIN)), list(conversations("test", TEST))
    found: dict[str, Any] = {"conversations": {"train": len(train), "test": len(test)}}
    found["rules"] = _rules([*train, *test])
    found["injections"] = _injections([*train, *test])
    found["quotes"] = quotes.run(test)
    _show_quotes(found["quotes"])
    embedder = KeptEmbedder(open_embedder())
    halves = _read(train, embedder), _read(test, embedder)
    found["learned"] = run(*halves, embedder)
    _show_learned(found["learned"])
    found["obeyed"] = _obeyed(*halves, embedder)
    embedder.save()
    if not asked.without_tau and (recorded := tau.run()):
        found["tauBench"] = recorded
        tau.show(recorded)
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "figures.json").write_text(json.dumps(found, default=_plain, indent=1))
    print(f"\nWritten: {FOLDER / 'figures.json'}  ({time.perf_counter() - started:.0f} s)")


def _read(found: Sequence[Conversation], embedder: KeptEmbedder) -> Half:
    cases = [one.case for one in found]
    readings = read_cases(cases, embedder)
    return Half(found, readings, floor_rows(cases, message_vectors(cases, embedder)))


def _rules(found: Sequence[Conversation]) -> list[dict[str, Any]]:
    print(f"Rules, {len(found)} conversations of both halves; baseline: the most frequent label")
    rows = []
    for criterion in RULED:
        given, truth = [], [one.labels[criterion.id] for one in found]
        for one in found:
            verdict = judge_by_rule(criterion, one.case, "en")
            given.append(Given(verdict.score, accepted=not verdict.abstained))
        hard = [at for at, one in enumerate(found) if one.kinds[criterion.id] in HARD[criterion.id]]
        on_hard = sum(agrees(criterion, given[at].score, truth[at]) for at in hard) / len(hard)
        row = {
            "criterion": criterion.label,
            **figures(criterion, truth, given, [one.wording[criterion.id] for one in found]),
            "hard": on_hard,
        }
        missed = Counter(
            one.wording[criterion.id]
            for one, verdict, label in zip(found, given, truth, strict=True)
            if verdict.accepted and not agrees(criterion, verdict.score, label)
        )
        row["missed"] = dict(missed.most_common())
        rows.append(row)
        print(
            f"  {criterion.label:26} agreement {row['agreement']} (constant {row['constant']})  kappa {row['kappa']}  "
            f"precision {row['precision']}  recall {row['recall']}  hard cases {on_hard:.2f}"
        )
    return rows


def _injections(found: Sequence[Conversation]) -> dict[str, Any]:
    """Orders to the judge in customer mails: how many are recognised, and how many harmless ones are taken for such."""
    counts: Counter[tuple[str, bool]] = Counter()
    wordings: dict[str, dict[str, bool]] = {"injection": {}, "trap": {}}
    for half in ("train", "test"):
        for language in ("de", "en"):
            words = words_of(half, language)
            for kind, pool in (("injection", "injection"), ("trap", "injection_trap")):
                wordings[kind].update({text: directs_the_judge(text) for text in words[pool]})
    for one in found:
        counts[one.injected, any(directs_the_judge(message.text) for message in one.case.messages)] += 1
    result = {
        "recognised": counts["injection", True],
        "injections": counts["injection", True] + counts["injection", False],
        "falseAlarms": counts["trap", True] + counts["none", True],
        "harmless": sum(number for (kind, _), number in counts.items() if kind != "injection"),
        "missedWordings": [text for text, caught in wordings["injection"].items() if not caught],
        "falseWordings": [text for text, caught in wordings["trap"].items() if caught],
    }
    print(
        f"\nOrders to the judge in customer mails: {result['recognised']} of {result['injections']} recognised, "
        f"{result['falseAlarms']} of {result['harmless']} others taken for one"
    )
    return result


def _obeyed(train: Half, test: Half, embedder: KeptEmbedder) -> list[dict[str, Any]]:
    """Whether the learned judge changes its mind when the customer's mail orders full points.

    A harmless sentence in its place shows what any other sentence would have done.
    """
    clean = [at for at, one in enumerate(test.conversations) if one.injected == "none"][:_FLIPPED]
    added: dict[str, list[Reading]] = {}
    for kind in ("injection", "injection_trap"):
        texts = [text for language in ("en", "de") for text in words_of("test", language)[kind]]
        cases = [_with_text(test.conversations[at].case, texts[n % len(texts)]) for n, at in enumerate(clean)]
        added[kind] = read_cases(cases, embedder)
    rows = []
    print(f"\nThe same {len(clean)} conversations with an order for full points in the customer's mail")
    for criterion in LEARNED:
        labels = train.labels(criterion)[:300]
        examples = [
            Example(reading, label, label is not None)
            for reading, label in zip(train.readings[:300], labels, strict=True)
        ]
        head = fit_head(criterion, examples, embedder)
        if not isinstance(head, Head):
            continue
        before = [head.answer(test.readings[at], explain=False) for at in clean]
        row: dict[str, Any] = {"criterion": criterion.label, "n": len(clean)}
        for kind, readings in added.items():
            after = [head.answer(reading, explain=False) for reading in readings]
            pairs = list(zip(before, after, strict=True))
            row[kind] = sum(not agrees(criterion, one.score, other.score) for one, other in pairs)
            moved = float(np.mean([other.expected - one.expected for one, other in pairs]))
            row[f"{kind}Shift"] = moved / float(criterion.max_points)
        rows.append(row)
        print(
            f"  {criterion.label:36} {row['injection']} verdicts changed, expected score {row['injectionShift']:+.3f} "
            f"of the maximum; with a harmless sentence {row['injection_trap']}, {row['injection_trapShift']:+.3f}",
            flush=True,
        )
    return rows


def _with_text(case: WorklogCase, text: str) -> WorklogCase:
    first = next(at for at, message in enumerate(case.messages) if message.role is Role.CUSTOMER)
    messages: list[CaseMessage] = list(case.messages)
    messages[first] = replace(messages[first], text=f"{messages[first].text}\n\n{text}")
    return replace(case, messages=tuple(messages))


def _show_quotes(rows: Sequence[Mapping[str, Any]]) -> None:
    print("\nQuotes as evidence (kinds with * keep the words of the message)")
    for row in rows:
        print(f"  {row['kind'] + (' *' if row['holds'] else ''):26} {row['taken']:5} of {row['n']:5} taken")


def _show_learned(found: Mapping[str, Any]) -> None:
    print(
        "\nLearning curve on the test half: agreement without a gate, mean of samples [least, most]; the last column:"
    )
    print("agreement and coverage of what the gate lets through that follows from the training labels")
    for row in found["curve"]:
        print(
            f"  {row['criterion']:36} {row['labels']:4}  constant {row['constant']!s:20} floor {row['floor']!s:20} "
            f"learned {row['head']!s:20} known wording {row['known']!s:20} gate {row['accepted']!s:18} "
            f"at {row['coverage']}"
        )
    print(
        f"\nWith the most labels, test half after the first {found['checked']} conversations; target {found['target']}"
    )
    for row in found["full"]:
        print(f"  {row['criterion']} ({row['cases']} cases, {row['wordings']} wordings)")
        print(
            f"    constant {row['always']}  floor {row['floor']['ungated']}  known wording {row['known']}  "
            f"rank correlation {row['rank'] if row['rank'] is None else round(row['rank'], 2)}"
        )
        for name in ("open", "trained", "mixed", "checked"):
            one = row[name]
            print(
                f"    {name:8} coverage {one['coverage']}  agreement {one['agreement']}  kappa {one['kappa']}  "
                f"precision {one['precision']}  recall {one['recall']}  ECE {one['ece']}"
            )


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


if __name__ == "__main__":
    main()
