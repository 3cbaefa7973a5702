"""What compression does to the things that a tumour is judged by, and the ratios that radiologists recommend.

The segmentation is a simple one that anybody can repeat (Otsu's threshold in the surroundings of the known
mask), not a clinical one: what counts is how much it changes when the same steps see the reconstruction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wdr_mcpd.data import read_exam
from wdr_mcpd.study.cuts import decoded_cuts
from wdr_mcpd.study.frames import write_csv
from wdr_mcpd.study.readings import PAPER_BITS, significant_bits

Mask = NDArray[np.bool_]
FEATURES = (
    *("mean", "median", "percentile_10", "percentile_90", "standard_deviation"),
    *("skewness", "kurtosis", "entropy"),
)
COLUMNS = [
    *("exam", "method", "rate_bpv", "ratio_allocated", "ratio_significant", "cnr_original", "cnr"),
    *("volume_original_mm3", "volume_mm3", "dice", "dice_with_mask"),
    *(f"{feature}_change" for feature in FEATURES),
]
NEAR, FAR = 2, 6  # voxels in plane: the surroundings are between them and the mask
BINS = 64  # of the histogram behind the entropy


@dataclass(frozen=True)
class Recommendation:
    """Up to which compression ratio a radiological society takes lossy MR for diagnosis.

    Attributes
    ----------
    society, year : who, when
    ratio : largest recommended ratio for MR of the brain
    source : where it stands
    """

    society: str
    year: int
    ratio: float
    source: str


RECOMMENDATIONS = (
    Recommendation(
        "German Radiological Society (DRG)",
        2009,
        7,
        "Loose et al., Kompression digitaler Bilddaten in der Radiologie, RoeFo 181, 2009: MR, all "
        "applications, for JPEG and JPEG 2000 (read in the abstract)",
    ),
    Recommendation(
        "Canadian Association of Radiologists (CAR)",
        2008,
        24,
        "CAR Standards for Irreversible Compression in Digital Diagnostic Imaging within Radiology: MR, all "
        "regions (second-hand: read in a reprint of its table)",
    ),
)
"""Those whose numbers could be read. The Royal College of Radiologists (2008) has some too, and the European
Society of Radiology (Usability of irreversible image compression in radiological imaging, Insights into
Imaging 2, 2011) discusses all three."""


def surroundings(mask: Mask) -> Mask:
    """Mark the voxels between `NEAR` and `FAR` steps in plane of a mask (slice, row, column)."""
    near, far = (_grown(mask, size) for size in (NEAR, FAR))
    return far & ~near


def contrast_to_noise(voxels: NDArray[Any], mask: Mask) -> float:
    """Difference of the means of mask and surroundings, over the standard deviation of the surroundings."""
    inside, outside = (voxels[region].astype(np.float64) for region in (mask, surroundings(mask)))
    return float((inside.mean() - outside.mean()) / (outside.std() or 1.0))


def segmentation(voxels: NDArray[Any], mask: Mask) -> Mask:
    """Segment a bright tumour: above Otsu's threshold in and around the mask, touching it.

    Parameters
    ----------
    voxels : ndarray (slice, row, column)
    mask : ndarray (slice, row, column) bool, where the tumour is known to be; not empty

    Returns
    -------
    ndarray (slice, row, column) bool
        The largest connected part that shares voxels with the mask; the part below the threshold where the
        mask is darker than its surroundings.
    """
    from skimage.filters import threshold_otsu
    from skimage.measure import label

    region = _grown(mask, FAR)
    limit = threshold_otsu(voxels[region])
    bright = contrast_to_noise(voxels, mask) >= 0
    parts = label(region & ((voxels > limit) if bright else (voxels <= limit)))
    sizes = np.bincount(parts[mask])
    if len(sizes) < 2:
        return np.zeros_like(mask)
    sizes[0] = 0
    found: Mask = parts == int(sizes.argmax())
    return found


def dice(first: Mask, second: Mask) -> float:
    """Dice overlap of two masks; 1 where both are empty."""
    both = int(first.sum()) + int(second.sum())
    return 2 * int((first & second).sum()) / both if both else 1.0


def first_order(values: NDArray[Any]) -> dict[str, float]:
    """Statistics of the intensities of a region, those that radiomics calls first-order features."""
    from scipy.stats import entropy, kurtosis, skew

    wide = values.astype(np.float64)
    low, median, high = np.quantile(wide, [0.1, 0.5, 0.9])
    form = (skew(wide), kurtosis(wide)) if np.ptp(wide) else (np.nan, np.nan)  # one value has none
    plain = wide.mean(), median, low, high, wide.std()
    spread = entropy(np.histogram(wide, BINS)[0], base=2)
    return dict(zip(FEATURES, map(float, (*plain, *form, spread)), strict=True))


def fidelity(
    exam: str,
    method: str,
    original: NDArray[Any],
    stream: bytes,
    rates: Sequence[float],
    mask: Mask,
    voxel_mm3: float,
) -> pd.DataFrame:
    """Cut a stream at each rate and compare what the tumour is judged by with the original.

    Parameters
    ----------
    exam, method : names of the rows
    original : ndarray (slice, row, column)
    stream : encoded at the highest of the rates or above
    rates : bits per voxel
    mask : ndarray (slice, row, column) bool, the tumour
    voxel_mm3 : volume of a voxel

    Returns
    -------
    DataFrame
        One row per rate, none for an empty mask: the ratio on allocated and on significant bits; contrast to
        noise before and after; volume of the segmentation before and after, their Dice overlap and that with
        the mask; and for each first-order feature f of the mask `f_change`, the difference over the
        original's standard deviation (of the skewness, kurtosis and entropy the plain difference).
    """
    if not mask.any():
        return pd.DataFrame(columns=COLUMNS)
    before, before_mask = first_order(original[mask]), segmentation(original, mask)
    needed, noise = significant_bits(original), contrast_to_noise(original, mask)
    rows = []
    rising = tuple(sorted(rates))
    for rate, (size, decoded) in zip(rising, decoded_cuts(stream, rising), strict=True):
        bits = 8 * size / original.size
        after, after_mask = first_order(decoded[mask]), segmentation(decoded, mask)
        row: dict[str, Any] = {"exam": exam, "method": method, "rate_bpv": rate}
        row |= {"ratio_allocated": PAPER_BITS / bits, "ratio_significant": needed / bits}
        row |= {"cnr_original": noise, "cnr": contrast_to_noise(decoded, mask)}
        row |= {
            "volume_original_mm3": before_mask.sum() * voxel_mm3,
            "volume_mm3": after_mask.sum() * voxel_mm3,
        }
        row |= {"dice": dice(before_mask, after_mask), "dice_with_mask": dice(after_mask, mask)}
        spread = before["standard_deviation"] or 1.0
        for name, value in after.items():
            unit = 1.0 if name in ("skewness", "kurtosis", "entropy") else spread
            row[f"{name}_change"] = (value - before[name]) / unit
        rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS)


def recommended(ratios: pd.DataFrame) -> pd.DataFrame:
    """Set measured ratios beside what the societies recommend for MR.

    Parameters
    ----------
    ratios : means over subjects with `rate_bpv`, `ratio_allocated` and `ratio_significant`

    Returns
    -------
    DataFrame
        One row per recommendation and rate, with `within_allocated` and `within_significant`: whether the
        ratio is at most the recommended one, counted on allocated and on significant bits.
    """
    means = (
        ratios.groupby("rate_bpv", sort=True)[["ratio_allocated", "ratio_significant"]].mean().reset_index()
    )
    known = pd.DataFrame([vars(one) for one in RECOMMENDATIONS])
    joined = known.merge(means, how="cross")
    for kind in ("allocated", "significant"):
        joined[f"within_{kind}"] = joined[f"ratio_{kind}"] <= joined["ratio"]
    return joined


def _grown(mask: Mask, steps: int) -> Mask:
    return _grown_of(mask.tobytes(), mask.shape, steps)


@lru_cache(maxsize=2)
def _grown_of(mask: bytes, shape: tuple[int, ...], steps: int) -> Mask:
    """Grow a mask once for all rates and methods."""
    from skimage.morphology import dilation, disk

    parts = np.frombuffer(mask, bool).reshape(shape)
    return np.array([dilation(part, disk(steps)) if part.any() else part for part in parts])


def fidelity_of_exam(*, volume: Path, streams: list[Path], out: Path, exam: str, rates: list[float]) -> None:
    """Step: what the stream of each method, METHOD.wdr, does to the tumour of an exam; empty without one."""
    read = read_exam(volume).volume
    mask = np.zeros(read.voxels.shape, bool) if read.mask is None else read.mask
    size = float(np.prod(read.spacing))
    found = [fidelity(exam, path.stem, read.voxels, path.read_bytes(), rates, mask, size) for path in streams]
    write_csv(pd.concat(found, ignore_index=True), out)
