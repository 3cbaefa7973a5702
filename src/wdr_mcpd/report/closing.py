"""What stands at the end of a run in a few lines, and the main numbers of runs side by side."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from wdr_mcpd.errors import InputError
from wdr_mcpd.files import read_bytes, write_text
from wdr_mcpd.places import PROVENANCE, Results, sidecar_of
from wdr_mcpd.render.pages import fill
from wdr_mcpd.study.controls import ALONE, NO_AXIAL, PROPOSED
from wdr_mcpd.study.frames import read_csv
from wdr_mcpd.study.pays import of_controls

MARK = "<!-- what is older than the last run -->"
"""Where the report says so, until the end of the line."""
WITHOUT_EFFECT = re.compile("run|baselines|evidence|draws|orders|idc_endpoint|parallel_downloads|download_.*")
"""Keys that change no number of a table which does not ask for them itself."""


def closing(root: Path, configuration: Mapping[str, Any]) -> list[str]:
    """Say in at most five lines what a run found, where it is, what is older, and what to try next.

    What is not made yet is left out: `root` may hold the results of a part of the study.
    """
    results, older = Results(root), stale(root, configuration)
    controls, table2, report = results.table("controls")[0], results.table("table2")[0], root / "report.html"
    recorded = table2.exists() and sidecar_of(table2).exists()
    rows = _selected(table2).reset_index().itertuples(index=False, name=None) if recorded else []
    judged = controls.exists() and "controls" not in older
    text = fill(
        "closing.md",
        answer=of_controls(read_csv(controls)) if judged else None,
        chosen=[f"{number} of {of} slices of {exam}" for exam, number, of in rows],
        threshold=_threshold(table2) if recorded else None,
        report=report if report.exists() else None,
        tables=table2.exists(),
        older=older,
        root=root,
    )
    lines = text.splitlines()
    if older:
        _mark(report, f'<p class="older" role="note">{lines[-1]}</p>')
    return lines


def stale(root: Path, configuration: Mapping[str, Any]) -> list[str]:
    """Name the tables, figures and pages made with other keys, or from streams that were made anew since."""
    now = json.loads(json.dumps(configuration))
    sidecars = sorted(root.glob(f"tables/*{PROVENANCE}")) + sorted(root.glob(f"figures/**/*{PROVENANCE}"))
    older = [sidecar for sidecar in sidecars if _is_older(root, sidecar, now)]
    names = list(dict.fromkeys(path.name.removesuffix(PROVENANCE) for path in older))
    report = root / "report.html"
    if report.exists() and (names or any(_is_newer(path, report) for path in sidecars)):
        names.append(report.name)
    return names


def _is_older(root: Path, sidecar: Path, now: Mapping[str, Any]) -> bool:
    try:
        known = json.loads(read_bytes(sidecar))
        then, streams = known["configuration"], [root / name for name in known.get("streams", ())]
    except (ValueError, KeyError):
        return True  # what is broken is to be made anew
    changed = [key for key in then if not WITHOUT_EFFECT.fullmatch(key) and now.get(key) != then[key]]
    return bool(changed) or any(path.exists() and _is_newer(path, sidecar) for path in streams)


def _is_newer(path: Path, other: Path) -> bool:
    return path.stat().st_mtime_ns > other.stat().st_mtime_ns


def _mark(report: Path, text: str) -> None:
    """Say it in the report too, which stays as old as it is: Snakemake goes by the time."""
    if report.exists():
        status = report.stat()
        page = read_bytes(report).decode()
        write_text(report, re.sub(f"{MARK}.*", lambda _: MARK + text, page, count=1))
        os.utime(report, ns=(status.st_atime_ns, status.st_mtime_ns))


def side_by_side(roots: Sequence[Path]) -> pd.DataFrame:
    """Give the main numbers of runs: one row for each number, one column for each run.

    Raises
    ------
    InputError
        When a folder does not hold the tables of a whole run.
    """
    columns = {}
    for root in roots:
        results = Results(root)
        controls, table2, table3 = (results.table(name)[0] for name in ("controls", "table2", "table3"))
        if missing := next((path for path in (controls, table2, table3) if not path.exists()), None):
            raise InputError(f"{missing}: is not there; a bare snakemake makes it")
        gains = read_csv(controls).set_index("control")["exam_gain_db"]
        columns[str(root)] = {
            "T": _threshold(table2),
            "exams": float(len(_selected(table2))),
            "slices selected, mean of the exams": _selected(table2)["sum"].mean(),
            "gain of the selected slices (dB)": read_csv(table3)["improvement_db"].mean(),
            "whole exam: 3D-WDR-MCPD over 3D-WDR (dB)": gains[PROPOSED],
            "whole exam: every slice alone over 3D-WDR (dB)": gains[ALONE],
            "whole exam: no axial transform over 3D-WDR (dB)": gains[NO_AXIAL],
        }
    return pd.DataFrame(columns)


def _selected(table2: Path) -> pd.DataFrame:
    """Give for each exam how many slices are selected (sum) of how many (count)."""
    ours = read_csv(table2, ["exam", "selected"]).dropna(subset="selected")
    return ours["selected"].eq("yes").groupby(ours["exam"], sort=False).agg(["sum", "count"])


def _threshold(table: Path) -> float:
    return float(json.loads(read_bytes(sidecar_of(table)))["configuration"]["threshold"])
