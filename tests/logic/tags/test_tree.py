"""The tree of tags: no circles, six levels, every tag shown once."""

from hypothesis import given
from hypothesis import strategies as st

from assaydesk.domains.tags.tree import MAX_DEPTH, below, depth_of, height_of, refuse_parent, roots_and_children

CHAIN = {1: None, 2: 1, 3: 2, 4: 3, 5: 4, 6: 5, 10: None, 11: 10}


def test_given_a_chain_depth_and_height_count_levels() -> None:
    assert [depth_of(tag, CHAIN) for tag in (1, 2, 6, 10, 11, None)] == [1, 2, 6, 1, 2, 0]
    assert [height_of(tag, CHAIN) for tag in (1, 5, 6, 10)] == [6, 2, 1, 2]
    assert below([4, 10], CHAIN) == {4, 5, 6, 10, 11}


def test_given_a_parent_below_the_tag_it_is_refused() -> None:
    assert refuse_parent(1, 6, CHAIN) == "cycle"
    assert refuse_parent(1, 1, CHAIN) == "cycle"
    assert refuse_parent(11, None, CHAIN) is None


def test_given_a_seventh_level_it_is_refused() -> None:
    assert refuse_parent(None, 6, CHAIN) == "depth"
    assert refuse_parent(None, 5, CHAIN) is None
    assert refuse_parent(10, 5, CHAIN) == "depth"  # Its child would stand on the seventh level.
    assert refuse_parent(10, 4, CHAIN) is None


moves = st.lists(st.tuples(st.integers(1, 12), st.none() | st.integers(1, 12)), max_size=60)


@given(moves)
def test_given_any_moves_the_tree_stays_a_tree_of_six_levels(wanted: list[tuple[int, int | None]]) -> None:
    parents: dict[int, int | None] = dict.fromkeys(range(1, 13))
    for tag, parent in wanted:
        if refuse_parent(tag, parent, parents) is None:
            parents[tag] = parent
    for tag in parents:
        steps, node = 0, parents[tag]
        while node is not None:
            steps += 1
            assert steps < MAX_DEPTH
            node = parents[node]


@given(moves, st.sets(st.integers(1, 12)))
def test_given_any_filter_every_shown_tag_stands_in_the_forest_once(
    wanted: list[tuple[int, int | None]], shown: set[int]
) -> None:
    parents: dict[int, int | None] = dict.fromkeys(range(1, 13))
    for tag, parent in wanted:
        if refuse_parent(tag, parent, parents) is None:
            parents[tag] = parent
    roots, children = roots_and_children(sorted(shown), parents)
    placed = roots + [child for nodes in children.values() for child in nodes]
    assert sorted(placed) == sorted(shown)
    assert all(tag in below([parent], parents) for parent, nodes in children.items() for tag in nodes)


def test_given_a_broken_tree_in_the_table_showing_it_ends() -> None:
    circle = {1: 2, 2: 1, 3: 2}
    roots, children = roots_and_children([1, 2, 3], circle)
    assert depth_of(1, circle) == 2
    assert sorted(roots + [child for nodes in children.values() for child in nodes]) == [1, 2, 3]
