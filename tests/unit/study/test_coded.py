"""What is measured at each rate is what the file of that size decodes to."""

import numpy as np

from wdr_mcpd import codec
from wdr_mcpd.coherence import coding_groups
from wdr_mcpd.study.coded import Coder
from wdr_mcpd.study.metrics import pooled_psnr, slice_psnr

SETTINGS = codec.Settings(axial_levels=1)
DEEP = codec.Settings(axial_levels=2)
SOME = np.array([False, True, True, False, True, False])


def test_slices_that_many_ways_share_are_measured_as_each_file_decodes(volume: np.ndarray) -> None:
    rates = [0.5, 1.0]
    ways = [(SOME, SETTINGS), (~SOME, DEEP), (np.ones(6, bool), DEEP), (np.zeros(6, bool), SETTINGS)]
    coder = Coder(volume, rates, 65535)
    for (inside, settings), measured in zip(ways, coder.all(ways), strict=True):
        for rate, found in zip(rates, measured, strict=True):
            stream = codec.encode(volume, coding_groups(inside), settings, rate=rate)
            decoded = codec.decode(stream)
            assert found.size == len(stream)
            np.testing.assert_allclose(found.slice_psnr_db, slice_psnr(volume, decoded))
            np.testing.assert_allclose(found.exam_psnr_db, pooled_psnr(volume, decoded))
    assert coder(*ways[1]) is coder.known[ways[1][0].tobytes(), DEEP]


def test_the_mean_of_some_slices_is_theirs_and_of_none_is_missing(volume: np.ndarray) -> None:
    (found,) = Coder(volume, [1.0], 65535)(np.ones(6, bool), SETTINGS)
    some = np.array([True, False, False, True, False, False])
    assert found.mean_psnr_db(some) == found.slice_psnr_db[[0, 3]].mean()
    assert np.isnan(found.mean_psnr_db(np.zeros(6, bool)))
