"""What compression does to the tumour's contrast, segmentation and features, and what societies recommend."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Unpack

from wdr_mcpd.methods import with_variants
from wdr_mcpd.render.notes import Measured, interval_note, note_of
from wdr_mcpd.render.tables import lay_out, write_tables
from wdr_mcpd.study.fidelity import FAR, FEATURES, NEAR, RECOMMENDATIONS, recommended
from wdr_mcpd.study.frames import read_exams
from wdr_mcpd.study.statistics import summarise

VALUES = ["ratio_allocated", "ratio_significant", "cnr_change", "dice", "volume_change_percent"]


def fidelity(
    *,
    series: Path,
    exams: list[Path],
    tables: list[Path],
    variants: Mapping[str, Mapping[str, Any]],
    **how: Unpack[Measured],
) -> None:
    """Write both tables; exams without a tumour are not in them."""
    measured = read_exams(exams, ["method", "cnr", "dice"])
    measured["cnr_change"] = measured["cnr"] - measured["cnr_original"]
    measured["volume_change_percent"] = 100 * (measured["volume_mm3"] / measured["volume_original_mm3"] - 1)
    means = summarise(measured, ["method", "rate_bpv"], [*VALUES, *(f"{name}_change" for name in FEATURES)])
    registry = with_variants(variants)
    means["method"] = means["method"].map(lambda name: registry[name].label)
    beside = recommended(means)
    for kind in ("within_allocated", "within_significant"):
        beside[kind] = beside[kind].map({True: "within", False: "beyond"})
    note = interval_note(note_of(series, how), measured["subject"].nunique())
    said = {"near": NEAR, "far": FAR, "sources": RECOMMENDATIONS}
    write_tables(
        tables,
        lay_out(__file__, "fidelity", means, note=note, **said),
        lay_out(__file__, "recommendations", beside, note=note_of(series)),
    )
