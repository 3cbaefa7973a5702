"""A procedural head: contrast-enhanced T1-weighted MR of a subject whose tumour grows between two exams."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.data.volume import Volume

Field = NDArray[np.float32]

FIELD_OF_VIEW = 200.0
SLICE_DISTANCE = 6.5
SUB_SLICES = 2
"""Thin layers averaged into one slice, so that slices show the partial volumes of thick ones."""

AIR, SKIN, BONE, FLUID, GREY, WHITE, MUSCLE = 0.0, 1.0, 0.08, 0.18, 0.42, 0.5, 0.36
VESSEL, RIM, NECROSIS, OEDEMA = 1.05, 0.85, 0.24, 0.38


@dataclass(frozen=True)
class Grid:
    """Places of the voxels: x to the left, y to the back, z up, mm, as (layer, row, column)."""

    z: Field
    y: Field
    x: Field
    step: tuple[float, float, float]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Layers, rows, columns."""
        return (self.z.size, self.y.size, self.x.size)

    def ball(self, centre: tuple[float, float, float], radii: tuple[float, float, float]) -> Field:
        """Distance from `centre` (x, y, z) in units of `radii`: below 1 is inside the ellipsoid."""
        (cx, cy, cz), (rx, ry, rz) = centre, radii
        squares = ((self.x - cx) / rx) ** 2 + ((self.y - cy) / ry) ** 2 + ((self.z - cz) / rz) ** 2
        return np.asarray(np.sqrt(squares))

    def noise(self, rng: np.random.Generator, length: float) -> Field:
        """Smooth random field of unit deviation whose features are about `length` mm wide."""
        from scipy.ndimage import gaussian_filter, zoom

        coarse = [max(1, int(length / 3 / step)) for step in self.step]
        shape = [-(-n // c) + 2 for n, c in zip(self.shape, coarse, strict=True)]
        sigma = [length / 2 / (step * c) for step, c in zip(self.step, coarse, strict=True)]
        field = gaussian_filter(rng.standard_normal(shape, np.float32), sigma, mode="wrap")
        field = zoom(field, coarse, order=1, grid_mode=True, mode="nearest")
        field = field[tuple(slice(0, n) for n in self.shape)]
        return np.asarray((field - field.mean()) / max(float(field.std()), 1e-9))


def phantom(subject: int, exam: int, *, slices: int = 24, size: int = 256, seed: int = 0) -> Volume:
    """Draw one exam of one subject (both count from 1): int16 of 12 significant bits, with the tumour.

    The anatomy depends on the seed and the subject; there are `slices` of 6.5 mm from the skull base up, of
    `size` rows and columns in a field of 200 mm. The second exam moves the head a little, lets the tumour
    grow, and has a gain, a bias field and Rician noise of its own.
    """
    anatomy = np.random.default_rng([seed, subject])
    scan = np.random.default_rng([seed, subject, exam])
    shift = scan.uniform(-2.5, 2.5, 3)
    grid = _grid(slices, size, shift)
    growth = anatomy.uniform(1.15, 1.6) ** (exam - 1)
    signal, tumour = _head(grid, anatomy, growth)
    layers = (slices, SUB_SLICES, size, size)
    thick = signal.reshape(layers).mean(axis=1)
    mask = tumour.reshape(layers).mean(axis=1) > 0.5
    values = _scan(thick, scan)
    origin = (-FIELD_OF_VIEW / 2, -FIELD_OF_VIEW / 2, -SLICE_DISTANCE * (slices - 1) / 2)
    return Volume(values, (SLICE_DISTANCE, FIELD_OF_VIEW / size, FIELD_OF_VIEW / size), mask, origin)


def _grid(slices: int, size: int, shift: NDArray[np.float64]) -> Grid:
    pixel = FIELD_OF_VIEW / size
    layer = SLICE_DISTANCE / SUB_SLICES
    across = (np.arange(size) - (size - 1) / 2) * pixel
    up = (np.arange(slices * SUB_SLICES) - (slices * SUB_SLICES - 1) / 2) * layer
    return Grid(
        (up + shift[2]).astype(np.float32)[:, None, None],
        (across + shift[1]).astype(np.float32)[None, :, None],
        (across + shift[0]).astype(np.float32)[None, None, :],
        (layer, pixel, pixel),
    )


def _head(grid: Grid, rng: np.random.Generator, growth: float) -> tuple[Field, NDArray[np.bool_]]:
    """Relaxation-weighted signal in 0..1.1 and the tumour, on the thin layers."""
    width, length, height = rng.uniform(70, 77), rng.uniform(86, 94), rng.uniform(88, 96)
    uneven = grid.noise(rng, 60) * 0.02
    head = grid.ball((0, 0, -12), (width, length, height)) + uneven
    depth = (1 - head) * np.float32(width)  # mm below the skin
    folds, sulci, texture = grid.noise(rng, 14), grid.noise(rng, 11), grid.noise(rng, 5)

    signal = np.where(depth > 0, SKIN + 0.1 * texture, AIR)
    signal = np.where(depth > 5, BONE + 0.04 * np.abs(texture), signal)
    signal = np.where(depth > 9, FLUID, signal)
    brain = depth > 11
    signal = np.where(brain, GREY + 0.02 * texture, signal)
    signal = np.where(depth > 16 + 3.5 * folds, WHITE + 0.015 * texture, signal)
    groove = brain & (np.abs(sulci) < 0.09) & (depth < 30)
    signal = np.where(groove, FLUID, signal)

    face = grid.z < -42 - 0.35 * (grid.y + 60)
    muscle = face & (depth > 6) & (grid.y < 15)
    signal = np.where(muscle, MUSCLE + 0.25 * (folds > 0.8) - 0.28 * (sulci > 0.9), signal)
    for side in (-1, 1):
        eye = grid.ball((side * 32, -62, -38), (13, 13, 12))
        signal = np.where((eye < 1.5) & (depth > -2), SKIN * 0.8, signal)
        signal = np.where((eye < 1) & (depth > -2), FLUID + 0.02 * texture, signal)
        ventricle = grid.ball((side * (9 + rng.uniform(0, 5)), 2 + rng.uniform(-4, 4), 8), (6, 32, 13))
        signal = np.where(brain & (ventricle + 0.08 * folds < 1), FLUID, signal)
        nucleus = grid.ball((side * 24, -4, -2), (9, 21, 13))
        signal = np.where(brain & (nucleus < 1), GREY + 0.03 * texture, signal)
    falx = brain & (np.abs(grid.x + 1.2 * folds) < 0.9) & (grid.z > 14)
    signal = np.where(falx, FLUID + 0.3, signal)
    sinus = brain & (depth < 16) & (np.abs(grid.x) < 4) & (grid.y > 0) & (grid.z > -15)
    vessels = brain & (np.hypot(texture, grid.noise(rng, 9)) < 0.12)
    signal = np.where(sinus | vessels, VESSEL, signal)
    return _with_tumour(grid, rng, signal, depth, growth)


def _with_tumour(
    grid: Grid, rng: np.random.Generator, signal: Field, depth: Field, growth: float
) -> tuple[Field, NDArray[np.bool_]]:
    """Put an irregular tumour with an enhancing rim, a dark core and oedema into one hemisphere."""
    side = rng.choice([-1, 1])
    centre = (side * rng.uniform(26, 40), rng.uniform(-30, 35), rng.uniform(-5, 30))
    radius = rng.uniform(9, 16) * growth
    rough = 0.18 * grid.noise(rng, 12)
    distance = grid.ball(centre, (radius, radius * 1.2, radius)) + rough
    inside = depth > 12
    signal = np.where(inside & (distance < 1.9), np.minimum(signal, OEDEMA), signal)
    signal = np.where(inside & (distance < 1), RIM, signal)
    signal = np.where(inside & (distance < 0.6), NECROSIS, signal)
    return signal, inside & (distance < 1)


def _scan(signal: Field, rng: np.random.Generator) -> NDArray[np.int16]:
    """Measure the signal: point spread, gain, bias field, Rician noise, whole numbers."""
    from scipy.ndimage import gaussian_filter

    slices, rows, columns = signal.shape
    blurred = gaussian_filter(signal, (0, 0.45, 0.45))
    z, y, x = (
        np.linspace(-1, 1, n).reshape(s) for n, s in ((slices, (-1, 1, 1)), (rows, (-1, 1)), (columns, (-1,)))
    )
    tilt = rng.uniform(-0.12, 0.12, 4)
    bias = 1 + tilt[0] * z + tilt[1] * y + tilt[2] * x + tilt[3] * (x * x + y * y - 0.7)
    gain = rng.uniform(1100, 1500)
    noise = rng.standard_normal((2, *signal.shape), np.float32) * np.float32(9)
    measured = np.hypot(gain * blurred * bias + noise[0], noise[1])
    whole: NDArray[np.int16] = np.clip(np.rint(measured), 0, 4095).astype(np.int16)
    return whole
