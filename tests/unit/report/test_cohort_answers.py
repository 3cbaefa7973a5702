"""Open cohorts: paired by subject, said on how many people, a coder scored on whom it was not fitted."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wdr_mcpd.data.series import Series, read_series_table, write_series_table
from wdr_mcpd.errors import InputError
from wdr_mcpd.places import Results
from wdr_mcpd.report.cohorts import KINDS, read_run, write_cohorts
from wdr_mcpd.study.cohort import HELD_OUT, cohort_note, first_exams, learnt_from
from wdr_mcpd.study.cohort_answers import (
    QUESTIONS,
    FewBits,
    among_choices,
    answers,
    best_groupings,
    in_cohorts,
    said_cohorts,
)
from wdr_mcpd.study.controls import ALONE, COHERENT, NO_AXIAL, PROPOSED
from wdr_mcpd.study.laws import EVERY, GAINS

ALL = [*HELD_OUT["open_ms"], "patient01", "patient03", "patient04", "patient09"]


FEW = ("draws_of_10", "groupings")
GROUPINGS = {
    "one volume": 0.2,
    "every slice alone": 0.0,
    "MCPD, the paper's rule": 0.1,
    "MCPD, repeated on what is left": -0.2,
    "pairwise, from the first slice on": -0.1,
    "clusters": -0.3,
    "best contiguous runs": 0.25,
    "best by merging any": 0.15,
}


def of_control(name: str) -> tuple[str, str, int]:
    return (name, "count", 10) if name.startswith("10 ") else (name, "method", 19)


def series(collection: str, patient: str, exam: int, uid: int, sequence: str = "T1W") -> Series:
    return Series(collection, patient, exam, f"2.25.{uid}", sequence, 0, 0, "CC BY", "files", file="a.nii.gz")


def run(
    root: Path,
    collection: str,
    subjects: list[str],
    spacing: float,
    gains: dict[str, float],
    sequence: str = "T1W",
) -> Path:
    """Write what a run measured: of each subject two exams, each subject a little better than the last."""
    results = Results(root)
    listed = [
        series(collection, name, exam, 10 * n + exam, sequence)
        for n, name in enumerate(subjects)
        for exam in (1, 2)
    ]
    for kind in (*KINDS, "mcpd", "data"):
        (root / kind).mkdir(parents=True)
    write_series_table(results.series_table(), listed)
    exams = pd.DataFrame({"exam": [one.exam_id for one in listed], "slice_distance": spacing})
    exams.to_csv(results.exam_table(), sep="\t", index=False)
    for one in listed:
        more = 0.01 * subjects.index(one.patient_id)
        made = [(one.exam_id, *of_control(name), gains.get(name, 0.5) + more, 0.5) for name in QUESTIONS]
        columns = ["exam", "control", "kind", "in_volume", "exam_gain_db", "selected_gain_db"]
        drawn = [("random", gain, gain) for gain in (0.1, 0.3, 0.7)] + [("contiguous", 0.9, 0.2)]
        grouped = [(level, way, gain) for level in (0, 3) for way, gain in GROUPINGS.items()]
        law = pd.DataFrame({"exam": one.exam_id, "taken": EVERY, "every": [1, 2, 3]})
        law = law.assign(spacing_mm=law["every"] * spacing, slices=20, noise_share=0.1, median_mcpd=0.4)
        shares = dict.fromkeys(
            [f"selected_share_{unit}" for unit in ("std", "range", "dtype", "stored")], 1.0
        )
        law = law.assign(**shares, **dict.fromkeys(GAINS, 0.5))
        rates = pd.DataFrame({"exam": one.exam_id, "rate_bpv": [0.5, 1.0], "best_levels": 1})
        for kind, frame in {
            "controls": pd.DataFrame(made, columns=columns),
            "spacing": law.assign(axial_transform_db=[1.0, 0.5, -0.5]),
            "rate_law": rates.assign(**dict.fromkeys(GAINS, 0.5)),
            "draws_of_10": pd.DataFrame(drawn, columns=["kind", "exam_gain_db", "selected_gain_db"]).assign(
                exam=one.exam_id, in_volume=10
            ),
            "groupings": pd.DataFrame(
                grouped, columns=["axial_levels", "grouping", "gain_over_alone_db"]
            ).assign(exam=one.exam_id),
            "orders": pd.DataFrame({"exam": one.exam_id, "order": ["stored", "random"], "lag1": [0.8, 0.1]}),
        }.items():
            if kind not in FEW or one.exam_id.endswith("_1"):
                frame.to_csv(results.of_exam(kind, one.exam_id), index=False)
        pd.DataFrame({"mcpd_std": [0.2, 0.4, 0.6, 0.0]}).to_csv(results.mcpd(one.exam_id), index=False)
    return root


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    thick = run(tmp_path / "a", "open_ms", ALL, 5.0, {PROPOSED: 0.0, NO_AXIAL: 1.0})
    thin = run(tmp_path / "b", "other", ALL[:4], 1.3, {PROPOSED: 0.1, NO_AXIAL: -1.5})
    return [
        thick,
        thin,
        run(tmp_path / "c", "open_ms", ALL[:5], 3.0, {PROPOSED: -0.1, NO_AXIAL: 0.5}, "FLAIR"),
    ]


@pytest.fixture
def measured(runs: list[Path]) -> pd.DataFrame:
    read = [read_run(root)["controls"] for root in runs]
    read[2]["cohort"] = "open_ms T2W"
    return pd.concat(read)


def test_answers_are_means_over_subjects_with_intervals_from_five_on(measured: pd.DataFrame) -> None:
    table = answers(measured).set_index(["cohort", "question"])
    thick = table.loc[("open_ms T1W", QUESTIONS[NO_AXIAL])]
    assert (thick["subjects"], thick["exams"]) == (6, 12)
    assert thick["exam_gain_db"] == pytest.approx(1.0 + 0.01 * 2.5)
    assert thick["exam_gain_db_low"] < thick["exam_gain_db"] < thick["exam_gain_db_high"]
    assert tuple(thick[["spacing_mm", "median_mcpd", "selected"]]) == pytest.approx((5.0, 0.4, 19))
    few = table.loc[("other T1W", QUESTIONS[NO_AXIAL])]
    assert few["exam_gain_db"] == pytest.approx(-1.5 + 0.01 * 1.5)
    assert np.isnan(few[["exam_gain_db_low", "t_p", "needed"]].astype(float)).all()


def test_the_coder_is_scored_where_nothing_of_it_was_fitted(runs: list[Path]) -> None:
    fitted, other = read_run(runs[0]), read_run(runs[1])
    of_coder = fitted["controls"][fitted["controls"]["control"] == COHERENT]
    assert set(of_coder["subject"]) == set(HELD_OUT["open_ms"])
    assert set(other["controls"].query("control == @COHERENT")["subject"]) == set(ALL[:4])
    for kind in ("spacing", "rate_law"):
        assert set(fitted[kind].dropna(subset="coherent_db")["subject"]) == set(HELD_OUT["open_ms"])
        assert fitted[kind]["axial_transform_db"].notna().all()


def test_a_note_says_on_how_many_the_coder_may_have_been_fitted() -> None:
    listed = [series("open_ms", "patient01", 1, 1), series("open_ms", "patient01", 2, 2)]
    held_out = series("open_ms", "patient12", 1, 3)
    assert learnt_from([*listed, held_out]) == listed
    assert cohort_note([*listed, held_out]).endswith("3D-WDR-CC may have been fitted on 1 of them")
    assert "fitted" not in cohort_note([held_out, series("else", "patient01", 1, 4)])


def test_people_of_one_data_set_are_counted_once(measured: pd.DataFrame) -> None:
    assert said_cohorts(answers(measured)) == "30 exams of 10 people"


def test_findings_are_those_of_the_table(measured: pd.DataFrame) -> None:
    rates = pd.DataFrame({"cohort": ["a", "b"] * 2, "rate_bpv": [0.1, 0.1, 1, 1], "mcpd_db": [0, 0.1, 1, 1]})
    rates["axial_transform_db"] = [0.4, -0.2, -1, -1]
    found = in_cohorts(answers(measured), rates)
    assert found.people == "30 exams of 10 people"
    assert found.gain_db == pytest.approx((-0.08, 0.115))
    assert [spacing for spacing, _ in found.flat] == [1.3, 3.0, 5.0]
    assert [gain > 0 for _, gain in found.flat] == [False, True, True]
    assert found.few_bits == FewBits(0.1, 2, (1, -0.2, 0.4), (0, 0.0, 0.1))


def test_tables_and_figure_are_written(runs: list[Path], tmp_path: Path) -> None:
    out, thick = tmp_path / "out", Results(runs[0])
    for path in thick.of_exam("spacing").parent.iterdir():  # slices too thick for a law of the spacing
        path.write_text(path.read_text().partition("\n")[0] + "\n")
    write_cohorts(out, runs)
    page = (out / "cohorts.md").read_text()
    assert "30 exams of 10 people" in page
    assert "3D-WDR over no axial transform: at" in page
    assert "- open_ms T1W: 0.80 to 0.80 in the stack's order of 12 exams" in page
    names = {"cohorts.csv", "cohorts.md", "cohorts.png"}
    names |= {
        f"cohorts-{law}{suffix}"
        for law in ("rates", "spacing", "draws", "groupings")
        for suffix in (".csv", ".md")
    }
    assert {path.name for path in out.iterdir()} == names
    assert QUESTIONS[ALONE] in page
    rates = pd.read_csv(out / "cohorts-rates.csv")
    assert rates[["cohort", "rate_bpv"]].drop_duplicates().shape[0] == 6


def test_draws_and_groupings_are_of_the_first_exams_of_people(runs: list[Path]) -> None:
    assert first_exams(["b_2", "a_1", "b_3", "a_2"]) == ["b_2", "a_1"]
    found = read_run(runs[0])
    assert sorted(found["draws_of_10"]["exam"].unique()) == sorted(f"{name}_1" for name in ALL)
    assert found["groupings"]["exam"].unique().tolist() == [f"{ALL[0]}_1"]
    assert read_run(runs[2])["groupings"].empty


def test_ten_slices_by_mcpd_stand_among_the_draws_of_their_cohort(runs: list[Path]) -> None:
    read = [read_run(root) for root in runs[:2]]
    controls, drawn = (pd.concat([one[kind] for one in read]) for kind in ("controls", "draws_of_10"))
    table = among_choices(controls, drawn).set_index(["cohort", "kind"])
    assert list(table.index) == [
        (cohort, kind) for cohort in ("open_ms T1W", "other T1W") for kind in ("contiguous", "random")
    ]
    random = table.loc[("open_ms T1W", "random")]
    assert random["share_below"] == pytest.approx(2 / 3)
    assert tuple(random[["draws", "smallest_db", "median_db", "largest_db"]]) == pytest.approx(
        (3, 0.1, 0.3, 0.7)
    )
    assert random["mcpd_gain_db"] == pytest.approx(0.5 + 0.01 * 2.5)
    assert table.loc[("open_ms T1W", "contiguous"), "share_below"] == 0
    assert table["subjects"].tolist() == [6, 6, 4, 4]


def test_the_best_groupings_are_told_by_cohort_and_depth(runs: list[Path]) -> None:
    grouped = pd.concat([read_run(root)["groupings"] for root in runs[:2]])
    table = best_groupings(grouped)
    assert table[["cohort", "axial_levels"]].to_numpy().tolist() == [
        [cohort, levels] for cohort in ("open_ms T1W", "other T1W") for levels in (0, 3)
    ]
    row = table.iloc[0]
    gains = ["one_volume_db", "paper_db", "rules_db", "searched_db"]
    assert tuple(row[gains]) == pytest.approx((0.2, 0.1, -0.1, 0.25))


@pytest.mark.parametrize("kind", ["rate_law", "draws_of_10"])
def test_a_run_that_is_not_complete_is_named(runs: list[Path], tmp_path: Path, kind: str) -> None:
    lost = Results(runs[0]).of_exam(kind, "patient12_1")
    lost.unlink()
    with pytest.raises(InputError, match=str(lost)):
        write_cohorts(tmp_path / "out", runs)
    assert not (tmp_path / "out").exists()


def test_the_cohorts_of_make_are_series_tables_that_hold_the_held_out_subjects() -> None:
    root = Path(__file__).parents[3]
    makefile = (root / "Makefile").read_text()
    names = re.findall(r"^COHORTS := (.*)$", makefile, re.MULTILINE)[0].split()
    listed = [one for name in names for one in read_series_table(root / f"config/series/{name}.tsv")]
    people = {(one.collection, one.patient_id) for one in listed}
    assert {(name, subject) for name, subjects in HELD_OUT.items() for subject in subjects} <= people
    assert len(names) == 5
