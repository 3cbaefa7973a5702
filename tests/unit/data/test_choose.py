import random
from dataclasses import replace
from pathlib import Path

import pytest

from wdr_mcpd.cli import main
from wdr_mcpd.data.choose import Record, Rule, choose, safe_names
from wdr_mcpd.data.series import is_name
from wdr_mcpd.errors import InputError

TABLES = Path(__file__).parents[3] / "config" / "series"


def record(patient: str, date: str, uid: str, description: str = "T1 post", images: int = 22) -> Record:
    return Record("C", patient, date, "MR", uid, description, images, 1000, "CC BY 4.0")


RECORDS = [
    record("P2", "20200102", "1.1"),
    record("P2", "20210102", "1.2"),
    record("P2", "20220102", "1.3"),
    record("P1", "20200102", "1.5"),
    record("P1", "20200102", "1.4"),
    record("P1", "20200102", "1.6", images=21),
    record("P1", "20190102", "1.7", " t1   POST _T "),
    record("P3", "20200102", "1.8"),
    record("P4", "20200102", "1.9", "T2"),
    record("P4", "20210102", "1.10", "FLAIR T1 post"),
    record("P5", "20200102", "1.11", images=19),
    record("P5", "20210102", "1.12"),
    replace(record("P3", "20210102", "1.13"), modality="SEG"),
]


def test_one_series_for_each_exam_exams_by_date_patients_by_name() -> None:
    table = choose(RECORDS, Rule("t1 +post"), "nbia")
    assert [(row.exam_id, row.series_instance_uid) for row in table] == [
        ("P2_1", "1.1"),
        ("P2_2", "1.2"),
    ]
    table = choose(RECORDS, Rule(r"\s*t1 +post"), "nbia")
    assert [(row.exam_id, row.series_instance_uid) for row in table] == [
        ("P1_1", "1.7"),
        ("P1_2", "1.4"),
        ("P2_1", "1.1"),
        ("P2_2", "1.2"),
    ]
    assert table[0].series_description == "t1 POST _T"
    assert {row.source for row in table} == {"nbia"}


def test_the_order_of_the_records_does_not_matter() -> None:
    rule = Rule(r"\s*t1 +post", patients=1)
    shuffled = random.Random(1).sample(RECORDS, len(RECORDS))
    assert choose(shuffled, rule, "idc") == choose(RECORDS, rule, "idc")
    assert [row.exam_id for row in choose(RECORDS, rule, "idc")] == ["P1_1", "P1_2"]


def test_the_mask_of_an_exam() -> None:
    """MaskTumor of the same study first, then a segmentation of the very series; nothing of other studies."""

    def in_study(study: str, description: str, uid: str, **more: object) -> Record:
        return replace(record("P", study, uid, description), study_instance_uid=study, **more)

    images = [in_study(f"{year}0101", "T1post", f"1.{year}") for year in range(2001, 2005)]
    others = [
        in_study("20010101", " maskTumor ", "1.11", modality="MR"),
        in_study("20010101", "SEG", "1.12", modality="SEG", segmented_series=("1.2001",)),
        in_study("20020101", "SEG", "1.13", modality="SEG", segmented_series=("1.9", "1.2002")),
        in_study("20030101", "SEG", "1.14", modality="SEG", segmented_series=("1.9",)),
        in_study("20030101", "MaskTumor no more", "1.15"),
        replace(record("P", "20040101", "1.16", "MaskTumor"), study_instance_uid=""),
    ]
    for records in (images + others, others[::-1] + images):
        table = choose(records, Rule("T1post", exams=4), "local")
        assert [row.mask_series_uid for row in table] == ["1.11", "1.13", "", ""]
    unknown = [replace(one, study_instance_uid="") for one in images + others[-1:]]
    assert {row.mask_series_uid for row in choose(unknown, Rule("T1post"), "local")} == {""}


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (Rule("("), "no regular expression"),
        (
            Rule("nothing like it"),
            "0 patients have 2 exams .* descriptions there: .*FLAIR T1 post, T1 post, T2",
        ),
        (Rule("T1", patients=9), "1 patients have 2 exams"),
        (Rule("T1", exams=4), "0 patients have 4 exams"),
        (Rule("T1", images=(23, 30)), "0 patients"),
    ],
)
def test_rules_that_nothing_fits(rule: Rule, message: str) -> None:
    with pytest.raises(InputError, match=message):
        choose(RECORDS, rule, "local")


