import numpy as np
import pytest

from wdr_mcpd.data import read_volume
from wdr_mcpd.data.fetch import fetch_series
from wdr_mcpd.data.phantom import SLICE_DISTANCE, phantom
from wdr_mcpd.data.synthetic import synthetic_table
from wdr_mcpd.errors import InputError

SMALL = {"slices": 24, "size": 64}


@pytest.fixture(scope="module")
def exams():
    return [phantom(1, 1, **SMALL), phantom(1, 2, **SMALL), phantom(2, 1, **SMALL)]


def test_looks_like_a_scan(exams) -> None:
    for volume in exams:
        assert volume.voxels.shape == volume.mask.shape == (24, 64, 64)
        assert volume.voxels.dtype == np.int16
        assert 1000 < volume.voxels.max() < 4096
        assert volume.spacing == (SLICE_DISTANCE, 200 / 64, 200 / 64)
        corner = volume.voxels[:, :6, :6]
        assert 2 < corner.mean() < 40  # Rician noise: never negative, never zero on average
        assert corner.min() + 1 > 0


def test_the_tumour_grows_where_it_is(exams) -> None:
    first, second, _ = (volume.mask for volume in exams)
    assert 5 < first.sum() < second.sum()
    middle = [np.argwhere(mask).mean(axis=0) * (6.5, 3.1, 3.1) for mask in (first, second)]
    assert np.linalg.norm(middle[0] - middle[1]) < 12
    assert exams[0].voxels[first].mean() > 1.2 * exams[0].voxels[exams[0].voxels > 200].mean()


def test_deterministic_and_different_where_it_should_be(exams) -> None:
    again = phantom(1, 1, **SMALL)
    np.testing.assert_array_equal(again.voxels, exams[0].voxels)
    np.testing.assert_array_equal(again.mask, exams[0].mask)
    assert not np.array_equal(exams[0].voxels, phantom(1, 1, **SMALL, seed=1).voxels)
    same_subject = np.corrcoef(exams[0].voxels.ravel(), exams[1].voxels.ravel())[0, 1]
    other_subject = np.corrcoef(exams[0].voxels.ravel(), exams[2].voxels.ravel())[0, 1]
    assert other_subject < same_subject < 0.999


def test_slices_are_as_coherent_as_real_ones() -> None:
    voxels = phantom(3, 1, slices=20, size=96).voxels.astype(float)
    average = [np.abs(voxels[i + 1 :] - voxels[i]).mean() / voxels.std() for i in range(19)]
    assert 0.3 < min(average) < np.median(average) < max(average) < 0.9  # real series: 0.38 to 0.70


def test_a_synthetic_series_is_read_like_any_other(tmp_path) -> None:
    table = synthetic_table(2, 3, 16, 7)
    assert [row.exam_id for row in table] == [f"phantom00{s}_{e}" for s in (1, 2) for e in (1, 2)]
    assert len({row.series_instance_uid for row in table}) == 4
    assert fetch_series(table[1], tmp_path / "series")
    read = read_volume(tmp_path / "series")
    drawn = phantom(1, 2, slices=3, size=16, seed=7)
    np.testing.assert_array_equal(read.voxels, drawn.voxels)
    np.testing.assert_array_equal(read.mask, drawn.mask)
    assert read.origin == drawn.origin
    assert not fetch_series(table[1], tmp_path / "series"), "a whole series is not made again"
    assert fetch_series(table[0], tmp_path / "series"), "another exam in the folder is replaced"


def test_rows_of_other_cohorts(tmp_path) -> None:
    from dataclasses import replace

    row = replace(synthetic_table(1, 3, 16, 7)[0], series_description="T1")
    with pytest.raises(InputError, match="no row of a synthetic cohort"):
        fetch_series(row, tmp_path / "series")
    assert list(tmp_path.iterdir()) == []
