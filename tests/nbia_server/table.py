"""The table of faults in docs/reliability.md: `python tests/nbia_server/table.py` writes it anew."""

import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- table of faults: tests/nbia_server/table.py -->\n", "<!-- end of the table of faults -->\n"


def table() -> str:
    """Give the table of all faults that the tests play, in Markdown."""
    from nbia_server.tried import ALL, TRIED

    lines = ["| part | what is wrong | how the fetch ends | tried with |", "| --- | --- | --- | --- |"]
    for name, fault in ALL.items():
        where = ", ".join(kind for kind, names in TRIED.items() if name in names)
        lines.append(f"| {fault.where} | {fault.what} | {fault.ends} | {where} |")
    return "\n".join(lines) + "\n"


def with_table(page: str) -> str:
    """Give the page with the table in its place."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}{table()}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
