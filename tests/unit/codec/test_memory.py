"""What is compiled already codes every shape of block."""

import numpy as np

from wdr_mcpd.codec import Settings, decode, encode
from wdr_mcpd.codec.wdr import bit_planes


def test_a_block_of_one_subband_is_coded_by_what_is_compiled_already() -> None:
    volume = np.arange(2 * 13 * 16, dtype=np.int16).reshape(2, 13, 16)
    decode(encode(volume, None, Settings(in_plane_levels=2, axial_levels=0)))
    compiled = len(bit_planes.code_planes.signatures)
    decode(encode(volume, None, Settings(in_plane_levels=0, axial_levels=0)))
    assert len(bit_planes.code_planes.signatures) == compiled
