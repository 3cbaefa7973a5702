"""Our WDR beside the reference implementation, QccPack's, at the same transform and the same rates."""

import pandas as pd

from wdr_mcpd.render.pages import fill
from wdr_mcpd.render.tables import as_text, markdown_table
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
CODERS = {
    "reference_psnr_db": ("QccPack (dB)", ".2f"),
    "difference_db": ("ours", "+.2f"),
    "profile_difference_db": ("ours, `--profile reference`", "+.2f"),
}
"""Rows of the page's table: name and format."""


def beside_reference(curves: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Set our PSNR beside that of QccPack, at the rates that it really spent; only what was measured.

    Parameters
    ----------
    curves : columns exam, method, actual_bpv, psnr_db, of the methods of `BESIDE_REFERENCE` and of the same
        with the reference's choices (`PROFILE`)
    published : columns exam, label, rate_bpv, actual_bpv, psnr_db
    """
    rows = []
    by_method = {key: points.sort_values("actual_bpv") for key, points in curves.groupby(["exam", "method"])}
    for point in published[published["label"].isin(BESIDE_REFERENCE)].to_dict("records"):
        method, exam, theirs = BESIDE_REFERENCE[point["label"]], point["exam"], float(point["psnr_db"])
        if {(exam, method), (exam, method + PROFILE)} <= by_method.keys():
            both = (by_method[exam, method + end] for end in ("", PROFILE))
            ours, copied = (
                float(at_log_rate(curve["actual_bpv"], curve["psnr_db"], float(point["actual_bpv"])))
                for curve in both
            )
            of_point = (exam, method, point["label"], float(point["rate_bpv"]))
            rows.append((*of_point, theirs, ours, ours - theirs, copied, copied - theirs))
    columns = ["exam", "method", "reference", "rate_bpv", "reference_psnr_db"]
    columns += ["psnr_db", "difference_db", "profile_psnr_db", "profile_difference_db"]
    return pd.DataFrame(rows, columns=columns)


def beside_reference_section(curves: pd.DataFrame, published: pd.DataFrame) -> str:
    """Write the page's table: a row for each volume, setting and coder; parameters as of the above."""
    rows = beside_reference(curves, published)
    wide = rows.pivot_table(index=["exam", "reference"], columns="rate_bpv", values=list(CODERS), sort=False)
    lines = []
    for key, values in wide.iterrows():
        assert isinstance(key, tuple)
        exam, reference = key
        for column, (coder, form) in CODERS.items():
            texts = [as_text(value, form) for value in values[column].sort_index()]
            lines.append([exam, reference.removeprefix("QccPack "), coder, *texts])
    heads = ["Volume", "Setting", "Coder", *(f"{rate:g} bpv" for rate in sorted(rows["rate_bpv"].unique()))]
    table = markdown_table(pd.DataFrame(lines, columns=heads), [True] * 3)
    return fill("beside_reference.md", table=table, rows=rows)
