"""The table of exams: what each is, and how the slices of the study came out of it."""

from pathlib import Path

from wdr_mcpd.data.exam import Exam, read_exam
from wdr_mcpd.data.series import Series, read_series_table
from wdr_mcpd.data.tsv import write_tsv


def exam_row(series: Series, exam: Exam) -> dict[str, str | int]:
    """Give what the table says of one exam; slices are counted from 1, distances are in the volume's unit."""
    volume = exam.volume
    count, rows, columns = volume.voxels.shape
    return {
        "exam": series.exam_id,
        "collection": series.collection,
        "description": series.series_description,
        "licence": series.licence,
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


def exam_table(*, series: Path, volumes: list[Path], out: Path) -> None:
    """Step: one row for each exam, of where it comes from and what was cut out of it."""
    listed = {row.exam_id: row for row in read_series_table(series)}
    rows = [exam_row(listed[path.stem], read_exam(path)) for path in volumes]
    write_tsv(out, rows, list(rows[0]))
