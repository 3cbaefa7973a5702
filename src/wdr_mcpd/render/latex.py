"""A table in LaTeX that fits the page of the class article: as a float, or over pages, upright or on its side.

The columns' widths are shares of the line, estimated from the number of letters in them.
"""

import re

import numpy as np
import pandas as pd

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
INTERVAL = re.compile(r"(\S+) (\[\S+), (\S+\])")
"""A number with its interval, whose two ends stay on one line."""
GAP_PT = 6.0
"""Between two columns."""
WIDEST_WORDS = 25
"""Longer cells of words are broken into lines, letters."""
LONGEST_FLOAT = 32
"""Rows of a table that still stands on one page."""
PAGES = [
    (size, letter, line, line > 400)
    for line in (345.0, 548.0)
    for size, letter in (("normalsize", 5.4), ("footnotesize", 4.6), ("scriptsize", 4.3))
]
"""Size, mean width of a letter and length of a line in points, whether the page lies on its side."""


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
    least = np.array([max(map(len, _pieces([name, *shown[name]]))) for name in shown], float)
    cells = np.array([max(map(len, shown[name]), default=0) for name in shown], float)
    wanted = np.maximum(least, np.where(words, np.minimum(cells, WIDEST_WORDS), cells))
    for size, letter, line, landscape in PAGES:
        room = (line - GAP_PT * len(wanted)) / letter
        if wanted.sum() <= room:
            break
    else:
        wanted = least + (wanted - least) * max(0.0, room - least.sum()) / (wanted - least).sum()
    shares = (wanted * letter + GAP_PT) / line
    columns = "".join(
        f">{{\\{'raggedright' if left else 'raggedleft'}\\arraybackslash}}"
        f"p{{\\dimexpr {share:.4f}\\linewidth-2\\tabcolsep\\relax}}"
        for share, left in zip(shares, words, strict=True)
    )
    over_pages = landscape or len(shown) > LONGEST_FLOAT
    setting = f"\\{size}\\setlength{{\\tabcolsep}}{{{GAP_PT / 2:g}pt}}\\setlength{{\\LTcapwidth}}{{\\linewidth}}\n"
    text = shown.map(_cell).rename(columns=escape).to_latex(
        index=False, escape=False, column_format=columns, longtable=over_pages, caption=caption, label=label
    )
    if not over_pages:
        return text.replace("\\begin{tabular}", f"\\centering\n{setting}\\begin{{tabular}}")
    around = "landscape" if landscape else "small"
    return f"\\begin{{{around}}}\n{setting}{text}\\end{{{around}}}\n"


def _cell(text: str) -> str:
    return INTERVAL.sub(r"\1 \2,~\3", escape(text)) if INTERVAL.fullmatch(text) else escape(text)


def _pieces(texts: list[str]) -> list[str]:
    """What cannot be broken: words, and intervals as a whole."""
    return [
        piece for text in texts for piece in (text.split(" ", 1) if INTERVAL.fullmatch(text) else text.split())
    ] or [""]
