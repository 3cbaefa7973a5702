"""A table is laid out as the file beside its module describes it."""

from pathlib import Path

import pandas as pd
import pytest
from jinja2 import UndefinedError

from wdr_mcpd.methods import METHODS
from wdr_mcpd.render.tables import LABELS, Column, Table, as_markdown, lay_out, write_tables

DESCRIBED = """
gains:
  caption: Gains at {{ rate }}
  note: "{{ note }}. T = {{ threshold }}"
  columns:
    method:
    kind: Kind ({{ unit }})
    mcpd_{{ unit }}: [MCPD, .2f, interval]
    lost: [Lost, .1f]
  names:
    kind: {a: the first}
  explanation: "## More\\n\\n{{ note }}"
mean:
  mean: true
  columns:
    exam_psnr_db: [PSNR, .1f]
    gain: [Gain, +.1f]
"""
VALUES = {"rate": 1, "note": "Two <exams> & more", "threshold": 0.5, "unit": "std"}


@pytest.fixture
def module(tmp_path: Path) -> str:
    (tmp_path / "gains.yaml").write_text(DESCRIBED)
    return str(tmp_path / "gains.py")


@pytest.fixture
def gains(module: str) -> Table:
    data = pd.DataFrame({"method": ["3d-wdr", "other"], "kind": ["a", "b"], "mcpd_std": [0.25, None]})
    return lay_out(
        module, "gains", data.assign(mcpd_std_low=[0.2, None], mcpd_std_high=[0.3, None]), **VALUES
    )


def test_texts_are_filled_and_columns_named_shared_or_left_out(gains: Table) -> None:
    assert (gains.caption, gains.note) == ("Gains at 1", "Two <exams> & more. T = 0.5")
    assert gains.explanation == "## More\n\nTwo <exams> & more"
    assert dict(gains.columns) == {
        "method": Column("Method", text=True, names=LABELS),
        "kind": Column("Kind (std)", text=True, names={"a": "the first"}),
        "mcpd_std": Column("MCPD", ".2f", interval=True),
    }
    first, second = as_markdown(gains).splitlines()[6:8]
    assert [cell.strip() for cell in first.strip("|").split("|")] == [
        METHODS["3d-wdr"].label,
        "the first",
        "0.25 [0.20, 0.30]",
    ]
    assert [cell.strip() for cell in second.strip("|").split("|")] == ["other", "b", "-"]


def test_a_value_that_a_text_needs_must_be_given(module: str) -> None:
    with pytest.raises(UndefinedError):
        lay_out(module, "gains", pd.DataFrame({"method": ["3d-wdr"]}), note="")


def test_means_are_of_all_columns_but_the_first(module: str) -> None:
    table = lay_out(module, "mean", pd.DataFrame({"exam_psnr_db": [1.0, 2.0], "gain": [1.0, 2.0]}), note="")
    assert [cell.strip() for cell in as_markdown(table).splitlines()[-1].strip("|").split("|")] == [
        "mean",
        "+1.5",
    ]


def test_each_table_goes_into_the_files_of_its_name(gains: Table, tmp_path: Path) -> None:
    out = [tmp_path / name for name in ("gains.md", "gains.csv", "other.md")]
    write_tables(out, gains)
    assert [path.exists() for path in out] == [True, True, False]
