"""Rules make partitions, the searches find what they should, and no rule beats them by much."""

from collections.abc import Callable
from itertools import combinations
from itertools import pairwise as neighbours

import numpy as np
import pytest

from wdr_mcpd import codec
from wdr_mcpd.coherence.mcpd import matrix_in
from wdr_mcpd.study.grouping import (
    Coster,
    Partition,
    best_runs,
    groupings,
    merged,
    pairwise,
    repeated_selection,
    rules,
)

# Slices 1, 2, 4 are alike, and 3, 5; the two kinds are far apart.
KINDS = np.array([0, 0, 1, 0, 1])
MATRIX = np.where(KINDS[:, None] == KINDS[None, :], 0.1, 2.0) * (1 - np.eye(5))


def test_rules_find_the_two_kinds_and_each_is_a_partition() -> None:
    found = rules(MATRIX, 0.5)
    assert found["clusters"] == [(0, 1, 3), (2, 4)]
    assert found["pairwise, from the first slice on"] == [(0, 1, 3), (2, 4)]
    for name, partition in found.items():
        assert sorted(i for group in partition for i in group) == list(range(5)), name


def test_the_papers_rule_is_repeated_on_what_it_leaves() -> None:
    # Averages over the followers: 1.05, 1.37, 1.05, 2, 0; at 1.2 the slices 1, 3 and 5, then 2 and 4.
    assert repeated_selection(MATRIX, 1.2) == [(0, 2, 4), (1, 3)]
    assert repeated_selection(MATRIX, 0.0) == [(4,), (3,), (2,), (1,), (0,)][::-1]
    assert pairwise(MATRIX, 0.05) == [(i,) for i in range(5)]


class Priced(Coster):
    """A cost that is known for each group: 11 of a slice, more than that of most volumes' slices."""

    def cost(self, group: tuple[int, ...], slope: float) -> float:
        return {(0, 1): 12.0, (0, 1, 2): 15.0, (3, 4): 18.0, (1, 3): 11.0}.get(group, 12.0 * len(group) - 1)


@pytest.fixture
def priced() -> Priced:
    return Priced(np.zeros((5, 8, 8), np.int16), codec.Settings(), 1.0)


def total(coster: Coster, partition: Partition) -> float:
    return sum(coster.cost(group, 1.0) for group in partition)


def test_the_best_runs_are_those_of_all_partitions_into_runs(priced: Priced) -> None:
    every = []
    for count in range(5):
        for cuts in combinations(range(1, 5), count):
            edges = [0, *cuts, 5]
            every.append([tuple(range(a, b)) for a, b in neighbours(edges)])
    found = best_runs(priced, 1.0)
    assert found == [(0, 1, 2), (3, 4)]
    assert total(priced, found) == min(total(priced, partition) for partition in every)


def test_merging_takes_the_best_pair_first_and_stops_when_nothing_is_saved(priced: Priced) -> None:
    assert merged(priced, 1.0) == [
        (0,),
        (1, 3),
        (2,),
        (4,),
    ]  # greedy: (1, 3) first, though runs would save more


def test_searches_are_at_least_as_good_as_rules_and_spend_the_budget(
    head: Callable[..., np.ndarray],
) -> None:
    stack = head(slices=6, size=48, seed=2)
    table = groupings("a_1", stack, matrix_in(stack, "std"), 0.5, 1.0, depths=[0])
    budget = int(stack.size / 8)
    assert (table["bytes"] <= budget).all()
    assert (table["bytes"] > 0.98 * budget).all()
    by_name = table.set_index("grouping")
    assert by_name.loc["every slice alone", "gain_over_alone_db"] == 0
    assert by_name.loc["one volume", "partition"] == "1 2 3 4 5 6"
    best = table["exam_psnr_db"].max()
    searched = by_name.loc[["best contiguous runs", "best by merging any"], "exam_psnr_db"].max()
    assert searched > best - 0.1  # the search sees curves between measured points, not files
