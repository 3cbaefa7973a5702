"""Cross-validation of the MCPD threshold, with all exams of a subject in one fold."""

from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wdr_mcpd.errors import InputError
from wdr_mcpd.files import as_written
from wdr_mcpd.study.statistics import Plateau, plateau, summarise

OBJECTIVES = {"selected": "selected_gain_db", "exam": "exam_gain_db"}
GAINS = list(OBJECTIVES.values())
PLATEAU = ("mcpd", "low", "high", "fewest", "most")


@dataclass(frozen=True)
class Choice:
    """A threshold chosen on training subjects, and what would have been chosen without the guard.

    Attributes
    ----------
    applied : threshold that is applied to the subjects held out, the middle one of those with the largest
    gain
    gain_db : with it
    plateau, unguarded_plateau : thresholds whose gain is about the largest, with and without the guard
    guard_binds : whether the guard keeps a threshold with a larger gain out
    """

    applied: float
    gain_db: float
    plateau: Plateau
    unguarded_plateau: Plateau
    guard_binds: bool

    @property
    def threshold(self) -> float:
        """The threshold where there is a single one; NaN on a plateau, or where the guard chose it."""
        return float("nan") if self.guard_binds else _single(self.plateau)

    @property
    def unguarded_threshold(self) -> float:
        """The same without the guard."""
        return _single(self.unguarded_plateau)


def assign_folds(exams: pd.DataFrame, count: int, seed: int) -> pd.DataFrame:
    """Fold of every exam; exams of one subject share it.

    Parameters
    ----------
    exams : DataFrame with the columns `subject` and `exam`
    count : folds; with no more subjects than that, each subject is a fold of its own
    seed : seed of the assignment

    Returns
    -------
    DataFrame
        `fold` (from 1), `subject`, `exam`, `scheme`, `seed`, sorted by fold and exam; no rows for one
        subject.
    """
    from sklearn.model_selection import GroupKFold, LeaveOneGroupOut

    pairs = exams[["subject", "exam"]].drop_duplicates().sort_values(["subject", "exam"], ignore_index=True)
    subjects = pairs["subject"].nunique()
    if subjects < 2:
        return pd.DataFrame(columns=["fold", "subject", "exam", "scheme", "seed"])
    few = subjects <= count
    splitter = LeaveOneGroupOut() if few else GroupKFold(n_splits=count, shuffle=True, random_state=seed)
    fold = np.zeros(len(pairs), dtype=int)
    for number, (_, held_out) in enumerate(splitter.split(pairs, groups=pairs["subject"]), start=1):
        fold[held_out] = number
    scheme = "leave one subject out" if few else f"{count} folds by subject"
    pairs.insert(0, "fold", fold)
    return pairs.assign(scheme=scheme, seed=seed).sort_values(["fold", "exam"], ignore_index=True)


def choose_threshold(sweep: pd.DataFrame, objective: str, min_selected: int) -> Choice:
    """Choose the threshold with the largest mean gain over the subjects of a sweep.

    Many thresholds make the same selections; of those that share the largest gain the middle one is taken,
    the farthest from where a selection changes. For the objective `selected`, a threshold counts only if it
    selects at least `min_selected` slices in every exam: the gain of one easy slice alone says nothing.
    """
    means = sweep.groupby(["threshold_mcpd", "subject"])[OBJECTIVES[objective]].mean()
    gains = means.groupby("threshold_mcpd").mean()  # over the exams and subjects that select something
    sizes = sweep.groupby("threshold_mcpd")["selected_slices"].agg(["min", "max"])
    fewest, most = (sizes[end].to_numpy(np.int64) for end in ("min", "max"))
    thresholds, values = gains.index.to_numpy(dtype=np.float64), gains.to_numpy(dtype=np.float64)
    free = np.isfinite(values) & (fewest >= 1) if objective == "selected" else np.isfinite(values)
    allowed = free & (fewest >= min_selected) if objective == "selected" else free
    unguarded = _best(values, free)
    guarded = _best(values, allowed) if allowed.any() else len(values) - 1

    def around(best: int, among: NDArray[np.bool_]) -> Plateau:
        return plateau(thresholds, np.where(among, values, np.nan), fewest, most, best, FLAT_DB)

    return Choice(
        float(thresholds[guarded]),
        float(values[guarded]),
        around(guarded, allowed),
        around(unguarded, free),
        bool(not allowed.any() or values[unguarded] > values[guarded] + TIE_DB),
    )


TIE_DB = 1e-6  # gains are read from tables of eight digits
FLAT_DB = 0.02  # a smaller difference of gains chooses no threshold
NARROW_MCPD = 0.05  # a plateau of at most this width is one threshold


