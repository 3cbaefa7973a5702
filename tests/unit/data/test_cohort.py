from pathlib import Path

import pytest

from wdr_mcpd.cli import main
from wdr_mcpd.data.exam import volume_of_exam
from wdr_mcpd.data.series import write_series_table
from wdr_mcpd.data.synthetic import synthetic_table
from wdr_mcpd.errors import InputError

TABLE = synthetic_table(2, 3, 16, 0)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    write_series_table(tmp_path / "table.tsv", TABLE)
    return tmp_path / "table.tsv"


def test_fetched_once_verified_and_only_the_broken_fetched_again(
    tmp_path: Path, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "series"
    fetch = ["fetch", str(folder), "--series", str(table)]
    verify = ["verify", str(folder), "--series", str(table)]
    assert main(fetch) == 0
    assert capsys.readouterr().out == "".join(f"{row.exam_id}: fetched\n" for row in TABLE)
    assert main(verify) == 0
    assert capsys.readouterr().out == "4 series are whole\n"
    assert main(fetch) == 0
    assert capsys.readouterr().out == "".join(f"{row.exam_id}: already whole\n" for row in TABLE)

    whole = (folder / "phantom001_2" / "1-02.dcm").read_bytes()
    (folder / "phantom001_2" / "1-02.dcm").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    (folder / "phantom002_1" / "1-01.dcm").unlink()
    assert main(verify) == 2
    error = capsys.readouterr().err
    assert "2 of 4 series are not whole" in error
    assert "phantom001_2: 1-02.dcm was altered" in error
    assert main([*verify, "--discard"]) == 2
    capsys.readouterr()
    assert main(fetch) == 0
    assert capsys.readouterr().out.count("fetched") == 2
    assert (folder / "phantom001_2" / "1-02.dcm").read_bytes() == whole
    assert main(verify) == 0


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: (f / "manifest.json").unlink(), "has no manifest.json"),
        (lambda f: (f / "manifest.json").write_text("{"), "is broken"),
        (lambda f: (f / "manifest.json").write_text('{"files": [{"name": 1}]}'), "is broken"),
        (lambda f: (f / "more.dcm").write_text("x"), "more.dcm does not belong there"),
        (lambda f: (f / "1-01.dcm").write_text("x"), "1-01.dcm has 1 bytes"),
        (lambda f: f.rename(f.parent / "elsewhere"), "is missing"),
    ],
)
def test_what_verify_says(
    tmp_path: Path, table: Path, capsys: pytest.CaptureFixture[str], spoil, message: str
) -> None:
    folder = tmp_path / "series"
    assert main(["fetch", str(folder), "--series", str(table)]) == 0
    spoil(folder / "phantom001_1")
    capsys.readouterr()
    assert main(["verify", str(folder), "--series", str(table)]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_one_exam(tmp_path: Path, table: Path) -> None:
    assert main(["fetch", str(tmp_path / "a"), "--series", str(table), "--exam", "phantom002_2"]) == 0
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["phantom002_2"]
    for wrong in ([], ["--series", str(table), "--exam", "nobody_1"]):
        assert main(["fetch", str(tmp_path / "c"), *wrong]) == 2
    assert not (tmp_path / "c").exists()


def test_an_altered_series_is_not_read(tmp_path: Path, table: Path) -> None:
    assert main(["fetch", str(tmp_path), "--series", str(table), "--exam", "phantom001_1"]) == 0
    folder = tmp_path / "phantom001_1"
    (folder / "1-02.dcm").write_bytes((folder / "1-01.dcm").read_bytes())
    files = {"manifest": folder / "manifest.json", "out": tmp_path / "out.npz"}
    with pytest.raises(InputError, match=r"1-02\.dcm"):
        volume_of_exam(**files, slices=3, first_slice="central", exam="phantom001_1")
    assert not (tmp_path / "out.npz").exists()
