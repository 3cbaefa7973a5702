"""Our WDR beside the reference implementation, QccPack's, at the same transform and the same rates."""

import pandas as pd

from wdr_mcpd.render.tables import markdown_table
from wdr_mcpd.study.rates import at_log_rate

BESIDE_REFERENCE = {
    "QccPack 3D-WDR, 3 axial": "3d-wdr",
    "QccPack 3D-WDR, 0 axial": "3d-wdr-flat",
    "QccPack 3D-WDR, dyadic 5": "3d-wdr-dyadic",
    "QccPack 2D-WDR": "2d-wdr",
}
"""Settings of the reference implementation, as resources/published names them: ours of the same transform."""

PROFILE = "-reference"
"""Follows the name of a method that is coded with `--profile reference`."""


def beside_reference(curves: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Set our PSNR beside that of QccPack.

    Parameters
    ----------
    curves : DataFrame
        Columns exam, method, actual_bpv, psnr_db, of the methods of `BESIDE_REFERENCE` and of the same with
        the reference's choices; what was not measured is left out.
    published : DataFrame
        Columns exam, label, rate_bpv, actual_bpv, psnr_db.

    Returns
    -------
    DataFrame
        One row per exam, setting of QccPack and rate: its PSNR, ours at the rate it really spent, the
        difference, and both of the reference's choices in our hands.
    """
    rows = []
    by_method = {key: points.sort_values("actual_bpv") for key, points in curves.groupby(["exam", "method"])}
    for point in published[published["label"].isin(BESIDE_REFERENCE)].to_dict("records"):
        method = BESIDE_REFERENCE[point["label"]]
        ours, copy = (by_method.get((point["exam"], method + end)) for end in ("", PROFILE))
        if ours is None or copy is None:
            continue
        theirs = float(point["psnr_db"])
        reached, copied = (
            float(at_log_rate(curve["actual_bpv"], curve["psnr_db"], float(point["actual_bpv"])))
            for curve in (ours, copy)
        )
        rows.append(
            {
                "exam": point["exam"],
                "method": method,
                "reference": point["label"],
                "rate_bpv": float(point["rate_bpv"]),
                "reference_psnr_db": theirs,
                "psnr_db": reached,
                "difference_db": reached - theirs,
                "profile_psnr_db": copied,
                "profile_difference_db": copied - theirs,
            }
        )
    return pd.DataFrame(rows)


def beside_reference_section(curves: pd.DataFrame, published: pd.DataFrame) -> str:
    """Write the page's table: a row for each volume, setting and coder; parameters as of the above."""
    rows = beside_reference(curves, published)
    rates = sorted(rows["rate_bpv"].unique())
    kinds = {
        "reference_psnr_db": ("QccPack (dB)", ".2f"),
        "difference_db": ("ours", "+.2f"),
        "profile_difference_db": ("ours, `--profile reference`", "+.2f"),
    }
    lines = []
    for (exam, reference), points in rows.groupby(["exam", "reference"], sort=False):
        at = points.set_index("rate_bpv")
        for column, (kind, form) in kinds.items():
            values = [format(at[column][rate], form) if rate in at.index else "-" for rate in rates]
            lines.append([exam, str(reference).removeprefix("QccPack "), kind, *values])
    heads = ["Volume", "Setting", "Coder", *(f"{rate:g} bpv" for rate in rates)]
    table = markdown_table(pd.DataFrame(lines, columns=heads), [True] * 3)
    least, most = rows["difference_db"].min(), rows["difference_db"].max()
    low, high = rows["profile_difference_db"].min(), rows["profile_difference_db"].max()
    lead = (
        f"At the same transform and the same rate our WDR is {least:+.2f} to {most:+.2f} dB from QccPack's,"
        f" at {(rows['difference_db'] >= 0).sum()} of {len(rows)} points not below it; with"
        f" `--profile reference`, which makes the reference's choices, {low:+.2f} to {high:+.2f} dB. The"
        " table has QccPack's PSNR (peak 65535, whole volume) and below it the differences of ours in dB."
    )
    return f"{lead}\n\n{table}\n"
