"""One stream measured at several rates equals measuring what each rate's own prefix decodes to."""

import numpy as np

from wdr_mcpd import codec
from wdr_mcpd.study.metrics import Reading, slice_psnr, slice_ssim
from wdr_mcpd.study.quality import COLUMNS, measure_stream

RATES = [2.0, 0.5, 1.0]


def test_every_rate_is_a_cut_of_the_one_stream(volume: np.ndarray, tumour: np.ndarray) -> None:
    stream = codec.encode(volume, rate=2.0)
    frame = measure_stream("a_1", "3d-wdr", volume, stream, RATES, Reading(), tumour)
    assert frame.columns.tolist() == COLUMNS
    assert frame["rate_bpv"].tolist() == [r for r in sorted(RATES) for _ in range(6)]
    for rate, rows in frame.groupby("rate_bpv"):
        decoded = codec.decode(stream[: int(rate * volume.size / 8)])
        assert set(rows["bytes"]) == {int(rate * volume.size / 8)}
        np.testing.assert_array_equal(rows["psnr_db"], slice_psnr(volume, decoded))
        np.testing.assert_array_equal(rows["ssim"], slice_ssim(volume, decoded))
        inside = slice_psnr(volume, decoded, mask=tumour)
        np.testing.assert_array_equal(rows["tumour_psnr_db"], inside)
        assert np.isfinite(inside).tolist() == [False, False, True, True, False, False]
        assert rows["tumour_voxels"].tolist() == [0, 0, 72, 72, 0, 0]


def test_quality_rises_with_the_rate(volume: np.ndarray) -> None:
    stream = codec.encode(volume, rate=2.0)
    frame = measure_stream("a_1", "3d-wdr", volume, stream, RATES, Reading())
    assert frame.groupby("rate_bpv")["psnr_db"].mean().is_monotonic_increasing
    assert frame["tumour_psnr_db"].isna().all()
