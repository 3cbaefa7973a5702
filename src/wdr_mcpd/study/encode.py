"""The stream of an exam from which every rate of the study is cut."""

from pathlib import Path
from typing import Any

from wdr_mcpd import codec
from wdr_mcpd.coherence.table import read_average
from wdr_mcpd.data import read_exam
from wdr_mcpd.files import whole_file
from wdr_mcpd.methods import Grouping, Method, slice_groups


def encode(
    *,
    volume: Path,
    mcpd: Path | list[Path],
    out: Path,
    exam: str,
    method: str,
    grouping: Grouping,
    coding: dict[str, Any],
    rate: float,
    threshold: float = 0.0,
    mcpd_unit: str = "",
) -> None:
    """Step: one stream of an exam at the highest rate of the study.

    Parameters
    ----------
    mcpd : table of the exam's average MCPD, for methods that select by it; an empty list for others
    exam, method : name the stream
    grouping, coding : of the method; `coding` holds the fields of `codec.Settings`
    rate : bits per voxel
    threshold, mcpd_unit : of the selection
    """
    voxels = read_exam(volume).volume.voxels
    average = read_average(mcpd, mcpd_unit) if isinstance(mcpd, Path) else None
    used = Method(method, method, "", "", grouping, codec.Settings(**coding))
    groups = slice_groups(voxels, used, threshold, mcpd_unit, average=average)
    stream = codec.encode(voxels, groups, used.settings, rate=rate)
    with whole_file(out) as draft:
        draft.write_bytes(stream)
