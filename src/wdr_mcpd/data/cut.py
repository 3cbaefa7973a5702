"""The slices of the study out of the folder of an exam."""

from pathlib import Path

from wdr_mcpd.data.exam import Exam, first_index, window, write_exam
from wdr_mcpd.data.exam_table import write_facts
from wdr_mcpd.data.manifest import check_whole, discard
from wdr_mcpd.data.reading import read_volume, volume_file
from wdr_mcpd.data.stack import as_slices, step_of, thin
from wdr_mcpd.errors import InputError


def cut_exam(
    folder: Path,
    slices: int,
    first: int | str = "central",
    slice_step: int | str = 1,
    average: bool = False,
    slice_axis: int | str = "thickest",
) -> Exam:
    """Cut the slices of the study out of an exam.

    A DICOM series has slices; a volume file is first cut along `slice_axis` and turned (`stack.as_slices`).
    `slice_step` and `average` thin the stack (`stack.step_of`, `stack.thin`) of which `slices` from `first`
    on are kept (`exam.window`). InputError where the exam cannot be read, or has too few slices.
    """
    try:
        volume, cut = read_volume(folder), []
        if volume_file(folder) is not None:
            volume, done = as_slices(volume, slice_axis)
            cut.append(done)
        step = step_of(slice_step, volume.spacing[0])
        if step > 1:
            cut.append(f"averages of {step} slices" if average else f"one of {step} slices")
        return window(thin(volume, step, average), slices, first, "; ".join(cut))
    except InputError as error:
        raise InputError(str(error) if str(folder) in str(error) else f"{folder}: {error}") from error


def volume_of_exam(
    *,
    manifest: Path,
    out: Path,
    facts: Path,
    slices: int,
    first_slice: int | str,
    slice_step: int | str,
    slice_average: bool,
    slice_axis: int | str,
    exam: str,
    keep_series: bool = True,
    fetched: Path | None = None,
) -> None:
    """Step: the slices of the study, cut out of an exam; `first_slice` counts from 1, or is "central".

    Without `keep_series` all but the manifest of the series is deleted; `fetched` says that it was there.
    """
    check_whole(manifest.parent)
    found = cut_exam(manifest.parent, slices, first_index(first_slice), slice_step, slice_average, slice_axis)
    write_exam(out, found)
    write_facts(facts, found)
    if not keep_series:
        discard(manifest.parent)
