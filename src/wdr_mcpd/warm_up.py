"""Do once, after installation, what is slow the first time: `python -m wdr_mcpd.warm_up`.

Each compiled loop, and the byte code of the libraries that steps of the workflow import, is kept on disk, so
that the first jobs of a run, which start together, do not all compile the same.
"""

from importlib import import_module
from itertools import product

import numpy as np

from wdr_mcpd import codec
from wdr_mcpd.methods import DEFAULT, METHODS, encode

IMPORTED = (
    *("matplotlib.figure", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg"),
    *("skimage.filters", "skimage.measure", "skimage.morphology"),
    *("jinja2", "PIL.Image", "pydicom", "tabulate"),
)


def compile_loops() -> None:
    """Encode and decode a small volume by every method, as the study does; needs the codec alone."""
    voxels = np.random.default_rng(1).integers(0, 900, (6, 48, 48)).astype(np.int16)
    for method, rate in product(METHODS.values(), (0.5, 2.0)):
        codec.decode(encode(voxels, method, rate, threshold=1.0))
    for method, dtype in product((METHODS[DEFAULT], METHODS["3d-wdr-cc"]), (np.int16, np.uint16)):
        codec.decode(encode(voxels.astype(dtype), method, lossless=True))


def import_libraries() -> None:
    """Import what steps of the study import, and compare two slices."""
    from wdr_mcpd.study.metrics import SSIM_WINDOWS, slice_ssim

    for name in IMPORTED:
        import_module(name)
    for window in SSIM_WINDOWS:
        slice_ssim(np.zeros((1, 48, 48)), np.zeros((1, 48, 48)), window=window)


if __name__ == "__main__":
    compile_loops()
    import_libraries()
