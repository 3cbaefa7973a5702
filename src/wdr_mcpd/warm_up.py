"""Do once, after installation, what is slow the first time: `python -m wdr_mcpd.warm_up`.

Each compiled loop, and the byte code of the libraries that steps of the workflow import, is kept on disk, so
that the first jobs of a run, which start together, do not all compile the same.
"""

from importlib import import_module
from itertools import product

import numpy as np

from wdr_mcpd import codec
from wdr_mcpd.methods import DEFAULT, METHODS, encode
from wdr_mcpd.study.metrics import SSIM_WINDOWS, slice_ssim

IMPORTED = (
    *("matplotlib.figure", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg"),
    *("scipy.stats", "skimage.filters", "skimage.measure", "skimage.morphology"),
    *("jinja2", "PIL.Image", "pydicom", "tabulate"),
)


def warm_up() -> None:
    """Encode, decode and compare a small volume by every method, as the study does."""
    voxels = np.random.default_rng(1).integers(0, 900, (6, 48, 48)).astype(np.int16)
    for method in METHODS.values():
        decoded = codec.decode(encode(voxels, method, 2.0, threshold=1.0))
    for method, dtype in product((METHODS[DEFAULT], METHODS["3d-wdr-cc"]), (np.int16, np.uint16)):
        codec.decode(encode(voxels.astype(dtype), method, lossless=True))
    for window in SSIM_WINDOWS:
        slice_ssim(voxels, decoded, window=window)
    for name in IMPORTED:
        import_module(name)


if __name__ == "__main__":
    warm_up()
