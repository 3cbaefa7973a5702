"""Rate curves of our methods and of other codecs, their names, and their means over exams."""

from collections.abc import Mapping, Sequence

import pandas as pd

from wdr_mcpd.baselines.codecs import CODECS
from wdr_mcpd.methods import METHODS, Method

Methods = Mapping[str, Method]
WITHOUT_LOSS = {"jpeg2000-slices-quality": "JPEG 2000, slices", "htj2k-slices": "HTJ2K, slices"}
"""Names where nothing is lost, so that no rate or step can be equal."""


def labels(methods: Methods = METHODS) -> dict[str, str]:
    """Names for people in the order of tables: ours, the last of the registry first, then other codecs."""
    ours = {name: methods[name].label for name in reversed(list(methods))}
    return ours | {name: codec.label for name, codec in CODECS.items()}


def curves(exams: pd.DataFrame, voxels: Mapping[str, int]) -> pd.DataFrame:
    """Make rate curves of exams (`exam_quality`): the rate asked for, the rate really spent, the quality."""
    spent = 8 * exams["bytes"] / exams["exam"].map(voxels)
    named = exams.rename(columns={"exam_psnr_db": "psnr_db", "mean_ssim": "ssim"}).assign(actual_bpv=spent)
    return named[["exam", "method", "rate_bpv", "actual_bpv", "psnr_db", "ssim", "tumour_psnr_db"]]


def absent_points(
    curves: pd.DataFrame, names: Sequence[str], reasons: Mapping[tuple[str, str], str]
) -> list[str]:
    """Say of each codec which points of the curves it does not have, and why (`reasons`), a line for each."""
    exams, rates = curves["exam"].unique(), sorted(curves["rate_bpv"].unique())
    there = set(curves[["exam", "method", "rate_bpv"]].itertuples(index=False, name=None))
    lines: dict[str, list[str]] = {}
    for name in names:
        for exam in exams:
            missed = ", ".join(f"{rate:g}" for rate in rates if (exam, name, rate) not in there)
            if missed:
                line = f"{CODECS[name].label}: not within 1 % of {missed} bits per voxel"
                lines.setdefault(reasons.get((exam, name), line), []).append(exam)
    return [f"{line} ({', '.join(exams)})" for line, exams in lines.items()]


def with_mean(
    points: pd.DataFrame, alone: bool = False, by: Sequence[str] = ("method", "rate_bpv")
) -> pd.DataFrame:
    """Add the mean over the exams where there are several, as an exam of its own; or give it alone.

    A point (named by the columns `by`) is only averaged if every exam has it, so that no mean is over the
    easy exams.
    """
    count = points["exam"].nunique()
    if count < 2:
        return points
    grouped = points.groupby(list(by), sort=False)
    everywhere = grouped["exam"].nunique() == count
    mean = grouped.mean(numeric_only=True)[everywhere].reset_index().assign(exam=f"mean of {count} exams")
    return mean if alone else pd.concat([points, mean], ignore_index=True)
