"""What 3D-WDR-CC had to reach, set before it was built, beside what it reaches."""

from pathlib import Path

import pandas as pd

from wdr_mcpd.study.frames import read_csv
from wdr_mcpd.study.peers import OUR_LABELS

METHOD = "3d-wdr-cc"
BESIDE = ("3d-wdr", "3d-wdr-auto")
SPEED_MUST, SPEED_GOAL = 0.16, 0.5
"""Encoding and decoding speed, as shares of the speed at which SPERR encodes in the same run."""
LOSSLESS_MUST, LOSSLESS_GOAL = "jpeg2000-slices-quality", "jpegxl"
"""Peers whose lossless rate it must not and should not exceed: JPEG 2000's 5/3 and JPEG XL effort 7."""


def read_targets(folder: Path) -> pd.DataFrame:
    """Read `coherence_targets.csv`: columns exam, rate_bpv, must_db, goal_db (peak: the volume's maximum)."""
    columns = ["volume", "rate_bpv", "must_db", "goal_db"]
    return read_csv(folder / "coherence_targets.csv", columns).rename(columns={"volume": "exam"})


def targets_section(
    curves: pd.DataFrame, speed: pd.DataFrame, lossless: pd.DataFrame, targets: pd.DataFrame
) -> str:
    """Write the README's account of the targets: PSNR as a table, speed and lossless rate as sentences.

    Parameters
    ----------
    curves : DataFrame
        Columns exam, method, rate_bpv, psnr_db and psnr_max_db.
    speed : DataFrame
        Columns exam, method, direction and mvoxel_per_s.
    lossless : DataFrame
        Columns exam, method and bpv.
    targets : DataFrame
        As `read_targets` gives them.

    Returns
    -------
    str
        Markdown; empty if 3D-WDR-CC was not measured where there are targets.
    """
    rows = reached(curves, targets)
    if rows.empty:
        return ""
    met = {kind: int((rows[METHOD] >= rows[f"{kind}_db"]).sum()) for kind in ("must", "goal")}
    lower = (curves["psnr_db"] - curves["psnr_max_db"]).groupby(curves["exam"], sort=False).mean()
    shifts = " and ".join(f"{shift:.2f} dB on {exam}" for exam, shift in lower.items())
    lead = (
        f"**3D-WDR-CC against its targets.** It meets {met['must']} of {len(rows)} least values and"
        f" {met['goal']} of {len(rows)} goals. Here the peak of the PSNR is each volume's own largest value,"
        f" not 65535 as above, which makes every PSNR lower by {shifts}. The least value is some 0.3 dB ahead"
        " of the coder's first version; the goal is the height of VVC all-intra, measured elsewhere"
        " ([where they are from](resources/anchors/README.md)). Its network and the start of its models were"
        " fitted on open cohorts and have seen neither volume; wavelet, contexts and passes were chosen by"
        " looking at both."
    )
    sentences = " ".join(filter(None, [_speed(speed), _lossless(lossless)]))
    return "\n\n".join(filter(None, [lead, _table(rows), sentences])) + "\n"


def reached(curves: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Join the targets with what was measured at the same volume and rate.

    Returns
    -------
    DataFrame
        The columns of the targets, and the PSNR of 3D-WDR-CC and of each method of `BESIDE` under its name.
    """
    keys = ["exam", "rate_bpv"]
    measured = curves.pivot(index=keys, columns="method", values="psnr_max_db")
    measured = measured.reindex(columns=[METHOD, *BESIDE]).dropna(subset=METHOD).reset_index()
    return targets.astype({"rate_bpv": float}).merge(measured.astype({"rate_bpv": float}), on=keys)


def _table(rows: pd.DataFrame) -> str:
    table = pd.DataFrame(
        {
            "Volume": rows["exam"],
            "Rate (bpv)": rows["rate_bpv"].map("{:g}".format),
            **{
                f"{_name(name)} (dB)": [_decibels(value) for value in rows[name]]
                for name in (*BESIDE, METHOD)
            },
            "At least (dB)": _against(rows[METHOD], rows["must_db"]),
            "Goal (dB)": _against(rows[METHOD], rows["goal_db"]),
        }
    )
    aligned = ["left"] + ["right"] * (len(table.columns) - 1)
    return table.to_markdown(index=False, disable_numparse=True, colalign=aligned)


def _name(method: str) -> str:
    return f"**{OUR_LABELS[method]}**" if method == METHOD else OUR_LABELS[method]


def _decibels(value: float) -> str:
    return "-" if pd.isna(value) else f"{value:.2f}"


def _against(values: "pd.Series[float]", wanted: "pd.Series[float]") -> list[str]:
    return [
        f"{target:.1f}, {'met' if value >= target else 'missed'} by {abs(value - target):.2f}"
        for value, target in zip(values, wanted, strict=True)
    ]


def _speed(speed: pd.DataFrame) -> str:
    fast = speed.set_index(["method", "direction"])["mvoxel_per_s"]
    if ("sperr", "encode") not in fast or (METHOD, "decode") not in fast:
        return ""
    shares = [float(fast[METHOD, direction] / fast["sperr", "encode"]) for direction in ("encode", "decode")]
    return (
        f"At 1 bit per voxel it encodes at {shares[0]:.2f} and decodes at {shares[1]:.2f} of the speed at"
        f" which SPERR encodes (at least {SPEED_MUST:g}: {_verdicts(shares, SPEED_MUST)};"
        f" goal {SPEED_GOAL:g}: {_verdicts(shares, SPEED_GOAL)})."
    )


def _verdicts(shares: list[float], wanted: float) -> str:
    said = ["met" if share >= wanted else "missed" for share in shares]
    return f"{said[0]} by both" if said[0] == said[1] else f"{said[0]} encoding, {said[1]} decoding"


def _lossless(lossless: pd.DataFrame) -> str:
    bits = lossless.pivot_table(index="exam", columns="method", values="bpv", sort=False)
    if not {METHOD, LOSSLESS_MUST, LOSSLESS_GOAL} <= set(bits.columns):
        return ""
    said = [
        f"{row[METHOD]:.3f} bits per voxel on {exam} (at most JPEG 2000's {row[LOSSLESS_MUST]:.3f}:"
        f" {_kept(row[METHOD], row[LOSSLESS_MUST])}; goal JPEG XL's {row[LOSSLESS_GOAL]:.3f}:"
        f" {_kept(row[METHOD], row[LOSSLESS_GOAL])})"
        for exam, row in bits.iterrows()
    ]
    return f"Without loss it takes {' and '.join(said)}."


def _kept(bits: float, most: float) -> str:
    return "met" if bits <= most else "missed"
