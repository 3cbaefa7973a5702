"""The streams of an exam from which every rate of the study is cut."""

from pathlib import Path
from typing import Any

from wdr_mcpd import codec
from wdr_mcpd.coherence.table import read_average
from wdr_mcpd.data import read_exam
from wdr_mcpd.files import whole_file
from wdr_mcpd.methods import Method, slice_groups


def encode(
    *,
    volume: Path,
    mcpd: Path | list[Path],
    out: list[Path],
    exam: str,
    methods: dict[str, dict[str, Any]],
    rate: float,
    threshold: float = 0.0,
    mcpd_unit: str = "",
) -> None:
    """Step: the streams METHOD.wdr of an exam at the highest rate of the study.

    Parameters
    ----------
    mcpd : table of the exam's average MCPD, if a method selects by it; an empty list otherwise
    methods : by name, each with its `grouping` and `coding`, the fields of `codec.Settings`
    rate : bits per voxel
    threshold, mcpd_unit : of the selection
    """
    voxels = read_exam(volume).volume.voxels
    average = read_average(mcpd, mcpd_unit) if isinstance(mcpd, Path) else None
    for path in out:
        grouping, coding = methods[path.stem]["grouping"], methods[path.stem]["coding"]
        used = Method(path.stem, path.stem, "", "", grouping, codec.Settings(**coding))
        groups = slice_groups(voxels, used, threshold, mcpd_unit, average=average)
        with whole_file(path) as draft:
            draft.write_bytes(codec.encode(voxels, groups, used.settings, rate=rate))
