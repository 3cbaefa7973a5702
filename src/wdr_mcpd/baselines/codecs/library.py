"""Codecs of the library imagecodecs, as library.yaml describes how they are called."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from wdr_mcpd.baselines.codecs.contract import Array, Codec, Control
from wdr_mcpd.baselines.codecs.frame import Frame

Options = Mapping[str, Any]


@dataclass(frozen=True)
class Imagecodec(Codec):
    """One coder of the library.

    Attributes
    ----------
    coder : what its functions are called by, before `_encode` and `_decode`
    encoding, decoding : options of these functions
    lossy, without_loss : further options of the encoder, at a quality or without one
    slices : whether each slice is a stream of its own
    kind, channels : type of the samples that the coder is given, if not the volume's, and how many equal ones
    shaped : whether the decoder must be told shape and type
    """

    name: str
    label: str
    coder: str
    control: Control | None = None
    lossless: bool = False
    bits: int = 16
    library: str = "imagecodecs"
    slices: bool = False
    kind: str = ""
    channels: int = 1
    shaped: bool = False
    encoding: Options = field(default_factory=dict)
    lossy: Options = field(default_factory=dict)
    without_loss: Options = field(default_factory=dict)
    decoding: Options = field(default_factory=dict)

    def options(self, bits: int, quality: float | None) -> dict[str, Any]:
        """Give the options of the encoder."""
        meant = {"quality": quality, "bits": bits}
        given = {**self.encoding, **(self.without_loss if quality is None else self.lossy)}
        return {key: meant.get(value, value) for key, value in given.items()}

    def compress(self, volume: Array, bits: int, quality: float | None) -> list[bytes]:
        """Code the volume, or each slice."""
        encode = self._function("encode")
        given = volume.astype(self.kind) if self.kind else volume
        if self.channels > 1:
            given = np.repeat(given[..., None], self.channels, axis=-1)
        return [encode(x, **self.options(bits, quality)) for x in (given if self.slices else [given])]

    def expand(self, parts: list[bytes], frame: Frame) -> Array:
        """Decode the volume, or each slice."""
        decode = self._function("decode")
        shape = {"shape": frame.shape, "dtype": np.float32} if self.shaped else {}
        decoded = [decode(part, **shape, **self.decoding) for part in parts]
        return np.stack(decoded) if self.slices else np.asarray(decoded[0])

    def _function(self, way: str) -> Any:
        """Untyped, for the library's stubs ask for whole numbers where its codecs take fractions."""
        return getattr(import_module("imagecodecs"), f"{self.coder}_{way}")


def _described() -> dict[str, Imagecodec]:
    texts = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
    codecs = {}
    for name, given in texts.items():
        control = Control(**given.pop("control")) if "control" in given else None
        without_loss = given.pop("lossless", {})
        codecs[name] = Imagecodec(
            name, control=control, lossless=bool(without_loss), without_loss=without_loss, **given
        )
    return codecs


IMAGECODECS = _described()
"""By name, in the order of tables."""
