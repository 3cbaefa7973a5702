"""Volumes as stacks of slices: cut along the thickest axis, turned one way, thinned."""

from dataclasses import replace
from itertools import permutations, product

import nibabel
import numpy as np
import pytest

from wdr_mcpd.data import Volume
from wdr_mcpd.data.stack import as_slices, step_of, thin
from wdr_mcpd.data.volume import Scaling, place_of
from wdr_mcpd.errors import InputError

VALUES = np.arange(4 * 5 * 6, dtype=np.int16).reshape(4, 5, 6)


def lying(axes: tuple[int, ...], signs: tuple[int, ...], spacing: tuple[float, float, float]) -> Volume:
    """A volume whose file's axes k run along the patient's axis `axes[k]` (right, anterior, superior)."""
    affine = np.eye(4)
    affine[:3, :3] = 0
    for k, (axis, sign) in enumerate(zip(axes, signs, strict=True)):
        affine[axis, k] = sign * spacing[k]
    affine[:3, 3] = (3.0, -7.0, 11.0)
    mask = np.random.default_rng(1).integers(0, 2, VALUES.shape) == 1
    return Volume(VALUES, mask=mask, codes=(1, 1), **place_of(affine, "test"))


@pytest.mark.parametrize("axes", list(permutations(range(3))))
@pytest.mark.parametrize("signs", list(product((1, -1), repeat=3)))
@pytest.mark.parametrize("spacing", [(1.0, 1.0, 3.0), (1.0, 3.0, 1.0), (3.0, 1.0, 1.0)])
def test_every_voxel_stays_at_its_place(
    axes: tuple[int, ...], signs: tuple[int, ...], spacing: tuple[float, float, float]
) -> None:
    volume = lying(axes, signs, spacing)
    cut, done = as_slices(volume)
    assert cut.spacing[0] == 3
    thick = spacing.index(3.0)
    codes = "".join(nibabel.aff2axcodes(cut.affine))
    assert (codes, done.partition(",")[0]) == {
        0: ("PIL", "sagittal"),
        1: ("LIP", "coronal"),
        2: ("LPS", "axial"),
    }[axes[thick]]
    assert ("cut along" in done) == (thick != 2)
    assert (" from " in done) == (codes != "".join(nibabel.aff2axcodes(volume.affine)))
    for index in ((0, 0, 0), (1, 2, 3), (3, 4, 5)):
        column, row, slice_ = index[::-1]
        where = np.linalg.solve(cut.affine, volume.affine @ [column, row, slice_, 1]).round().astype(int)[:3]
        assert cut.voxels[tuple(where[::-1])] == VALUES[index]
        assert cut.mask is not None
        assert volume.mask is not None
        assert cut.mask[tuple(where[::-1])] == volume.mask[index]


def test_ties_keep_the_slices_of_the_file_and_an_axis_can_be_told() -> None:
    volume = lying((1, 2, 0), (1, -1, 1), (1.0, 3.0, 3.0))
    assert as_slices(volume)[1] == "sagittal, PIL from AIR"
    assert as_slices(volume, 2)[1] == "axial, LPS from AIR, cut along axis 2"
    assert as_slices(volume, 1)[1].startswith("coronal")


def test_where_nothing_is_known_nothing_is_turned() -> None:
    volume = replace(lying((0, 1, 2), (1, 1, 1), (1.0, 1.0, 3.0)), codes=(0, 0))
    cut, _ = as_slices(volume)
    np.testing.assert_array_equal(cut.voxels, VALUES)
    across, _ = as_slices(replace(volume, spacing=(1.0, 3.0, 1.0)))
    assert across.voxels.shape == (5, 4, 6)


def test_a_scale_of_each_slice_goes_with_its_slice() -> None:
    scaling = Scaling((1.0, 2.0, 3.0, 4.0), (0.0, 0.0, 0.0, 5.0))
    volume = replace(lying((0, 1, 2), (1, 1, -1), (1.0, 1.0, 3.0)), scaling=scaling)
    assert as_slices(volume)[0].scaling.slope == (4.0, 3.0, 2.0, 1.0)
    with pytest.raises(InputError, match="cannot be cut along another axis"):
        as_slices(volume, 1)
    assert thin(volume, 3).scaling == Scaling((1.0, 4.0), (0.0, 5.0))
    with pytest.raises(InputError, match="have no average"):
        thin(volume, 2, average=True)


STEPS = {1: (6.5, 1), 5: (1.0, 5), "5": (1.0, 5), "5.5 mm": (1.0, 6), "5.4 mm": (1.0, 5), "6 mm": (1.4, 4)}
STEPS |= {"6.0 mm": (6.5, 1), "0.1 mm": (3.0, 1)}


@pytest.mark.parametrize("slice_step", STEPS)
def test_steps_in_slices_or_millimetres(slice_step: int | str) -> None:
    spacing, step = STEPS[slice_step]
    assert step_of(slice_step, spacing) == step


@pytest.mark.parametrize(
    "slice_step", [0, -1, 1.5, "6mm", "nan mm", "inf mm", "-3 mm", "0 mm", "3 cm", "x", ""]
)
def test_steps_that_are_none(slice_step: int | str) -> None:
    with pytest.raises(InputError, match=r"slice_step .*: give a number"):
        step_of(slice_step, 1.0)


@pytest.mark.parametrize(("step", "kept"), [(1, [0, 1, 2, 3]), (2, [0, 2]), (3, [0, 3]), (9, [0])])
def test_every_nth_slice(step: int, kept: list[int]) -> None:
    volume = lying((0, 1, 2), (-1, -1, 1), (1.0, 1.0, 2.0))
    thick = thin(volume, step)
    np.testing.assert_array_equal(thick.voxels, VALUES[kept])
    assert volume.mask is not None
    np.testing.assert_array_equal(thick.mask, volume.mask[kept])
    assert (thick.spacing[0], thick.origin) == (2.0 * step, volume.origin)


def test_averages_of_slices() -> None:
    volume = lying((0, 1, 2), (-1, -1, 1), (1.0, 1.0, 2.0))
    thick = thin(volume, 3, average=True)
    np.testing.assert_array_equal(thick.voxels, np.rint(VALUES[:3].mean(0))[None])
    assert volume.mask is not None
    np.testing.assert_array_equal(thick.mask, [volume.mask[:3].sum(0) >= 2])
    assert thick.origin == (volume.origin[0], volume.origin[1], volume.origin[2] + 2.0)
    with pytest.raises(InputError, match="4 slices are fewer than the 5"):
        thin(volume, 5, average=True)
