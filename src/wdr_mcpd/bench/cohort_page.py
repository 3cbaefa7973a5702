"""Our coders beside the strongest peers on open cohorts, as a generated part of docs/benchmarks.md."""

import pandas as pd

from wdr_mcpd.baselines.curves import WITHOUT_LOSS, labels
from wdr_mcpd.bench.cohorts import LOSSY, SLICES
from wdr_mcpd.bench.lossless import EFFORTS
from wdr_mcpd.render.pages import fill
from wdr_mcpd.render.tables import markdown_table
from wdr_mcpd.study.rates import at_log_rate

BEGIN, END = "<!-- cohorts: written by make bench-cohorts -->\n", "<!-- end of cohorts -->\n"
FAST, SHORT = EFFORTS[1].name, EFFORTS[2].name
REFERENCE = "jpegxl"
WAYS = {"Encoding speed (JPEG XL = 1)": "encode_s", "Decoding speed (JPEG XL = 1)": "decode_s"}


def cohorts_section(lossless: pd.DataFrame, quality: pd.DataFrame) -> str:
    """Write both sections, from tables of the benchmarks of these names with a column `kind`."""
    order = list(lossless["method"].unique())
    bits = lossless.pivot(index=["kind", "volume"], columns="method", values="bpv")
    best = bits.drop(columns=[FAST, SHORT]).min(axis=1)
    mean = bits.groupby("kind", sort=False).mean().reindex(lossless["kind"].unique())[order]
    speed = speeds(lossless)
    names = dict(zip(lossless["method"], lossless["label"], strict=True)) | WITHOUT_LOSS
    shown = pd.concat([mean.map("{:.3f}".format), speed.T.map("{:.2f}".format)]).rename(columns=names)
    shown.insert(0, "Volumes", bits.groupby("kind").size().map(str).reindex(shown.index, fill_value=""))
    fast = lossless[lossless["method"] == FAST]
    voxels = 8e-6 * fast["bytes"] / fast["bpv"]
    return fill(
        "cohorts.md",
        slices=SLICES,
        sizes=markdown_table(shown.reset_index(names="Kind")),
        count=len(bits),
        verified=int(lossless["verified"].sum()),
        streams=len(lossless),
        ours={
            name: (int((bits[name] < best).sum()), float((1 - bits[name] / best).min()))
            for name in (FAST, SHORT)
        },
        fast=[(voxels / fast[way]).median() for way in WAYS.values()],
        processor=lossless["processor"].iloc[0],
        slower=speed.loc[FAST] / speed.loc[SHORT],
        gains=_gains_table(gains(quality)),
    )


def speeds(lossless: pd.DataFrame) -> pd.DataFrame:
    """Speed of each method, both ways, against JPEG XL at effort 7: medians over volumes of ratios."""
    ratios = {}
    for way, name in WAYS.items():
        seconds = lossless.pivot(index="volume", columns="method", values=name)
        ratios[way] = (1 / seconds).mul(seconds[REFERENCE], axis=0).median()
    return pd.DataFrame(ratios).loc[lossless["method"].unique()]


def gains(quality: pd.DataFrame) -> pd.DataFrame:
    """Decibels by which 3D-WDR-CC is ahead of each other at the rate which that one really spent.

    One row per volume, other method and rate that it reached: kind, volume, method, rate_bpv, gain_db.
    """
    rows = []
    for (kind, volume), curves in quality.groupby(["kind", "volume"], sort=False):
        ours = curves[curves["method"] == LOSSY[0]].sort_values("actual_bpv")
        for method in LOSSY[1:]:
            theirs = curves[curves["method"] == method]
            at = at_log_rate(ours["actual_bpv"], ours["psnr_db"], theirs["actual_bpv"])
            found = pd.DataFrame({"rate_bpv": theirs["rate_bpv"], "gain_db": at - theirs["psnr_db"]})
            rows.append(found.assign(kind=str(kind), volume=str(volume), method=method))
    return pd.concat(rows, ignore_index=True)


def _gains_table(gains: pd.DataFrame) -> str:
    """Means over the volumes of a kind, with their number where it is not the kind's."""
    by_rate = gains.groupby(["kind", "method", "rate_bpv"], sort=False)["gain_db"]
    mean, count = by_rate.mean().unstack(sort=False), by_rate.count().unstack(sort=False)
    volumes = gains.groupby("kind")["volume"].nunique()
    texts = mean.map("{:+.2f}".format)
    fewer = count.lt(volumes.reindex(count.index.get_level_values("kind")).to_numpy(), axis=0)
    texts = texts.where(~fewer, texts + count.map(" ({:.0f})".format)).where(mean.notna(), "-")
    texts.columns = [f"{rate:g} bpv" for rate in texts.columns]
    rows = texts.reset_index()
    rows["method"] = rows["method"].map(labels())
    rows.insert(1, "Volumes", rows["kind"].map(volumes).map(str))
    return markdown_table(rows.rename(columns={"kind": "Kind", "method": "Against"}), [True, False, True])
