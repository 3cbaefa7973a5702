"""Lay a table out in LaTeX so that it fits the page: as a float, or over pages, upright or on its side."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MARKS = str.maketrans(
    {
        **{mark: f"\\{mark}" for mark in "&%$#_{}"},
        **{mark: f"${mark}$" for mark in "<>"},
        "\\": "\\textbackslash{}",
        "^": "\\textasciicircum{}",
        "~": "\\textasciitilde{}",
        "[": "{[}",  # after the end of a row it would begin an option
    }
)
"""Characters that LaTeX reads as something else, and how it prints them."""
GAP_PT = 6.0
"""Between two columns."""
WIDEST_WORDS = 13.0
"""Wider cells of words are broken into lines, in units of the font size."""
LONGEST_FLOAT = 32
"""Lines of a table that still stands on one page."""
INTERVAL = re.compile(r"\S+ \[\S+, \S+\]")
"""A number with its interval."""
Widths = NDArray[np.float64]


@dataclass(frozen=True)
class Page:
    """A page of the class article with its own margins; most others have longer lines.

    Attributes
    ----------
    size : command of the font size
    font : size of the font in points; letters of small fonts are relatively wider, which is counted in
    line : length of a line in points
    landscape : whether the page lies on its side
    """

    size: str
    font: float
    line: float
    landscape: bool


SIZES = {"normalsize": 10.0, "small": 9.25, "footnotesize": 8.5, "scriptsize": 8.0}
PAGES = [
    Page(size, font, line, landscape)
    for line, landscape in ((345.0, False), (548.0, True))
    for size, font in SIZES.items()
]
"""From the most to the least comfortable to read."""


def escape(text: str) -> str:
    """Give a text as LaTeX that prints it."""
    return text.translate(MARKS)


def latex_table(shown: pd.DataFrame, words: list[bool], caption: str, label: str) -> str:
    """Give a table in LaTeX for the packages booktabs, array, longtable and pdflscape.

    Parameters
    ----------
    shown : DataFrame
        Texts, under the headings that readers see.
    words : list of bool
        Which columns hold words: these are broken into lines, at the left.
    caption, label : str
        The caption as LaTeX, and what the table is referred to by.
    """
    page, widths = _fit(shown, words)
    shares = (widths * page.font + GAP_PT) / page.line
    columns = "\n".join(
        f">{{\\{'raggedright' if left else 'raggedleft'}\\arraybackslash}}"
        f"p{{\\dimexpr {share:.4f}\\linewidth-2\\tabcolsep\\relax}}"
        for share, left in zip(shares, words, strict=True)
    )
    head = f"\\toprule\n{_row(shown.columns)}\n\\midrule\n"
    body = "\n".join(_row(row) for row in shown.itertuples(index=False))
    setting = f"\\{page.size}\\setlength{{\\tabcolsep}}{{{GAP_PT / 2:g}pt}}"
    named = f"\\caption{{{caption}}}\\label{{{label}}}"
    if not page.landscape and _lines(shown, widths) <= LONGEST_FLOAT:
        inner = f"\\begin{{tabular}}{{{columns}}}\n{head}{body}\n\\bottomrule\n\\end{{tabular}}"
        return f"\\begin{{table}}\n\\centering\n{named}\n{setting}\n{inner}\n\\end{{table}}\n"
    inner = (
        f"\\begin{{longtable}}{{{columns}}}\n{named}\\\\\n{head}\\endfirsthead\n{head}\\endhead\n"
        f"\\bottomrule\n\\endfoot\n{body}\n\\end{{longtable}}"
    )
    begin, end = (
        ("\\begin{landscape}", "\\end{landscape}") if page.landscape else ("\\begingroup", "\\endgroup")
    )
    return f"{begin}\n{setting}\\setlength{{\\LTcapwidth}}{{\\linewidth}}\n{inner}\n{end}\n"


def _row(cells: "pd.Index[str] | tuple[str, ...]") -> str:
    return (
        " & ".join(escape(cell).replace(", ", ",~") if _ends(cell) else escape(cell) for cell in cells)
        + " \\\\"
    )


def _ends(cell: str) -> bool:
    """Whether it is a number with its interval, whose two ends stay on one line."""
    return INTERVAL.fullmatch(cell) is not None


def _pieces(cell: str) -> list[str]:
    return cell.split(" ", 1) if _ends(cell) else cell.split() or [""]


def _fit(shown: pd.DataFrame, words: list[bool]) -> tuple[Page, Widths]:
    """Choose the first page that fits: upright, then with intervals on a second line, then on its side."""
    least, wanted = _widths(shown, words)
    broken = np.where(words, wanted, least)
    upright, lying = PAGES[: len(SIZES)], PAGES[len(SIZES) :]
    for pages, widths in ((upright, wanted), (upright, broken), (lying, wanted)):
        for page in pages:
            if widths.sum() <= _room(page, widths):
                return page, widths
    page = PAGES[-1]
    spare = max(0.0, _room(page, wanted) - least.sum())
    return page, least + (wanted - least) * spare / (wanted - least).sum()


def _room(page: Page, columns: Widths) -> float:
    """Length of a line without the gaps, in units of the font size."""
    return (page.line - GAP_PT * len(columns)) / page.font


def _widths(shown: pd.DataFrame, words: list[bool]) -> tuple[Widths, Widths]:
    """Least width of each column (its longest word) and the width it should have."""
    least, wanted = [], []
    for heading, left in zip(shown, words, strict=True):
        longest = max(width(word) for text in (heading, *shown[heading]) for word in _pieces(text))
        cell = max([width(text) for text in shown[heading]], default=0.0)
        least.append(longest)
        wanted.append(max(longest, min(cell, WIDEST_WORDS) if left else cell))
    return np.array(least), np.array(wanted)


def _lines(shown: pd.DataFrame, widths: Widths) -> int:
    """Lines that the rows take, about."""
    rows = shown.map(width).to_numpy(np.float64) / np.maximum(widths, 1.0)
    return int(np.ceil(rows).max(axis=1, initial=1.0).sum())


WIDTHS = {
    **dict.fromkeys("il.,;:'|!()[]/ ", 0.3),
    **dict.fromkeys("ABCDEFGHIJKLNOPQRSTUVXYZ+=<>", 0.78),
    **dict.fromkeys("mwMW%&", 0.95),
}


def width(text: str) -> float:
    """Width of a text in units of the font size, about, in LaTeX's own font."""
    return sum(WIDTHS.get(letter, 0.53) for letter in text)
