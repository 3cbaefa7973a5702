"""The table of exams: what each is, and how the slices of the study came out of it."""

from collections.abc import Mapping
from pathlib import Path

from wdr_mcpd.data.exam import Exam
from wdr_mcpd.data.series import read_series_table
from wdr_mcpd.data.tsv import read_tsv, write_tsv

Row = Mapping[str, str | int]


def facts_of(exam: Exam) -> Row:
    """Give what the table says of an exam's slices, counted from 1; distances are in the volume's unit."""
    volume = exam.volume
    count, rows, columns = volume.voxels.shape
    return {
        "first_slice": exam.first + 1,
        "slices": count,
        "available": exam.available,
        "cut": exam.cut or "slices of the series",
        "rows": rows,
        "columns": columns,
        "slice_distance": f"{volume.spacing[0]:.4g}",
        "pixel": f"{volume.spacing[1]:.4g} x {volume.spacing[2]:.4g}",
        "type": volume.voxels.dtype.name,
        "tumour_voxels": 0 if volume.mask is None else int(volume.mask.sum()),
    }


def write_facts(path: Path, exam: Exam) -> None:
    """Write what the table will say of an exam's slices."""
    facts = facts_of(exam)
    write_tsv(path, [facts], list(facts))


def exam_table(*, series: Path, facts: list[Path], out: Path) -> None:
    """Step: one row for each exam, of where it comes from and what was cut out of it."""
    listed = {row.exam_id: row for row in read_series_table(series)}
    rows = []
    for path in facts:
        one = listed[path.stem]
        known = {"exam": one.exam_id, "collection": one.collection, "description": one.series_description}
        rows.append(known | {"licence": one.licence} | read_tsv(path)[1][0])
    write_tsv(out, rows, list(rows[0]))
