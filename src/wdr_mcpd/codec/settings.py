"""How a volume is to be coded, and whether that can be."""

from dataclasses import dataclass, replace
from typing import Any

from wdr_mcpd.errors import InputError

CODER_NAMES = ("wdr", "wdr-reference", "cc-1", "cc")  # in the order of their numbers in a stream
CDF97 = "bior4.4"  # the name of the CDF 9/7 in PyWavelets
DECOMPOSITIONS = ("packet", "dyadic")
EFFORTS = (1, 2)


@dataclass(frozen=True)
class Settings:
    """How a group of slices is coded.

    `coder`: "wdr" (ours), "wdr-reference" (the reference's choices), "cc" (coherence-conditioned contexts)
    or "cc-1" (the first version of that).
    `decomposition`: "packet" (axial and in-plane levels independent) or "dyadic".
    `in_plane_levels`, `axial_levels`: at most so many; "auto" tries 0 to 4 axial levels.
    `lossless`: every voxel restored, by the reversible 5/3 transform; coder cc predicts voxels in the image
    domain instead where everything is coded.
    `wavelet`: a discrete wavelet of PyWavelets, orthogonal or biorthogonal; "bior4.4" is the CDF 9/7.
    `effort`: how hard coder cc tries without loss, 1 or 2, which is shorter and some fifteen times slower.
    `preview`: bits per voxel of an embedded beginning, with which such a stream can be cut; 0 for none.
    `progressive`: the stream will be cut, so every beginning of it is to be good; else coder "cc" quantises
    for the size asked for.
    `fast`: without the network that restores decoded slices of coder "cc", for decoding in less time.
    """

    coder: str = "wdr"
    decomposition: str = "packet"
    in_plane_levels: int = 5
    axial_levels: int | str = "auto"
    lossless: bool = False
    wavelet: str = CDF97
    effort: int = 1
    preview: float = 0.0
    progressive: bool = False
    fast: bool = False

    @property
    def predicts(self) -> bool:
        """Whether voxels are predicted in the image domain if everything is coded."""
        return self.lossless and self.coder == "cc"

    @property
    def lossy_packet(self) -> bool:
        """Whether a coder uses the transform of its own, if it has one, and all that follows from it."""
        return not self.lossless and self.decomposition == "packet"


DEFAULT = Settings()


def changed(settings: Settings, changes: dict[str, Any]) -> Settings:
    """Return the settings with some of their fields changed; InputError for a field that there is not."""
    unknown = [name for name in changes if name not in vars(settings)]
    if unknown:
        raise InputError(f"unknown codec setting {', '.join(unknown)}; known: {', '.join(vars(settings))}")
    return replace(settings, **changes)


def check_settings(settings: Settings) -> None:
    """Raise InputError if the settings name what is not known or cannot go together."""
    if settings.coder not in CODER_NAMES:
        raise InputError(f"unknown coder {settings.coder!r}; known: {', '.join(CODER_NAMES)}")
    if settings.decomposition not in DECOMPOSITIONS:
        raise InputError(f"decomposition must be packet or dyadic, not {settings.decomposition!r}")
    if not _is_count(settings.in_plane_levels):
        raise InputError(f"in_plane_levels must be 0 or more, not {settings.in_plane_levels!r}")
    if settings.axial_levels != "auto" and not _is_count(settings.axial_levels):
        raise InputError(f"axial_levels must be auto or 0 or more, not {settings.axial_levels!r}")
    if settings.effort not in EFFORTS or isinstance(settings.effort, bool):
        raise InputError(f"effort must be 1 or 2, not {settings.effort!r}")
    if isinstance(settings.preview, bool) or not 0 <= settings.preview < float("inf"):
        raise InputError(f"preview must be 0 or more bits per voxel, not {settings.preview!r}")
    if (settings.effort, settings.preview) != (1, 0) and not settings.predicts:
        raise InputError("effort and preview are for coding without loss by coder cc")
    for name in ("lossless", "progressive", "fast"):
        if not isinstance(getattr(settings, name), bool):
            raise InputError(f"{name} must be true or false, not {getattr(settings, name)!r}")
    if settings.fast and (settings.coder != "cc" or not settings.lossy_packet):
        raise InputError("fast: there is no network to leave out; only coder cc has one, for lossy packets")
    if settings.wavelet != CDF97:
        check_wavelet(settings.coder, settings.lossless, settings.wavelet)


def check_wavelet(coder: str, lossless: bool, wavelet: str) -> None:
    """Raise InputError if a wavelet other than the CDF 9/7 cannot be used, in general or here."""
    if lossless:
        raise InputError(f"wavelet {wavelet}: lossless coding has the reversible 5/3, and no other wavelet")
    if coder in ("cc", "cc-1"):
        raise InputError(f"wavelet {wavelet}: coder {coder} has wavelets of its own, and takes no other")
    from wdr_mcpd.codec.filter_bank import bank

    bank(wavelet)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
