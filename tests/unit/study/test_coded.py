"""What is measured at each rate is what the file of that size decodes to."""

import numpy as np

from wdr_mcpd import codec
from wdr_mcpd.study.coded import coded_at_rates
from wdr_mcpd.study.metrics import pooled_psnr, slice_psnr

SETTINGS = codec.Settings(axial_levels=1)
GROUPS = [(1, 2, 4), (0,), (3,), (5,)]


def test_one_encoding_serves_every_rate(volume: np.ndarray) -> None:
    rates = [1.0, 0.5]
    for rate, found in zip(rates, coded_at_rates(volume, GROUPS, SETTINGS, rates, 65535), strict=True):
        stream = codec.encode(volume, GROUPS, SETTINGS, rate=rate)
        decoded = codec.decode(stream)
        assert found.size == len(stream)
        np.testing.assert_allclose(found.slice_psnr_db, slice_psnr(volume, decoded))
        np.testing.assert_allclose(found.exam_psnr_db, pooled_psnr(volume, decoded))


def test_the_mean_of_some_slices_is_theirs_and_of_none_is_missing(volume: np.ndarray) -> None:
    found = coded_at_rates(volume, None, SETTINGS, [1.0], 65535)[0]
    some = np.array([True, False, False, True, False, False])
    assert found.mean_psnr_db(some) == found.slice_psnr_db[[0, 3]].mean()
    assert np.isnan(found.mean_psnr_db(np.zeros(6, bool)))
