"""HEVC by x265 through PyAV: slices as frames of a 12-bit monochrome video, tuned for PSNR, one thread."""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from wdr_mcpd.baselines.codecs.contract import Array, Codec, Control
from wdr_mcpd.baselines.codecs.frame import Frame
from wdr_mcpd.errors import StreamError

FORMAT = "gray12le"
RATE_FACTOR = Control("rate factor", 51, -20, finest=3e-4)
SMALLEST = 64
"""Rows and columns of one coding tree unit; x265 damages the memory of the process in narrower frames."""
ONE_THREAD = "pools=none:frame-threads=1:wpp=0:log-level=error:info=0"


@dataclass(frozen=True)
class X265(Codec):
    """One preset of x265; without a quality its lossless mode."""

    name: str
    label: str
    preset: str
    library: str = "av"
    bits: int = 12
    control: Control = RATE_FACTOR
    lossless: bool = True
    pb_ratio: float = 1.3  # x265's default

    @property
    def nearby(self) -> tuple["X265", ...]:
        """Other ratios of P to B frames: all blocks of a frame share one whole-number step, so sizes jump."""
        return tuple(replace(self, pb_ratio=ratio) for ratio in (1.25, 1.35, 1.2, 1.4))

    def refusal(self, volume: Array) -> str | None:
        """Also refuse slices smaller than `SMALLEST` either way."""
        reason = super().refusal(volume)
        if reason or min(volume.shape[1:]) >= SMALLEST:
            return reason
        _, rows, columns = volume.shape
        return f"{self.label}: takes slices of {SMALLEST} x {SMALLEST} and more, these are {rows} x {columns}"

    def compress(self, volume: Array, bits: int, quality: float | None) -> list[bytes]:
        """Code the volume at the rate factor `quality` (CRF; below 0 is finer than 8-bit video needs)."""
        import av

        _, rows, columns = volume.shape
        rate = "lossless=1" if quality is None else f"crf={quality:.4f}:pbratio={self.pb_ratio}"
        coder = av.VideoCodecContext.create("libx265", "w")
        coder.width, coder.height, coder.pix_fmt = columns, rows, FORMAT
        coder.time_base, coder.framerate = Fraction(1, 25), Fraction(25, 1)
        coder.thread_count = 1
        coder.options = {"preset": self.preset, "tune": "psnr", "x265-params": f"{rate}:{ONE_THREAD}"}
        packets = []
        for number, pixels in enumerate(volume.astype(np.uint16)):
            frame = av.VideoFrame.from_ndarray(pixels, format=FORMAT)
            frame.pts = number
            packets += coder.encode(frame)
        packets += coder.encode(None)
        return [b"".join(bytes(packet) for packet in packets)]

    def expand(self, parts: list[bytes], frame: Frame) -> Array:
        """Decode the frames in display order."""
        import av

        coder = av.VideoCodecContext.create("hevc", "r")
        coder.thread_count = 1
        coder.thread_type = "NONE"
        pictures: list[Any] = []
        for packet in coder.parse(parts[0]) + coder.parse(b""):
            pictures += coder.decode(packet)
        pictures += coder.decode(None)
        if len(pictures) != frame.shape[0]:
            raise StreamError(f"x265: {len(pictures)} frames came back of {frame.shape[0]}")
        return np.stack([picture.to_ndarray() for picture in pictures])
