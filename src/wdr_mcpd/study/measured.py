"""What we measured for each quantity that the paper makes a claim about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from wdr_mcpd.data.series import Series
from wdr_mcpd.methods import ALONE, BASELINE, PROPOSED
from wdr_mcpd.study.frames import at_rate
from wdr_mcpd.study.metrics import gain_db
from wdr_mcpd.study.rates import exam_quality

PAPER_COLLECTION = "Brain-Tumor-Progression"
ALL_SUBJECTS = "all"
"""Subject of a value that rests on all of them."""
BY_CONTENT = "3d-wdr-auto"
RATIOS = (
    *("ratio_allocated", "ratio_significant", "significant_bits"),
    *("lossless_ratio_allocated", "lossless_ratio_significant"),
)


@dataclass(frozen=True)
class Inputs:
    """Tables of the study that the audit reads, each with the columns `subject` and `exam`.

    Attributes
    ----------
    quality : rows of `study.quality` of the methods 3d-wdr, 3d-wdr-mcpd and, if measured, 2d-wdr and
    3d-wdr-auto
    selected : one row per exam and slice, with `mcpd` and `selected`
    readings : rows of `study.readings`
    chosen : rows of `study.crossval`, one per objective and fold
    series : the exams of the run
    """

    quality: pd.DataFrame
    selected: pd.DataFrame
    readings: pd.DataFrame
    chosen: pd.DataFrame
    series: Sequence[Series]


def measure_claims(inputs: Inputs, rate: float) -> dict[str, pd.DataFrame]:
    """Values of each quantity at one rate: a table with `subject`, `exam` and `value` for each name."""
    quality = at_rate(inputs.quality, rate)
    methods = dict(iter(quality.groupby("method", sort=False)))
    keys = ["subject", "exam", "slice"]
    baseline = methods[BASELINE].set_index(keys)
    chosen = inputs.selected.loc[inputs.selected["selected"], keys]
    selected = methods[PROPOSED].merge(chosen, on=keys, validate="1:1").set_index(keys)
    pooled = exam_quality(quality).pivot(index=["subject", "exam"], columns="method", values="exam_psnr_db")
    per_exam = inputs.selected.groupby(["subject", "exam"])
    values: dict[str, pd.Series] = {
        "psnr_3d_wdr": baseline["psnr_db"],
        "ssim_3d_wdr": baseline["ssim"],
        "psnr_selected": selected["psnr_db"],
        "ssim_selected": selected["ssim"],
        "gain_selected": _gain(selected["psnr_db"], baseline["psnr_db"].reindex(selected.index)),
        "ssim_gain_selected": selected["ssim"] - baseline["ssim"].reindex(selected.index),
        "mcpd": inputs.selected.set_index(keys).query("mcpd > 0")["mcpd"],
        "selected_slices": per_exam["selected"].sum(),
        "exam_gain": _gain(pooled[PROPOSED], pooled[BASELINE]),
    }
    if BY_CONTENT in pooled:
        values["exam_gain_over_auto"] = _gain(pooled[PROPOSED], pooled[BY_CONTENT])
    if ALONE in pooled:
        alone = methods[ALONE].set_index(keys).reindex(selected.index)
        values["exam_gain_over_alone"] = _gain(pooled[PROPOSED], pooled[ALONE])
        values["selected_gain_over_alone"] = _gain(selected["psnr_db"], alone["psnr_db"])
        values["selected_ssim_gain_over_alone"] = selected["ssim"] - alone["ssim"]
    for quantity in RATIOS:
        rows = inputs.readings[inputs.readings["quantity"] == quantity]
        values[quantity] = rows.set_index(["subject", "exam"])["median"]
    frames = {name: series.rename("value").reset_index() for name, series in values.items()}
    thresholds = {
        "threshold_selected": thresholds_of_folds(inputs.chosen, "unguarded_threshold"),
        "threshold_selected_guarded": thresholds_of_folds(inputs.chosen, "threshold"),
    }
    return frames | _of_cohort(inputs.series) | thresholds


def _gain(psnr: "pd.Series[float]", reference: "pd.Series[float]") -> "pd.Series[float]":
    return pd.Series(gain_db(psnr, reference), index=psnr.index)


def _of_cohort(series: Sequence[Series]) -> dict[str, pd.DataFrame]:
    exams = pd.DataFrame(
        [(one.patient_id, one.exam_id, one.image_count) for one in series],
        columns=["subject", "exam", "value"],
    )
    each = exams.groupby("subject")["exam"].nunique().rename("value").reset_index().assign(exam="")
    count = pd.DataFrame({"subject": [ALL_SUBJECTS], "exam": [""], "value": [exams["subject"].nunique()]})
    return {"slices": exams, "exams_per_subject": each, "subjects": count}


def thresholds_of_folds(chosen: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Give the thresholds that maximise the paper's objective, one for each fold; folds share training
    subjects.

    Parameters
    ----------
    chosen : rows of `study.crossval.cross_validate`
    kind : "threshold", with a least number of slices, or "unguarded_threshold"

    Returns
    -------
    DataFrame
        `value` (NaN where the fold has no single one), `low` and `high` of its plateau, and the `fewest` and
        the `most` slices that the plateau selects in an exam.
    """
    rows = chosen[chosen["objective"] == "selected"] if len(chosen) else chosen
    columns = {"value": f"{kind}_mcpd", "low": f"{kind}_low", "high": f"{kind}_high"}
    columns |= {"fewest": f"{kind}_fewest", "most": f"{kind}_most"}
    found = {name: rows.get(column, pd.Series(dtype=float)).to_numpy() for name, column in columns.items()}
    folds = [f"fold {fold}" for fold in rows.get("fold", [])]
    return pd.DataFrame({"subject": ALL_SUBJECTS, "exam": folds, **found})


def is_paper_collection(series: Sequence[Series]) -> bool:
    """Whether all exams come from the collection that the paper used."""
    return all(one.collection == PAPER_COLLECTION for one in series)


def by_subject(values: pd.DataFrame) -> Mapping[str, pd.Series]:
    """Values of each subject, in the order of the subjects' names."""
    return {str(subject): rows["value"] for subject, rows in values.groupby("subject", sort=True)}