UPENN = [
    "--source",
    "idc",
    "--collection",
    "UPENN-GBM",
    "--description",
    "t1 axial stealth-post",
    "--min-images",
    "192",
    "--max-images",
    "192",
]


def test_the_committed_table_comes_from_the_shipped_index(tmp_path: Path) -> None:
    out = tmp_path / "table.tsv"
    assert main(["series", "list", *UPENN, "--patients", "20", "--out", str(out)]) == 0
    assert out.read_bytes() == (TABLES / "upenn-gbm-20x2.tsv").read_bytes()


def test_a_collection_that_the_index_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "table.tsv"
    assert (
        main(
            [
                "series",
                "list",
                "--source",
                "idc",
                "--collection",
                "Brain-Tumor-Progression",
                "--out",
                str(out),
            ]
        )
        == 2
    )
    assert "has no collection Brain-Tumor-Progression" in capsys.readouterr().err
    assert not out.exists()


def in_study(patient: str, date: str, study: str, uid: str, **more: object) -> Record:
    return replace(record(patient, date, uid), study_instance_uid=study, **more)


@pytest.mark.parametrize("date", ["20200102", ""])
def test_two_studies_are_two_exams_whose_order_is_said_to_be_unknown(date: str) -> None:
    said: list[str] = []
    records = [in_study("P", date, "2.1", "1.1"), in_study("P", date, "2.2", "1.2")]
    table = choose(records, Rule(), "local", say=said.append)
    assert [row.series_instance_uid for row in table] == ["1.1", "1.2"]
    assert said == ["patient P: the order of the exams is unknown (no dates, or equal ones)"]
    said.clear()
    choose([in_study("P", "20200103", "2.1", "1.1"), *records[1:]], Rule(), "local", say=said.append)
    assert bool(said) == (date == "20200103")


def test_one_study_of_two_dates_is_told_by_its_uid() -> None:
    records = [in_study("P", "20200102", "2.1", "1.1"), in_study("P", "20200102", "2.1", "1.2")]
    with pytest.raises(InputError, match="1 patients have 1"):
        choose(records, Rule(), "local")


@pytest.mark.parametrize(
    ("records", "why"),
    [
        ([record("P", "20200102", "1.1", images=19)], r"1 have 19 images, not 20 to"),
        ([replace(record("P", "20200102", "1.1"), per_position=2)], r"1 hold 2 images at each position"),
        ([record(" ", "20200102", "1.1")], r"1 name no patient"),
        ([record("P", "20200102", "1.1", "T2")], r"1 have another description"),
        ([replace(record("P", "20200102", "1.1"), modality="CT")], r"1 are no images of MR"),
        ([record("P", "20200102", "1.1"), record("Q", "20200102", "1.2")], r"2 patients have 1"),
    ],
)
def test_why_no_patient_fits(records: list[Record], why: str) -> None:
    with pytest.raises(InputError, match=rf"0 patients have 2 exams.*\({why}"):
        choose(records, Rule("T1"), "local")


def test_a_number_of_images_that_is_not_known_is_no_reason() -> None:
    assert len(choose([record("P", "20200102", "1.1", images=0)], Rule(exams=1), "files")) == 1


NAMES = ["P1", "Müller 1", "Muller-1", "muller 1", "a@b", "a*b", "a:b", "..", "日本", "x/y", "P1 "]


def test_names_that_cannot_name_folders_get_others_that_can() -> None:
    names = safe_names(NAMES)
    assert (names["P1"], names["Muller-1"]) == ("P1", "Muller-1")
    assert names["x/y"] == "x-y"
    assert all(map(is_name, names.values()))
    assert len({name.lower() for name in names.values()}) == len(NAMES)
    assert safe_names(reversed(NAMES)) == names
    said: list[str] = []
    records = [record("Müller 1", date, f"1.{date}") for date in ("20200102", "20200103")]
    table = choose(records, Rule(), "local", say=said.append)
    assert [row.exam_id for row in table] == ["Muller-1_1", "Muller-1_2"]
    assert said == ["patient 'Müller 1' is listed as Muller-1"]
