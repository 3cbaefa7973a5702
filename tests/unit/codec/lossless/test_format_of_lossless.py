"""The page on the payload is enough to write a decoder: one written from it decodes the same, bit for bit."""

import numpy as np
import pytest
from format_of_cc import PayloadEnds
from format_of_lossless import Decoder
from volumes import blobs

from wdr_mcpd.codec import lossless

VOLUMES = {
    "smooth": blobs((2, 14, 11), np.int16, 3) >> 6,
    "wide": blobs((1, 6, 13), np.uint16, 4),
    "masked": np.where(blobs((2, 13, 9), np.uint8, 5) < 60, 0, blobs((2, 13, 9), np.uint8, 5)),
    "few values": blobs((2, 11, 12), np.int16, 6) // 4000 * 400,
    "noise": np.random.default_rng(7).integers(-128, 128, (2, 12, 8)),
}


@pytest.mark.parametrize("effort", [1, 2])
@pytest.mark.parametrize("previewed", [False, True])
@pytest.mark.parametrize("name", VOLUMES)
def test_a_decoder_from_the_page_decodes_the_same(name: str, previewed: bool, effort: int) -> None:
    volume = VOLUMES[name].astype(np.int32)
    low, high = int(volume.min()), int(volume.max())
    preview = np.clip(volume + 3 * (volume % 5 - 2), low, high).astype(np.int32) if previewed else None
    payload = lossless.encode(volume, low, high, effort, preview)
    decoded = Decoder(payload.tobytes(), volume.shape, low, high, effort).decode(preview)
    np.testing.assert_array_equal(decoded, volume)


def test_it_stops_where_ours_stops() -> None:
    volume = VOLUMES["smooth"].astype(np.int32)
    low, high = int(volume.min()), int(volume.max())
    payload = lossless.encode(volume, low, high, 1)[:80]
    _, done = lossless.decode(payload, volume.shape, low, high, 1)
    assert 0 < done < volume.size
    with pytest.raises(PayloadEnds):
        Decoder(payload.tobytes(), volume.shape, low, high, 1).decode()