def _single(found: Plateau) -> float:
    narrow = found.high - found.low <= NARROW_MCPD
    return (found.low + found.high) / 2 if narrow else float("nan")


def _best(values: NDArray[np.float64], allowed: NDArray[np.bool_]) -> int:
    if not allowed.any():
        return len(values) - 1
    tied = np.flatnonzero(allowed & (values >= values[allowed].max() - TIE_DB))
    return int(tied[len(tied) // 2])


def cross_validate(
    sweep: pd.DataFrame, folds: pd.DataFrame, threshold: float, min_selected: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Choose a threshold on each fold's training subjects and apply it to the subjects held out.

    Parameters
    ----------
    sweep : rows of `study.sweep` at one rate, with a column `subject`
    folds : from `assign_folds`
    threshold : the configured threshold (the paper's 0.5), one of the sweep's
    min_selected : guard of the objective `selected`

    Returns
    -------
    chosen : DataFrame, one row per objective and fold
    held_out : DataFrame, one row per objective and held-out exam: gains with the chosen and the fixed
    threshold

    Raises
    ------
    InputError
        When the sweep lacks the configured threshold.
    """
    chosen: list[tuple[Any, ...]] = []
    held_out: list[pd.DataFrame] = []
    for objective in OBJECTIVES:
        for fold in sorted(folds["fold"].unique()):
            outside = folds.loc[folds["fold"] == fold, "exam"]
            training = sweep[~sweep["exam"].isin(outside)]
            choice = choose_threshold(training, objective, min_selected)
            subjects = training["subject"].nunique(), folds.loc[folds["fold"] == fold, "subject"].nunique()
            chosen.append(
                (
                    *(objective, fold, *subjects, choice.applied, choice.gain_db, min_selected),
                    *(choice.threshold, *astuple(choice.plateau)),
                    *(choice.unguarded_threshold, *astuple(choice.unguarded_plateau), choice.guard_binds),
                )
            )
            test = sweep[sweep["exam"].isin(outside)]
            at_choice = _at(test, choice.applied)
            fixed = _at(test, threshold)[["selected_slices", *GAINS]].add_suffix("_at_fixed")
            joined = at_choice.join(fixed).reset_index()
            joined.insert(0, "fold", fold)
            joined.insert(0, "objective", objective)
            held_out.append(joined.assign(fixed_threshold_mcpd=threshold))
    plateaus = [[f"{kind}_{part}" for part in PLATEAU] for kind in ("threshold", "unguarded_threshold")]
    columns = [
        *("objective", "fold", "training_subjects", "held_out_subjects", "applied_mcpd", "training_gain_db"),
        *("min_selected_slices", *plateaus[0], *plateaus[1], "guard_binds"),
    ]
    empty = pd.DataFrame(
        columns=["objective", "fold", "exam", "subject", "threshold_mcpd", "selected_slices"]
    )
    return pd.DataFrame(chosen, columns=columns), pd.concat(
        held_out, ignore_index=True
    ) if held_out else empty


def _at(sweep: pd.DataFrame, threshold: float) -> pd.DataFrame:
    rows = sweep[sweep["threshold_mcpd"] == as_written(threshold)]
    if rows.empty:
        raise InputError(f"the sweep has no threshold {threshold:g}; make the sweep with it")
    return rows.set_index("exam")[["subject", "threshold_mcpd", "selected_slices", *GAINS]]


def crossval_table(chosen: pd.DataFrame, held_out: pd.DataFrame) -> pd.DataFrame:
    """One row per objective: the chosen thresholds and the held-out gains with intervals.

    `threshold_mcpd` is a mean over folds, NaN where a fold has no single threshold; the plateaus of all folds
    lie between `threshold_low` and `threshold_high` and select `threshold_fewest` to `threshold_most`
    slices. A gain of the selected slices is missing for an exam of which nothing is selected.
    """
    if held_out.empty:
        return pd.DataFrame(columns=["objective", "folds"])
    spread = (
        chosen.groupby("objective", sort=False)
        .agg(
            folds=("fold", "size"),
            threshold_mcpd=("threshold_mcpd", lambda folds: folds.mean(skipna=False)),
            threshold_low=("threshold_low", "min"),
            threshold_high=("threshold_high", "max"),
            threshold_fewest=("threshold_fewest", "min"),
            threshold_most=("threshold_most", "max"),
            guard_binds_folds=("guard_binds", "sum"),
        )
        .reset_index()
    )
    values = [*GAINS, *(f"{gain}_at_fixed" for gain in GAINS)]
    gains = summarise(held_out, ["objective", "fixed_threshold_mcpd"], values)
    return spread.merge(gains, on="objective", validate="1:1")
