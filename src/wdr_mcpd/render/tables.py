"""A table as CSV for programs, Markdown for readers and LaTeX (booktabs) for papers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from wdr_mcpd.files import write_text
from wdr_mcpd.methods import METHODS
from wdr_mcpd.render.latex import escape, latex_table
from wdr_mcpd.render.pages import fill_text
from wdr_mcpd.study.frames import write_csv

LABELS = {name: method.label for name, method in METHODS.items()}


@dataclass(frozen=True)
class Column:
    """How readers see one column of the data.

    Attributes
    ----------
    title : heading, with the unit
    form : format of a value, e.g. `.4f`; missing values are a dash whatever it is
    interval : whether the data has the value's interval in columns of the same name with `_low` and `_high`
    text : whether the column holds words, which stand at the left
    names : what readers see in place of a value
    """

    title: str
    form: str = ""
    interval: bool = False
    text: bool = False
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """One table, over any number of exams.

    Attributes
    ----------
    name : stem of the files, and the label in LaTeX
    caption : what the table shows
    note : where the data comes from and how it was measured; stands under the caption
    data : names of columns carry the units; where there is a column `exam`, readers see a section for each
    columns : for readers: the columns of `data` to show, in this order
    mean_of : columns whose mean over the rows of an exam readers see in a last row
    explanation : Markdown that stands below the table on its page
    """

    name: str
    caption: str
    note: str
    data: pd.DataFrame
    columns: Mapping[str, Column]
    mean_of: tuple[str, ...] = ()
    explanation: str = ""


def lay_out(module: str, name: str, data: pd.DataFrame, **values: Any) -> Table:
    """Lay a table out as MODULE.yaml beside its module describes it; columns that `data` lacks are not shown.

    There a table has a caption and, if wanted, note, columns, names of values and explanation: templates of
    `values`. A column is the heading of words, or a list of heading, format and, with an interval, that word;
    one that is only named is the one that tables share (tables.yaml).
    """
    texts = _described(Path(module).with_suffix(".yaml"))[name]
    shown = {key: column for key, column in columns_of(module, name, **values).items() if key in data}
    caption, note, explanation = (
        fill_text(texts.get(part, default), **values)
        for part, default in (("caption", ""), ("note", "{{ note }}"), ("explanation", ""))
    )
    mean_of = tuple(shown)[1:] if texts.get("mean") else ()
    return Table(name, caption, note, data, shown, mean_of, explanation)


def columns_of(module: str, name: str, **values: Any) -> dict[str, Column]:
    """Give the columns of a table that MODULE.yaml describes."""
    texts = _described(Path(module).with_suffix(".yaml"))[name]
    shared, names = _described(Path(__file__).with_suffix(".yaml"))["columns"], texts.get("names", {})
    columns = {}
    for key, given in texts["columns"].items():
        key, given = fill_text(key, **values), given or shared[key]
        title, form, *interval = [given, ""] if isinstance(given, str) else given
        of_values = names.get(key, LABELS if key == "method" else {})
        text = isinstance(given, str)
        columns[key] = Column(fill_text(title, **values), form, bool(interval), text, of_values)
    return columns


@cache
def _described(path: Path) -> dict[str, Any]:
    texts: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return texts


def write_tables(out: Iterable[Path], *tables: Table) -> None:
    """Write each table into the files of `out` that have its name."""
    for table in tables:
        write_table(table, [path for path in out if path.stem == table.name])


def write_table(table: Table, out: Iterable[Path]) -> None:
    """Write the table into each file of `out`, as its suffix says: .csv, .md or .tex."""
    texts = {".md": as_markdown, ".tex": as_latex}
    for path in out:
        if path.suffix == ".csv":
            write_csv(table.data, path)
        else:
            write_text(path, texts[path.suffix](table))


def as_markdown(table: Table) -> str:
    """Give the table as a Markdown page."""
    parts = [f"# {table.caption}", table.note]
    for exam, shown in _sections(table):
        parts += [f"## {exam}"] if exam else []
        parts.append(_rows(shown, table))
    parts += [table.explanation] if table.explanation else []
    return "\n\n".join(parts) + "\n"


def as_rows(table: Table) -> str:
    """Give the rows alone, without caption and note, of a table that has no exams."""
    return _rows(_as_text(table.data, table), table)


def _rows(shown: pd.DataFrame, table: Table) -> str:
    return markdown_table(shown, [column.text for column in table.columns.values()])


def markdown_table(shown: pd.DataFrame, words: Sequence[bool] = (True,)) -> str:
    """Give texts as rows of Markdown; the columns that hold words at the left, the others at the right."""
    left = [*words, *[False] * (shown.shape[1] - len(words))]
    aligned = ["left" if one else "right" for one in left]
    return shown.to_markdown(index=False, disable_numparse=True, colalign=aligned)


def as_latex(table: Table) -> str:
    """Give the table as LaTeX, one for each section; `latex_table` says for which packages."""
    words = [column.text for column in table.columns.values()]
    parts = [f"% {table.note}"]
    for exam, shown in _sections(table):
        label = f"tab:{table.name}-{exam}" if exam else f"tab:{table.name}"
        of_exam = f" Exam {exam}." if exam else ""
        parts.append(latex_table(shown, words, escape(f"{table.caption}.{of_exam} {table.note}"), label))
    return "\n".join(parts)


def _sections(table: Table) -> list[tuple[str, pd.DataFrame]]:
    """Exam (empty without a column of that name) and values as the texts that readers see."""
    if "exam" not in table.data:
        return [("", _as_text(table.data, table))]
    return [(str(exam), _as_text(rows, table)) for exam, rows in table.data.groupby("exam", sort=False)]


def _as_text(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    if table.mean_of:
        mean = {name: [rows[name].mean()] for name in table.mean_of}
        rows = pd.concat([rows, pd.DataFrame(mean)], ignore_index=True)
    texts = {
        column.title: [as_text(column.names.get(value, value), column.form) for value in rows[name]]
        for name, column in table.columns.items()
    }
    for name, column in table.columns.items():
        if column.interval:
            ends = zip(texts[column.title], rows[f"{name}_low"], rows[f"{name}_high"], strict=True)
            texts[column.title] = [_with_interval(text, low, high, column.form) for text, low, high in ends]
    shown = pd.DataFrame(texts, dtype=object)
    if table.mean_of:
        shown.iloc[-1, 0] = "mean"
    return shown


def as_text(value: object, form: str) -> str:
    """Give a value as readers see it; a missing one is a dash."""
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return "-"
    return format(value, form)


def _with_interval(text: str, low: float, high: float, form: str) -> str:
    return text if pd.isna(low) else f"{text} [{low:{form}}, {high:{form}}]"
