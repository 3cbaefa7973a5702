import os
import shutil
from pathlib import Path

import numpy as np
import pydicom
import pytest

from wdr_mcpd.cli import main
from wdr_mcpd.data import Volume, read_volume
from wdr_mcpd.data.choose import Rule, choose, study_date
from wdr_mcpd.data.fetch import Sources, fetch_series
from wdr_mcpd.data.local import local_index, local_records
from wdr_mcpd.data.series import read_series_table
from wdr_mcpd.data.synthetic import synthetic_table
from wdr_mcpd.errors import InputError

TABLE = synthetic_table(2, 3, 16, 0)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Two patients with two exams, as a data retriever lays them out, other files and a loop of links."""
    tree = tmp_path / "tree with a space é"
    for row in TABLE:
        fetch_series(row, tree / row.patient_id / f"study {row.exam}" / "T1post")
    (tree / "readme.txt").write_text("not DICOM")
    (tree / "broken.dcm").write_bytes(b"\0" * 128 + b"DICM broken")
    os.symlink(tree, tree / "loop")
    return tree


def snapshot(tree: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(tree.glob("phantom*/*/*/*"))}


@pytest.mark.parametrize("indexed", [True, False])
def test_table_index_and_links(
    tmp_path: Path, tree: Path, capsys: pytest.CaptureFixture[str], indexed: bool
) -> None:
    before = snapshot(tree)
    table, index, series = tmp_path / "table.tsv", tmp_path / "index.tsv", tmp_path / "series"
    rule = ["--description", "phantom", "--min-images", "3"]
    assert (
        main(["series", "list", "--source", "local", "--data-folder", str(tree), *rule, "--out", str(table)])
        == 0
    )
    rows = read_series_table(table)
    assert [(row.exam_id, row.source) for row in rows] == [(row.exam_id, "local") for row in TABLE]
    if indexed:
        local_index(out=index, data_folder=str(tree))
    for row in rows:
        fetch_series(row, series / row.exam_id, Sources(data_folder=tree, index=index if indexed else None))
    for row in rows:
        links = sorted((series / row.exam_id).glob("*.dcm"))
        assert [link.is_symlink() for link in links] == [True] * 3
        original = read_volume(tree / row.patient_id / f"study {row.exam}" / "T1post").voxels
        np.testing.assert_array_equal(read_volume(series / row.exam_id).voxels, original)
    assert snapshot(tree) == before
    assert main(["verify", str(series), "--series", str(table)]) == 0

    altered = tree / "phantom002" / "study 1" / "T1post" / "1-02.dcm"
    altered.write_bytes(altered.read_bytes()[:-2] + b"xx")
    capsys.readouterr()
    assert main(["verify", str(series), "--series", str(table)]) == 2
    assert "1-02.dcm was altered" in capsys.readouterr().err
    discard = ["verify", str(series), "--series", str(table), "--discard"]
    assert main(discard) == 2
    assert "they are kept: give --data-folder" in capsys.readouterr().err
    assert len(list(series.iterdir())) == len(rows)
    assert main([*discard, "--data-folder", str(tree)]) == 2
    assert f"--data-folder '{tree}' --exam phantom002_1" in capsys.readouterr().err
    assert len(list(series.iterdir())) == len(rows) - 1


def list_series(tree: Path, table: Path) -> None:
    command = ["series", "list", "--source", "local", "--data-folder", str(tree)]
    assert main([*command, "--min-images", "3", "--out", str(table)]) == 0


def test_what_the_tree_lacks(tmp_path: Path, tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, index, series = tmp_path / "table.tsv", tmp_path / "index.tsv", tmp_path / "series"
    list_series(tree, table)
    local_index(out=index, data_folder=str(tree))
    row = read_series_table(table)[0]
    (tree / "phantom001" / "study 1" / "T1post" / "1-02.dcm").unlink()
    empty = tmp_path / "empty"
    empty.mkdir()
    for sources, message in (
        (Sources(), "needs --data-folder"),
        (Sources(data_folder=tree), "2 files came, the series has 3 by the table"),
        (Sources(data_folder=tree, index=index), "is the index out of date"),
        (Sources(data_folder=tree, index=table), "is no index of a folder"),
        (Sources(data_folder=empty), "has no series"),
        (Sources(data_folder=tmp_path / "missing"), "no such folder"),
    ):
        with pytest.raises(InputError, match=message):
            fetch_series(row, series / row.exam_id, sources)
        assert not (series / row.exam_id).exists()
    with pytest.raises(InputError, match="holds no DICOM image"):
        local_index(out=tmp_path / "out", data_folder=str(empty))
    listed = ["series", "list", "--source", "local", "--data-folder", str(empty)]
    assert main([*listed, "--out", str(tmp_path / "out")]) == 2
    assert "holds no DICOM image" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("20200131", "20200131"),
        ("2020-01-31", "20200131"),
        ("2020.01.31", "20200131"),
        (" 20200131 ", "20200131"),
        ("20203101", ""),
        ("31-01-2020", ""),
        ("2020-1-31", ""),
        ("unknown", ""),
        ("", ""),
    ],
)
def test_dates(text: str, date: str) -> None:
    assert study_date(text) == date


def change(folder: Path, **tags: object) -> None:
    for path in folder.glob("*.dcm"):
        dataset = pydicom.dcmread(path)
        for name, value in tags.items():
            setattr(dataset, name, value)
        dataset.save_as(path)


def test_copies_count_once_and_their_places_are_said(tmp_path: Path, tree: Path) -> None:
    shutil.copytree(tree / "phantom001", tree / "a copy")
    said: list[str] = []
    records = local_records(tree, "C", say=said.append)
    assert [record.image_count for record in records] == [3] * 4
    assert len(said) == 2
    assert "3 images lie twice, in a copy/study 1/T1post, phantom001/study 1/T1post; counted once" in said[0]
    table = choose(records, Rule(images=(3, 3)), "local")
    for index in (None, tmp_path / "index.tsv"):
        if index is not None:
            local_index(out=index, data_folder=str(tree))
        folder = tmp_path / f"exam {index is None}"
        fetch_series(table[0], folder, Sources(data_folder=tree, index=index))
        assert len(list(folder.glob("*.dcm"))) == 3


def test_frames_are_counted_not_files(tmp_path: Path, volume: Volume) -> None:
    from test_dicom_kinds import enhanced

    dataset = enhanced(tmp_path / "all.dcm", volume, [0, 1, 2, 3, 4])
    dataset.PatientID, dataset.StudyDate, dataset.Modality = "P", "20200102", "MR"
    dataset.save_as(tmp_path / "all.dcm")
    (record,) = local_records(tmp_path, "C")
    assert (record.image_count, record.per_position) == (5, 1)
    (row,) = choose([record], Rule(images=(5, 5), exams=1), "local")
    assert fetch_series(row, tmp_path / "exam", Sources(data_folder=tmp_path))
    np.testing.assert_array_equal(read_volume(tmp_path / "exam").voxels, volume.voxels)


def test_several_images_at_each_position_are_seen(tree: Path) -> None:
    folder = tree / "phantom001" / "study 1" / "T1post"
    change(folder, ImagePositionPatient=[0, 0, 0])
    counts = {record.per_position for record in local_records(tree, "C")}
    assert counts == {1, 3}
