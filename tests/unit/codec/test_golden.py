"""Streams written by earlier versions must decode to the same voxels for ever.

`python tests/unit/codec/test_golden.py NAME...` writes streams that are missing; it never replaces one.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from volumes import blobs, discs

from wdr_mcpd import codec
from wdr_mcpd.codec import Geometry, Scaling, Settings
from wdr_mcpd.errors import StreamError

STREAMS = Path(__file__).parents[2] / "data" / "streams"
INDEX = STREAMS / "voxels.sha256.json"

MEMBERS = ((1, 2, 5), (0,), (3,), (4,))
RECIPES = {
    "wdr-packet": (np.int16, None, Settings(axial_levels=2), 3.0),
    "wdr-packet-whole": (np.uint8, None, Settings(axial_levels=0), None),
    "wdr-dyadic": (np.uint16, None, Settings(decomposition="dyadic", axial_levels=3), 4.0),
    "wdr-groups": (np.int16, MEMBERS, Settings(axial_levels=1), 2.0),
    "wdr-slices": (np.uint16, tuple((i,) for i in range(6)), Settings(), 2.0),
    "wdr-lossless": (np.int8, None, Settings(axial_levels=1, lossless=True), None),
    "reference-packet": (np.int16, None, Settings("wdr-reference", axial_levels=2), 3.0),
    "reference-lossless": (np.uint8, MEMBERS, Settings("wdr-reference", axial_levels=1, lossless=True), None),
    "cc-packet": (np.int16, None, Settings("cc-1", axial_levels=0), 3.0),
    "cc-packet-whole": (np.uint8, None, Settings("cc-1", axial_levels=2), None),
    "cc-dyadic": (np.uint16, None, Settings("cc-1", decomposition="dyadic", axial_levels=3), 4.0),
    "cc-groups": (np.int16, MEMBERS, Settings("cc-1", axial_levels=1), 2.0),
    "cc-lossless": (np.int8, None, Settings("cc-1", axial_levels=1, lossless=True), None),
    "cc2-packet": (np.int16, None, Settings("cc", axial_levels=0, progressive=True), 3.0),
    "cc2-packet-low": (np.uint16, None, Settings("cc", axial_levels=1, progressive=True), 1.5),
    "cc2-packet-whole": (np.uint8, None, Settings("cc", axial_levels=2), None),
    "cc2-fast": (np.int16, None, Settings("cc", axial_levels=1, progressive=True, fast=True), 1.5),
    "cc2-dyadic": (np.uint16, None, Settings("cc", decomposition="dyadic", axial_levels=3), 4.0),
    "cc2-groups": (np.int16, MEMBERS, Settings("cc", axial_levels=1, progressive=True), 2.0),
    "cc2-lossless": (np.int8, None, Settings("cc", axial_levels=1, lossless=True), 64.0),
    "dependent-packet": (np.int16, None, Settings("cc", axial_levels=0), 3.0),
    "dependent-low": (np.uint16, None, Settings("cc", axial_levels=1), 1.0),
    "dependent-groups": (np.int16, MEMBERS, Settings("cc", axial_levels=1), 2.0),
    "dependent-restored": (np.int16, None, Settings("cc", axial_levels=1), 0.3),
    "predicted-fast": (np.int16, None, Settings("cc", lossless=True), None),
    "predicted-short": (np.uint8, MEMBERS, Settings("cc", lossless=True, effort=2), None),
    "predicted-preview": (np.uint16, None, Settings("cc", axial_levels=1, lossless=True, preview=2.0), None),
    "wdr-haar": (np.int16, None, Settings(axial_levels=2, wavelet="haar"), 3.0),
    "wdr-sym8": (np.uint16, MEMBERS, Settings(axial_levels=1, wavelet="sym8"), 3.0),
    "wdr-bior2.2": (np.uint8, None, Settings(axial_levels=1, wavelet="bior2.2"), None),
    "wdr-geometry": (np.int16, None, Settings(axial_levels=1), 4.0),
}
GEOMETRY = Geometry(((0, -0.5, 0, 12.25), (0.5, 0, 0, -7.0), (0, 0, 3.0, 0.125)), "RAS", "mm", 1, 2)
METADATA = {"wdr-geometry": {"geometry": GEOMETRY, "scaling": Scaling((2.5,), (-1024.0,))}}


def encoded(name: str) -> bytes:
    dtype, members, settings, rate = RECIPES[name]
    volume = discs(4, 64) if name == "dependent-restored" else blobs((6, 25, 20), dtype, 11)
    return codec.encode(volume, members, settings, rate=rate, **METADATA.get(name, {}))


def uncut(name: str) -> bool:
    settings, rate = RECIPES[name][2:]
    return settings.predicts and rate is None and not settings.preview


def fingerprint(data: bytes) -> str:
    voxels = codec.decode(data)
    little = voxels.astype(voxels.dtype.newbyteorder("<"), copy=False)
    return hashlib.sha256(f"{voxels.shape} {voxels.dtype} ".encode() + little.tobytes()).hexdigest()


def index() -> dict[str, dict[str, str | None]]:
    return json.loads(INDEX.read_text()) if INDEX.exists() else {}


@pytest.mark.parametrize("path", sorted(STREAMS.glob("*.wdr")), ids=lambda path: path.stem)
def test_streams_decode_bit_for_bit(path: Path) -> None:
    data = path.read_bytes()
    expected = index()[path.stem]
    assert fingerprint(data) == expected["whole"]
    if expected["first half"] is None:
        with pytest.raises(StreamError, match=r"is cut: \d of the \d slices"):
            codec.decode(data[: len(data) // 2])
    else:
        assert fingerprint(data[: len(data) // 2]) == expected["first half"]


def test_metadata_are_read_as_they_were_written() -> None:
    found = codec.metadata((STREAMS / "wdr-geometry.wdr").read_bytes())
    assert vars(found) == METADATA["wdr-geometry"]


def test_every_recipe_has_its_stream() -> None:
    assert set(RECIPES) <= {path.stem for path in STREAMS.glob("*.wdr")}


@pytest.mark.parametrize("name", RECIPES)
def test_same_volume_same_bytes(name: str) -> None:
    """Encoders may get better; until one does on purpose, the bytes are the same on every machine."""
    assert encoded(name) == (STREAMS / f"{name}.wdr").read_bytes()


if __name__ == "__main__":
    entries = index()
    for name in sys.argv[1:]:
        path = STREAMS / f"{name}.wdr"
        if not path.exists():
            data = encoded(name)
            path.write_bytes(data)
            entries[name] = {
                "whole": fingerprint(data),
                "first half": None if uncut(name) else fingerprint(data[: len(data) // 2]),
            }
    INDEX.write_text(json.dumps(entries, indent=2, sort_keys=True) + "\n")
