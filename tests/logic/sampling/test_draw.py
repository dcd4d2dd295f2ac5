"""What a draw promises: it can be repeated, it is of the size that was asked for, and its probabilities are true."""

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from assaydesk.domains.quality.sampling.draw import at_random, draw, due_weeks, in_share, reviewer_of
from assaydesk.domains.quality.sampling.types import Population, Risk, Share, Unit

units = st.lists(
    st.tuples(st.integers(1, 10_000), st.integers(1, 3), st.booleans()), max_size=40, unique_by=lambda one: one[0]
).map(lambda rows: [Unit(number, user, (Risk.REOPENED,) if risky else ()) for number, user, risky in rows])


@given(units, st.integers(1, 8), st.integers(0, 100), st.text(max_size=5))
def test_a_draw_keeps_its_promises(work: list[Unit], count: int, percent: int, seed: str) -> None:
    found = draw(Population(tuple(work), seed, count, percent))
    assert found == draw(Population(tuple(reversed(work)), seed, count, percent))
    by_person = Counter(unit.user_id for unit in work)
    drawn = Counter(pick.user_id for pick in found.picks)
    assert drawn == {user: min(count, number) for user, number in by_person.items()}
    assert len({pick.worklog_id for pick in found.picks}) == len(found.picks)
    assert all(0 < pick.probability <= 1 for pick in found.picks)
    assert all(pick.risks for pick in found.picks if pick.share is Share.RISK)
    for stratum in found.strata:
        # The probabilities of all pieces of a person add up to the number that is drawn.
        expected = stratum.risky * (stratum.probability_risky or 0)
        expected += (stratum.population - stratum.risky) * (stratum.probability_others or 0)
        assert abs(expected - (stratum.drawn_by_risk + stratum.drawn_at_random)) < 1e-9


def test_weights_make_up_for_what_risk_prefers() -> None:
    work = [Unit(number, 1, (Risk.KNOCK_OUT,) if number <= 10 else ()) for number in range(1, 101)]
    plain, weighted = 0.0, 0.0
    for turn in range(400):
        picks = draw(Population(tuple(work), str(turn), 10, 50)).picks
        plain += sum(bool(pick.risks) for pick in picks) / len(picks)
        weighted += sum(1 / pick.probability for pick in picks if pick.risks) / len(work)
    assert plain / 400 > 0.5, "half of the places go to the risky ones"
    assert abs(weighted / 400 - 0.1) < 0.005, "weighted, the sample says that a tenth is risky"


def test_half_a_place_is_drawn_at_random() -> None:
    assert [at_random(5, percent) for percent in (0, 10, 50, 100)] == [0, 1, 3, 5]


def test_the_weeks_that_are_due() -> None:
    wednesday = date(2024, 6, 12)
    assert due_weeks(wednesday, made=wednesday) == [date(2024, 6, 3)]
    assert due_weeks(date(2024, 6, 17), made=wednesday) == [date(2024, 6, 3), date(2024, 6, 10)]
    assert due_weeks(date(2024, 9, 2), made=wednesday) == [
        date(2024, 8, 5), date(2024, 8, 12), date(2024, 8, 19), date(2024, 8, 26),
    ]  # fmt: skip


def test_the_share_of_second_reviews() -> None:
    assert not any(in_share(number, 0) for number in range(1000))
    assert all(in_share(number, 100) for number in range(1000))
    assert 150 < sum(in_share(number, 20) for number in range(1000)) < 250


def test_whoever_has_least_to_do_is_asked() -> None:
    assert reviewer_of(7, []) is None
    assert reviewer_of(7, [(1, 2), (2, 1), (3, 2)]) == 2
    assert {reviewer_of(number, [(1, 0), (2, 0)]) for number in range(20)} == {1, 2}
