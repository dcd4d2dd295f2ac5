import json
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from assaydesk.domains.quality.scorecards.codec import content_from_json, content_hash, content_to_json
from assaydesk.domains.quality.scorecards.types import LiveCoach, ScoringType
from tests.factories.scorecards import category, content, criterion

FULL = content(
    [
        category(
            1,
            [
                criterion(
                    10,
                    "2.50",
                    scoring_type=ScoringType.MET_NOT_MET,
                    confidence_threshold=0.75,
                    applicability_prompt="Only when the customer complains.",
                    rule={"type": "containsAny", "texts": ["Guten Tag", "Hello"]},
                ),
                criterion(11, 1000),
            ],
        )
    ],
    ticket_tags=(3, 1),
    sample_percent=12.5,
)


def test_content_survives_a_trip_through_json() -> None:
    assert content_from_json(json.loads(json.dumps(content_to_json(FULL)))) == FULL


def test_whole_numbers_are_written_plainly() -> None:
    text = json.dumps(content_to_json(content([category(1, [criterion(1, "5.00")])])))
    assert '"maxPoints": 5,' in text
    assert '"samplePercent": 100}' in text
    assert '"threshold": 80}' in text


@given(st.decimals(min_value="0.01", max_value=1000, places=2))
def test_points_are_exact(points: Decimal) -> None:
    card = content([category(1, [criterion(1, str(points))])])
    [(_, read)] = content_from_json(json.loads(json.dumps(content_to_json(card)))).criteria
    assert read.max_points == points


def test_hash_ignores_the_name_and_the_order_of_the_assignment() -> None:
    assert content_hash(FULL).startswith("sha256:")
    assert content_hash(replace(FULL, name="Other")) == content_hash(FULL)
    turned = replace(FULL, assignment=replace(FULL.assignment, ticket_tags=(1, 3)))
    assert content_hash(turned) == content_hash(FULL)


def test_hash_sees_every_other_part() -> None:
    parts = [
        replace(FULL, categories=()),
        replace(FULL, assignment=replace(FULL.assignment, teams=(5,))),
        replace(FULL, live_coach=LiveCoach(enabled=True, threshold=80.0)),
    ]
    assert len({content_hash(FULL), *map(content_hash, parts)}) == 4
