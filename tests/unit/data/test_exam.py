from pathlib import Path

import numpy as np
import pytest

from wdr_mcpd.data import Exam, Volume, read_exam, window, write_exam
from wdr_mcpd.errors import InputError


@pytest.mark.parametrize(("available", "slices", "first"), [(25, 20, 2), (23, 20, 1), (20, 20, 0), (6, 1, 2)])
def test_central_window(available: int, slices: int, first: int) -> None:
    voxels = np.arange(available, dtype=np.uint16)[:, None, None] * np.ones((1, 2, 2), np.uint16)
    exam = window(Volume(voxels, (2.0, 1.0, 1.0), voxels % 2 == 0, (1.0, 2.0, 3.0)), slices)
    assert (exam.first, exam.available) == (first, available)
    assert exam.volume.voxels[:, 0, 0].tolist() == list(range(first, first + slices))
    assert exam.volume.mask is not None
    np.testing.assert_array_equal(exam.volume.mask[:, 0, 0], np.arange(first, first + slices) % 2 == 0)
    assert exam.volume.origin == (1.0, 2.0, 3.0 + 2 * first)


@pytest.mark.parametrize(("slices", "first"), [(6, "central"), (3, 4), (1, 0), (0, "central")])
def test_windows_that_do_not_fit(volume: Volume, slices: int, first: int | str) -> None:
    with pytest.raises(InputError, match="the series has 5"):
        window(volume, slices, first)


@pytest.mark.parametrize("with_mask", [True, False])
def test_exam_file(tmp_path: Path, volume: Volume, with_mask: bool) -> None:
    mask = volume.voxels > 0 if with_mask else None
    exam = Exam(Volume(volume.voxels, volume.spacing, mask, volume.origin), 2, 9)
    write_exam(tmp_path / "one.npz", exam)
    write_exam(tmp_path / "two.npz", exam)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    back = read_exam(tmp_path / "one.npz")
    np.testing.assert_array_equal(back.volume.voxels, volume.voxels)
    assert (back.volume.spacing, back.volume.origin, back.first, back.available) == (
        volume.spacing,
        volume.origin,
        2,
        9,
    )
    assert (back.volume.mask is None) != with_mask


def test_broken_exam_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_exam(tmp_path / "missing.npz")
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    np.save(tmp_path / "plain.npy", np.zeros(3))
    (tmp_path / "cut.npz").write_bytes((tmp_path / "other.npz").read_bytes()[:100])
    for name in ("other.npz", "cut.npz", "plain.npy"):
        with pytest.raises(InputError, match="is no exam file"):
            read_exam(tmp_path / name)
