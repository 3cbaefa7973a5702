"""Images of other kinds than scanned ones."""

import numpy as np

from wdr_mcpd.bench import lossless_kinds as kinds


def test_images_are_of_the_kinds_that_they_are_said_to_be() -> None:
    rng = np.random.default_rng(3)
    volume = (200 + np.cumsum(rng.normal(0, 20, (6, 32, 40)), axis=2)).clip(0).astype(np.uint16)
    made = dict(kinds.made_up(volume))
    assert set(made) == {"zero-filled", "masked", "noise", "drawn"}
    spectrum = np.abs(np.fft.fftshift(np.fft.fft2(made["zero-filled"]), axes=(1, 2)))
    assert made["zero-filled"].shape == (4, 32, 40)
    assert spectrum[:, :7].max() < 0.01 * spectrum.max()
    assert 0.2 < np.mean(made["masked"] == 0) < 0.8
    shown = made["masked"] > 0
    np.testing.assert_array_equal(made["masked"][shown], volume[1:5][shown])
    noise = made["noise"].astype(float)
    assert abs(np.corrcoef(noise[:, :, 1:].ravel(), noise[:, :, :-1].ravel())[0, 1]) < 0.02


def test_the_kind_of_a_scanned_volume_is_in_its_name(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(kinds, "CONTESTANTS", kinds.CONTESTANTS[1:2])
    monkeypatch.setattr(kinds, "made_up", lambda volume: iter([("noise", volume)]))
    volume = np.arange(2 * 8 * 8, dtype=np.int16).reshape(2, 8, 8)
    table = kinds.lossless_kinds({"cohort/a": volume, "b": volume})
    assert table["kind"].tolist() == ["cohort", "scanned", "noise"]
    assert table["verified"].all()
