"""The page on the coherence coder is enough to write a decoder: one written from it decodes the streams."""

from importlib.resources import files

import numpy as np
import pytest
from format_of_cc import Decoder
from volumes import blobs

from wdr_mcpd.codec import Settings
from wdr_mcpd.codec.cc import coder
from wdr_mcpd.codec.cc.layout import SplitLayout
from wdr_mcpd.codec.cc.reconstruction import centres
from wdr_mcpd.codec.quantise import transformed


@pytest.mark.parametrize("shape", [(3, 17, 20), (1, 24, 20), (9, 12, 11)])
@pytest.mark.parametrize(("decomposition", "axial"), [("packet", 0), ("packet", 2), ("dyadic", 2)])
@pytest.mark.parametrize("share", [0.3, 1.0])
@pytest.mark.parametrize("earlier", [False, True])
def test_a_decoder_from_the_page_decodes_the_same(
    shape: tuple[int, int, int], decomposition: str, axial: int, share: float, earlier: bool
) -> None:
    volume = blobs(shape, np.int16, 3) >> 5
    settings = Settings("cc", decomposition, 3, axial, lossless=decomposition == "dyadic")
    part = transformed(volume, settings, int(volume.min()), int(volume.max()))
    payload = coder.encode(part.coefficients, part.layout, part.planes - 1, 1 << 30, earlier)
    payload = payload[: int(share * payload.size)].copy()
    parts = part.layout.parts if isinstance(part.layout, SplitLayout) else [0] * len(part.layout.subbands)
    start = None if earlier else dict(np.load(str(files("wdr_mcpd.codec.cc").joinpath("start.npz"))))
    decoded = Decoder(payload.tobytes(), part.layout, parts, part.planes, start).values()
    expected = coder.decode(payload, part.layout, part.planes - 1, earlier)
    np.testing.assert_allclose(decoded, expected, rtol=1e-6)
    assert np.count_nonzero(expected) > 0.01 * expected.size


@pytest.mark.parametrize("shape", [(3, 25, 36), (1, 24, 20), (9, 12, 11)])
@pytest.mark.parametrize("axial", [0, 2])
@pytest.mark.parametrize("rate", [1.5, 3.0])
@pytest.mark.parametrize("share", [0.3, 0.7, 1.0])
def test_a_decoder_from_the_page_decodes_dependent_indices(
    shape: tuple[int, int, int], axial: int, rate: float, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coder, "FEWEST", 0)
    volume = blobs(shape, np.int16, 3)
    settings = Settings("cc", "packet", 3, axial)
    part = transformed(volume, settings, int(volume.min()), int(volume.max()))
    found = coder.fitted(part.coefficients, part.layout, int(rate * volume.size / 8))
    assert found is not None
    payload = found.payload[: int(share * found.payload.size)].copy()
    start = dict(np.load(str(files("wdr_mcpd.codec.cc").joinpath("start.npz"))))
    decoder = Decoder(payload.tobytes(), part.layout, part.layout.parts, found.planes, start, True)
    known = coder.known_from(payload, part.layout, found.planes - 1, coder.DEPENDENT)
    expected = centres(known, part.layout.size, 1.0)[0]
    np.testing.assert_allclose(decoder.values(), expected, rtol=1e-6)
    assert np.count_nonzero(expected) > 0.01 * expected.size
