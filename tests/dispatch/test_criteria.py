"""Rank chains as numbers."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabsim.dispatch import LONGEST_CHAIN, Criterion, pack, unpack
from fabsim.kernels import rank


@given(st.lists(st.sampled_from(Criterion), unique=True, max_size=LONGEST_CHAIN))
def test_a_chain_comes_back_from_its_number(chain: list[Criterion]) -> None:
    assert unpack(pack(chain)) == tuple(chain)


def test_the_first_criterion_is_in_the_lowest_bits() -> None:
    assert pack([Criterion.SETUP, Criterion.PRIORITY]) == 3 + 16 * 1
    assert pack([]) == 0


def test_chains_of_three_have_numbers_of_their_own() -> None:
    numbers = [pack(chain) for chain in permutations(Criterion, 3)]
    assert len(set(numbers)) == len(numbers) == 11 * 10 * 9


def test_a_chain_of_six_is_refused() -> None:
    with pytest.raises(ValueError, match="found 6 criteria, expected at most 5"):
        pack(list(Criterion)[:6])


def test_a_number_with_an_unknown_criterion_is_refused() -> None:
    with pytest.raises(ValueError, match="12 is not a valid Criterion"):
        unpack(12)


def test_the_kernels_rank_by_the_same_codes() -> None:
    assert {criterion.name: criterion.value for criterion in Criterion} == {
        criterion.name: getattr(rank, criterion.name) for criterion in Criterion
    }
