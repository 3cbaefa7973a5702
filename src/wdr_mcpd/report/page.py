"""The report: one page that tells what a run found, from the verdict to the data; it needs no other file."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd

from wdr_mcpd.files import read_bytes, write_text
from wdr_mcpd.methods import with_variants
from wdr_mcpd.render.notes import note_of
from wdr_mcpd.render.pages import address, fill, fill_text, markdown_html, picture
from wdr_mcpd.render.tables import as_rows, lay_out, markdown_table
from wdr_mcpd.report.closing import MARK
from wdr_mcpd.report.findings import Best, Findings, best_method, find
from wdr_mcpd.study.cohort_answers import InCohorts, in_cohorts
from wdr_mcpd.study.controls import ALONE, NO_AXIAL, PROPOSED
from wdr_mcpd.study.frames import read_csv
from wdr_mcpd.study.pays import Verdict, of_controls

DRAWING, TABLE, VIEWER = "drawing", "table", "viewer"
LEAD = "controls"
"""The figure that stands with the verdict."""
MEDIA = {".csv": "text/csv", ".tsv": "text/tab-separated-values"}


@dataclass(frozen=True)
class Item:
    """One thing of the report: a figure, a table or the viewer.

    `content` is a picture's address, a table's HTML or the viewer's page; a table's `data` is the address of
    its CSV, and `file` that file's name; the viewer's `file` shows all slices.
    """

    kind: str
    key: str
    title: str
    caption: str
    content: str
    data: str = ""
    file: str = ""


@dataclass(frozen=True)
class Section:
    """A section of the report."""

    title: str
    items: tuple[Item, ...]

    @property
    def key(self) -> str:
        """What links name."""
        return re.sub(r"\W+", "-", self.title.lower())


@dataclass(frozen=True)
class Found:
    """What a run found, what the committed evidence on open cohorts says, and each exam in a table (HTML)."""

    findings: Findings
    best: Best
    verdict: Verdict
    cohorts: InCohorts | None
    exams: str


def report_html(found: Found, sections: list[Section], note: str) -> str:
    """Lay out the page; `note` says what kind of data this is."""
    return fill(
        "report.html",
        found=found,
        sections=sections,
        lead=[item for section in sections for item in section.items if item.key == LEAD],
        html=markdown_html,
        note=f"{note[:1].upper()}{note[1:]}.",
        older=MARK,
        origin=f"Made by wdr-mcpd {version('wdr-mcpd')}.",
    )


def each_exam(table3: pd.DataFrame, controls: pd.DataFrame) -> str:
    """Sum up Table 3 (as in CSV) in Markdown, a row for each exam, beside its gains against both controls."""
    gains = controls.pivot(index="exam", columns="control", values="exam_gain_db")
    ours = table3.dropna(subset="improvement_db").groupby("exam")["improvement_db"]
    shown = ours.agg(["size", "min", "mean", "max"]).reindex(gains.index).fillna({"size": 0})
    shown["whole"] = gains[PROPOSED]
    for control in (ALONE, NO_AXIAL):
        shown[control] = gains[PROPOSED] - gains[control]
    return as_rows(lay_out(__file__, "exams", shown.reset_index()))


def table_html(path: Path, title: str) -> str:
    """HTML of a table as readers see it (.md without its heading), or of a list of text (.tsv)."""
    if path.suffix == ".tsv":
        listed = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
        words = [not cells.str.fullmatch(r"-?[\d.]*").all() for _, cells in listed.items()]
        listed.columns = listed.columns.str.replace("_", " ").str.capitalize()
        text = markdown_table(listed, words)
    else:
        text = re.sub(r"\A# .*\n", "", read_bytes(path).decode())
    return tables_html(text, title, path.parent)


def tables_html(text: str, title: str, folder: Path = Path()) -> str:
    """HTML of a Markdown text whose tables scroll by themselves and have headings for screen readers."""
    made = markdown_html(text, folder)
    for before, after in {
        r'<(t[hd]) style="text-align:left">': r'<\1 class="text">',
        r' style="text-align:right"': "",
        r"(<td[^>]*>)(</td>)": r"\1-\2",
        r"<th(?!ead)": '<th scope="col"',
        r"h2>": "h3>",
        r"<table>": f'<div class="scroll" role="group" aria-label="{title}" tabindex="0"><table>',
        r"</table>": "</table></div>",
    }.items():
        made = re.sub(before, after, made)
    return made


def items(
    name: str, title: str, caption: str, figures: list[Path], tables: list[Path], viewers: list[Path]
) -> Iterator[Item]:
    """Give the figures, the tables and the viewers of one name; a figure may be there for each exam."""
    drawn = [path for path in figures if path.stem == name]
    for path in drawn:
        key, shown, exam = name, title, path.parent.name
        if exam != "figures":
            key, shown = f"{name}-{exam}", f"{title}, {exam}"
        yield Item(DRAWING, key, shown, caption, picture(path))
    for path in tables:
        if path.stem == name and path.suffix in (".md", ".tsv"):
            data = path.with_suffix(".csv") if path.suffix == ".md" else path
            said, shown = ("", f"{title}, as a table") if drawn else (caption, title)
            held = address(read_bytes(data), MEDIA[data.suffix])
            yield Item(TABLE, f"{name}-table", shown, said, table_html(path, shown), held, data.name)
    for path in viewers if name == VIEWER else []:
        page = read_bytes(path).decode()
        yield Item(VIEWER, VIEWER, title, caption, page, file=f"viewer/{path.name}")


def caption_html(text: str, keys: Mapping[str, Any]) -> str:
    """HTML of a caption of Snakemake's report, which may tell keys of the configuration."""
    filled = fill_text(text, snakemake=SimpleNamespace(config=keys)).replace("``", "`")
    return markdown_html(filled).removeprefix("<p>").removesuffix("</p>\n")


def report(
    *,
    series: Path,
    exams: Path,
    tables: list[Path],
    figures: list[Path],
    of_exams: list[Path],
    viewers: list[Path],
    captions: list[Path],
    joined: Path,
    cohorts: list[Path],
    checks: list[Path],
    out: Path,
    contents: Mapping[str, Mapping[str, str]],
    threshold: float,
    mcpd_unit: str,
    table_rate: float,
    variants: dict[str, dict[str, Any]],
) -> None:
    """Write the report of a run; `cohorts` are committed tables, `joined` the controls of each exam.

    `contents` are titles of the sections, each with the names of its items and their titles; `captions`
    (NAME.rst of each item) may tell keys of the configuration.
    """
    keys = {"table_rate": table_rate, "threshold": threshold, "mcpd_unit": mcpd_unit}
    said = {path.stem: caption_html(path.read_text("utf-8"), keys) for path in captions}
    files = [*figures, *of_exams], [*tables, series, exams], viewers
    sections = [
        Section(title, tuple(one for name in names for one in items(name, names[name], said[name], *files)))
        for title, names in contents.items()
    ]
    read = {path.stem: path for path in tables if path.suffix == ".csv"}
    table3 = read_csv(read["table3"])
    found = Found(
        find(table3, read_csv(read["whole_exam"]), read_csv(read["claims"]), table_rate),
        best_method(read_csv(read["rates"]), table_rate, with_variants(variants)),
        of_controls(read_csv(read["controls"])),
        in_cohorts(*map(read_csv, cohorts)) if cohorts else None,
        tables_html(each_exam(table3, read_csv(joined)), "Each exam"),
    )
    sections = [section for section in sections if section.items]
    write_text(out, report_html(found, sections, note_of(series)))
