"""The slices of the study out of the folder of an exam."""

from pathlib import Path
from typing import Any

from wdr_mcpd.data.exam import Exam, window, write_exam
from wdr_mcpd.data.manifest import check_whole, discard
from wdr_mcpd.data.stack import as_slices, step_of, thin
from wdr_mcpd.data.volume_files import read_volume, volume_file
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import write_rows


def cut_exam(
    folder: Path,
    slices: int,
    first_slice: int | str = "central",
    slice_step: int | str = 1,
    slice_average: bool = False,
    slice_axis: int | str = "thickest",
) -> Exam:
    """Cut the slices of the study out of an exam, as the keys of the configuration say.

    A DICOM series has slices; a volume file is first cut along an axis and turned (`stack.as_slices`). The
    stack is thinned (`stack.step_of`, `stack.thin`), and a window of it is kept (`exam.window`).
    """
    try:
        volume, cut = read_volume(folder), []
        if volume_file(folder) is not None:
            volume, done = as_slices(volume, slice_axis)
            cut.append(done)
        step = step_of(slice_step, volume.spacing[0])
        if step > 1:
            cut.append(f"averages of {step} slices" if slice_average else f"one of {step} slices")
        return window(thin(volume, step, slice_average), slices, first_slice, "; ".join(cut))
    except InputError as error:
        raise InputError(str(error) if str(folder) in str(error) else f"{folder}: {error}") from error


def volume_of_exam(
    *,
    manifest: Path,
    out: Path,
    facts: Path,
    exam: str,
    keep_series: bool = True,
    fetched: Path | None = None,
    **cut: Any,
) -> None:
    """Step: the slices of the study, cut out of an exam, and what the table of exams will say of them.

    Without `keep_series` all but the manifest of the series is deleted; `fetched` says that it was there.
    """
    check_whole(manifest.parent)
    found = cut_exam(manifest.parent, **cut)
    write_exam(out, found)
    row = facts_of(found)
    write_rows(facts, [row], list(row))
    if not keep_series:
        discard(manifest.parent)


def facts_of(exam: Exam) -> dict[str, str | int]:
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
