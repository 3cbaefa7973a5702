"""A table in LaTeX that fits the page: pandas lays it out, adjustbox makes it no larger than the page."""

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
LONGEST_CELL = 25
"""Letters; a column of words with longer cells is broken into lines."""
UPRIGHT_COLUMNS = 7
"""More columns lie on their side."""
ROWS_OF_A_PAGE = 40
BOX = "max width=\\linewidth, max totalheight=0.75\\textheight"


def escape(text: str) -> str:
    """Give a text as LaTeX that prints it."""
    return text.translate(MARKS)


def latex_table(shown: pd.DataFrame, words: list[bool], caption: str, label: str) -> str:
    """Give texts in LaTeX (booktabs, adjustbox, pdflscape), a float for each page, `words` at the left."""
    longest = {name: max(map(len, cells), default=0) for name, cells in shown.items()}
    columns = "".join(
        ("p{4cm}" if longest[name] > LONGEST_CELL else "l") if left else "r"
        for name, left in zip(shown, words, strict=True)
    )
    pages = [shown[i : i + ROWS_OF_A_PAGE] for i in range(0, max(len(shown), 1), ROWS_OF_A_PAGE)]
    around = "landscape" if shown.shape[1] > UPRIGHT_COLUMNS else "center"
    floats = []
    for number, rows in enumerate(pages, 1):
        of_pages = f" Part {number} of {len(pages)}." if len(pages) > 1 else ""
        text = (
            rows.map(escape)
            .rename(columns=escape)
            .to_latex(
                index=False,
                escape=False,
                column_format=columns,
                caption=caption + of_pages,
                label=label if number == 1 else f"{label}-{number}",
            )
        )
        text = text.replace("\\begin{tabular}", f"\\begin{{adjustbox}}{{{BOX}}}\n\\begin{{tabular}}")
        floats.append(text.replace("\\end{tabular}", "\\end{tabular}\n\\end{adjustbox}"))
    return f"\\begin{{{around}}}\n{''.join(floats)}\\end{{{around}}}\n"
