"""A wrong command of Snakemake ends in one line that says what was perhaps meant."""

from pathlib import Path

import pytest

from wdr_mcpd.arguments import check_targets, check_values


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "open-ms.yaml").write_text("threshold: 0.5\n")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--configfile", "open_ms.yaml"], "there is no file open_ms.yaml; did you mean open-ms.yaml?"),
        (["--configfile=open_ms.yaml"], "there is no file open_ms.yaml; did you mean open-ms.yaml?"),
        (["--configfile", "elsewhere/x.yaml"], "there is no file elsewhere/x.yaml; targets stand before"),
        (["--configfile", "open-ms.yaml", "paper"], "there is no file paper; targets stand before"),
        (["--config", "threshold"], "threshold is no KEY=VALUE; targets stand before"),
        (["--config", "threshold=1", "paper"], "paper is no KEY=VALUE; targets stand before"),
    ],
)
def test_a_value_that_cannot_be_is_named(words: list[str], line: str) -> None:
    with pytest.raises(SystemExit, match=f"^wdr-mcpd: --config(file)?: {line.replace('?', '[?]')}"):
        check_values(words)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["paper", "--configfile", "open-ms.yaml"],
        ["--config", "threshold=1", "run=a", "--", "paper"],
        ["-n", "--cores", "2"],
    ],
)
def test_what_can_be_passes(words: list[str]) -> None:
    check_values(words)


RULES = ["paper", "sweep", "results/tables/table1.csv"]


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("papr", "did you mean paper?"),
        ("results/tables/tabel1.csv", "did you mean results/tables/table1.csv?"),
        ("zzz", "all are in docs/commands.md"),
    ],
)
def test_a_target_that_nothing_makes_is_named(word: str, line: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        check_targets([word, "--cores", "2"], RULES, lambda path: False)
    assert str(stopped.value) == f"wdr-mcpd: {word} is no target; {line}"


def test_rules_and_files_that_are_made_or_there_pass() -> None:
    check_targets(["paper", "-n"], RULES, lambda path: False)
    check_targets(["open-ms.yaml"], RULES, lambda path: False)
    check_targets(["results/mcpd/a_1.csv"], RULES, lambda path: path == "results/mcpd/a_1.csv")
