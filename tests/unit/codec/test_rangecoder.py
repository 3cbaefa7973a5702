"""The range coder alone: what was coded is decoded, from whole payloads, and from cut ones up to a doubt."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled
from wdr_mcpd.codec.rangecoder import (
    MARGIN,
    Channel,
    State,
    code_bit,
    code_even,
    code_part,
    models,
    reader,
    start,
    stopped,
    writer,
    written,
)

COMMON = settings(max_examples=150)
CONTEXTS = 3
DECISIONS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, CONTEXTS - 1), st.integers(1, 65535), st.integers(0, 1)),
    max_size=400,
)
"""Kind (adaptive, even, of a given chance), context, chance in 65536, and the bit."""


@compiled
def run(
    decisions: NDArray[np.int64], bits: NDArray[np.int64], model: NDArray[np.uint32], channel: Channel
) -> tuple[State, int]:
    """Code all decisions; `bits` are what is coded, or become what was decoded. Returns N without doubt."""
    state = start(channel)
    for i in range(len(decisions)):
        kind, context, chance, _ = decisions[i]
        bit = bits[i]
        if kind == 0:
            bit, state = code_bit(state, channel, model, context, bit)
        elif kind == 1:
            bit, state = code_even(state, channel, bit)
        else:
            bit, state = code_part(state, channel, (state.span * chance) >> 16, bit)
        if state.doubt:
            return state, i
        bits[i] = bit
    return state, len(decisions)


def encoded(made: NDArray[np.int64], max_bytes: int = 1 << 20) -> NDArray[np.uint8]:
    channel = writer(max_bytes, len(made))
    state, _ = run(made, made[:, 3].copy(), models(CONTEXTS), channel)
    return written(state, channel)


def decoded(made: NDArray[np.int64], payload: NDArray[np.uint8]) -> tuple[NDArray[np.int64], int]:
    bits = np.full(len(made), -1)
    _, sure = run(made, bits, models(CONTEXTS), reader(payload))
    return bits, sure


def table(decisions: list[tuple[int, int, int, int]]) -> NDArray[np.int64]:
    return np.array(decisions, np.int64).reshape(-1, 4)


@COMMON
@given(decisions=DECISIONS)
def test_what_was_coded_is_decoded(decisions: list[tuple[int, int, int, int]]) -> None:
    made = table(decisions)
    bits, sure = decoded(made, encoded(made))
    assert sure == len(made)
    np.testing.assert_array_equal(bits, made[:, 3])


@COMMON
@given(decisions=DECISIONS, share=st.floats(0, 1))
def test_a_cut_payload_is_right_until_it_is_in_doubt(
    decisions: list[tuple[int, int, int, int]], share: float
) -> None:
    made = table(decisions)
    payload = encoded(made)
    cut = payload[: round(share * payload.size)].copy()
    bits, sure = decoded(made, cut)
    np.testing.assert_array_equal(bits[:sure], made[:sure, 3])
    assert (bits[sure:] == -1).all()


@COMMON
@given(decisions=DECISIONS, more=st.binary(min_size=1, max_size=8))
def test_no_bytes_after_the_end_change_what_is_decoded(
    decisions: list[tuple[int, int, int, int]], more: bytes
) -> None:
    made = table(decisions)
    payload = encoded(made)
    bits, sure = decoded(made, np.concatenate([payload, np.frombuffer(more, np.uint8)]))
    assert sure == len(made)
    np.testing.assert_array_equal(bits, made[:, 3])


@pytest.mark.parametrize("cut", range(6))
def test_doubt_comes_with_the_first_decision_that_missing_bytes_could_change(cut: int) -> None:
    """Of even decisions a byte tells eight: no more and no less are sure."""
    made = table([(1, 0, 1, k * k % 3 % 2) for k in range(60)])
    payload = encoded(made)
    assert decoded(made, payload[:cut].copy())[1] == 8 * cut


@COMMON
@given(decisions=DECISIONS, budget=st.integers(0, 30))
def test_a_budget_cuts_the_payload_and_nothing_else(
    decisions: list[tuple[int, int, int, int]], budget: int
) -> None:
    made = table(decisions)
    whole = encoded(made)
    np.testing.assert_array_equal(encoded(made, budget), whole[:budget])


def test_an_encoder_may_stop_a_margin_beyond_its_budget() -> None:
    channel = writer(10, 1000)
    state = start(channel)
    assert not stopped.py_func(state._replace(at=10 + MARGIN - 1), channel)  # type: ignore[attr-defined]
    assert stopped.py_func(state._replace(at=10 + MARGIN), channel)  # type: ignore[attr-defined]
    assert stopped.py_func(state._replace(doubt=1), channel)  # type: ignore[attr-defined]


def test_sure_decisions_cost_next_to_nothing() -> None:
    made = table([(0, 0, 1, 1)] * 4000)
    assert encoded(made).size < 4000 / 8 / 20
