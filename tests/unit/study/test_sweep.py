"""The sweep encodes selections, not thresholds, and measures what real files decode to."""

from collections.abc import Callable

import numpy as np
import pytest

from wdr_mcpd import codec, methods
from wdr_mcpd.coherence import average_mcpd, select
from wdr_mcpd.study.metrics import pooled_psnr, slice_psnr
from wdr_mcpd.study.sweep import sweep, thresholds_of

SETTINGS = codec.Settings(axial_levels=3)


def test_the_grid_holds_the_configured_threshold_and_no_rounding_noise() -> None:
    grid = thresholds_of({"start": 0.2, "stop": 1.2, "num": 101}, 0.5)
    assert len(grid) == 101
    assert 0.5 in grid
    assert 0.21 in grid
    assert len(thresholds_of({"start": 0.2, "stop": 1.2, "num": 101}, 0.505)) == 102


def test_a_thousand_thresholds_encode_at_most_one_more_than_the_slices(
    head: Callable[..., np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    volume = head(slices=20, size=16)
    made: list[int] = []
    encode = codec.encode

    def counting(*arguments: object, **options: object) -> bytes:
        made.append(1)
        return encode(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(codec, "encode", counting)
    for reference in ("following", "all"):
        average = average_mcpd(volume, reference=reference)
        made.clear()
        thresholds = thresholds_of({"start": 0.0, "stop": float(average.max()) + 0.1, "num": 1001}, 0.5)
        frame = sweep("a_1", volume, average, "std", thresholds, [2.0], SETTINGS, 65535)
        assert len(frame) >= 1001
        assert frame["selected_slices"].nunique() > 15
        assert len(made) <= 21
        assert (frame["encodings"] == len(made)).all()


def test_rows_are_the_quality_of_the_method_at_that_threshold(volume: np.ndarray) -> None:
    average = average_mcpd(volume)
    threshold = float(np.median(average))
    frame = sweep("a_1", volume, average, "std", [threshold], [0.5, 1.0], SETTINGS, 65535)
    row = frame[frame["rate_bpv"] == 0.5].iloc[0]
    selected = select(average, threshold)

    def decoded(method: str) -> np.ndarray:
        options = {"threshold": threshold, "axial_levels": 3}
        return codec.decode(methods.encode(volume, method, 1.0, **options), rate=0.5)

    proposed, reference = decoded("3d-wdr-mcpd"), decoded("3d-wdr")
    assert row["selected_slices"] == selected.sum()
    assert row["selected_psnr_db"] == pytest.approx(slice_psnr(volume, proposed)[selected].mean())
    assert row["selected_3d_wdr_psnr_db"] == pytest.approx(slice_psnr(volume, reference)[selected].mean())
    assert row["exam_gain_db"] == pytest.approx(
        pooled_psnr(volume, proposed) - pooled_psnr(volume, reference)
    )
    assert row["bytes"] == int(0.5 * volume.size / 8)


def test_selecting_all_is_3d_wdr_and_selecting_none_is_2d_wdr(volume: np.ndarray) -> None:
    average = average_mcpd(volume, reference="all")
    frame = sweep("a_1", volume, average, "std", [0.0, 9.0], [1.0], SETTINGS, 65535)
    none, everything = frame.iloc[0], frame.iloc[1]
    assert (none["selected_slices"], everything["selected_slices"]) == (0, 6)
    assert np.isnan(none["selected_gain_db"])
    assert everything["exam_gain_db"] == 0
    single = codec.decode(codec.encode(volume, [(i,) for i in range(6)], SETTINGS, rate=1.0))
    assert none["exam_psnr_db"] == pytest.approx(pooled_psnr(volume, single))
