"""MCPD against eq. 1 written out, its units and references, and its memory."""

import tracemalloc

import numpy as np
import pytest

from wdr_mcpd.coherence import average_mcpd, mcpd_matrix
from wdr_mcpd.errors import InputError

RANDOM = np.random.default_rng(5)
VOLUME = RANDOM.integers(-300, 3000, (6, 9, 7), dtype=np.int16)


def equation_1(x: np.ndarray, y: np.ndarray) -> float:
    rows, columns = x.shape
    total = sum(abs(int(x[i, j]) - int(y[i, j])) for i in range(rows) for j in range(columns))
    return total / (rows * columns)


def test_matrix_is_equation_1_for_every_pair() -> None:
    expected = [[equation_1(x, y) for y in VOLUME] for x in VOLUME]
    np.testing.assert_allclose(mcpd_matrix(VOLUME), expected, rtol=1e-14)


def test_full_range_values_do_not_wrap() -> None:
    volume = np.array([[[0, 65535]], [[65535, 0]]], dtype=np.uint16)
    assert mcpd_matrix(volume)[0, 1] == 65535


def test_average_over_the_following_slices_leaves_the_last_at_zero() -> None:
    matrix = mcpd_matrix(VOLUME)
    average = average_mcpd(VOLUME, unit="stored")
    assert average[0] == pytest.approx(matrix[0, 1:].mean())
    assert average[4] == pytest.approx(matrix[4, 5])
    assert average[5] == 0


def test_other_references_have_no_such_artefact() -> None:
    matrix = mcpd_matrix(VOLUME)
    everything = average_mcpd(VOLUME, unit="stored", reference="all")
    adjacent = average_mcpd(VOLUME, unit="stored", reference="adjacent")
    assert everything[5] == pytest.approx(matrix[5, :5].mean())
    assert adjacent[5] == pytest.approx(matrix[5, 4])
    assert adjacent[2] == pytest.approx((matrix[2, 1] + matrix[2, 3]) / 2)


@pytest.mark.parametrize(
    ("unit", "size"),
    [
        ("stored", 1.0),
        ("std", VOLUME.std()),
        ("range", int(VOLUME.max()) - int(VOLUME.min())),
        ("dtype", 65535.0),
    ],
)
def test_units_divide_by_their_size(unit: str, size: float) -> None:
    stored = average_mcpd(VOLUME, unit="stored")
    np.testing.assert_allclose(average_mcpd(VOLUME, unit=unit) * size, stored, rtol=1e-12)


def test_standard_deviation_unit_ignores_offset_and_gain() -> None:
    scaled = VOLUME.astype(np.int32) * 7 + 1000
    np.testing.assert_allclose(average_mcpd(scaled), average_mcpd(VOLUME), rtol=1e-12)


@pytest.mark.parametrize("shape", [(4, 5, 5), (1, 5, 5)])
def test_constant_and_single_slice_volumes_give_zero(shape: tuple[int, ...]) -> None:
    for unit in ("std", "range"):
        assert not average_mcpd(np.full(shape, 9, dtype=np.uint16), unit=unit).any()


def test_unknown_names_and_shapes_are_refused() -> None:
    with pytest.raises(InputError, match="mcpd_unit: 'sigma' is not one of std"):
        average_mcpd(VOLUME, unit="sigma")
    with pytest.raises(InputError, match="mcpd_reference: 'next' is not one of following"):
        average_mcpd(VOLUME, reference="next")
    with pytest.raises(InputError, match="slice, row, column"):
        average_mcpd(VOLUME[0])


def test_memory_grows_with_slices_not_with_pairs() -> None:
    volume = np.zeros((40, 64, 64), dtype=np.uint16)
    tracemalloc.start()
    mcpd_matrix(volume)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * volume.size * 8  # all pairs at once would be 20 times the volume
