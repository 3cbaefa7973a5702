"""Compile the codec's loops once, after installation: `python -m wdr_mcpd.warm_up`.

Each loop is kept on disk, so that the first jobs of a run, which start together, do not all compile the same.
"""

import numpy as np

from wdr_mcpd import codec
from wdr_mcpd.methods import METHODS, encode


def compile_loops() -> None:
    """Encode and decode a small volume by every method, as the study does; needs the codec alone."""
    voxels = np.random.default_rng(1).integers(0, 900, (6, 48, 48)).astype(np.int16)
    for method in METHODS.values():
        codec.decode(encode(voxels, method, 2.0, threshold=1.0))
    for dtype in (np.int16, np.uint16):
        codec.decode(encode(voxels.astype(dtype), lossless=True))


if __name__ == "__main__":
    compile_loops()
