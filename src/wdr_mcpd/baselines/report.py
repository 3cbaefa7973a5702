"""Tables and figures of our methods beside other codecs, from the exams of the study."""

from pathlib import Path
from typing import Any, Unpack

import pandas as pd

from wdr_mcpd.baselines.comparison import comparison_table
from wdr_mcpd.baselines.curves import absent_points, curves, with_mean
from wdr_mcpd.baselines.figures import write_figures
from wdr_mcpd.baselines.measure import refusal
from wdr_mcpd.baselines.speed import speed_points, speed_table
from wdr_mcpd.data.exam import read_exam
from wdr_mcpd.methods import with_variants
from wdr_mcpd.render.notes import Measured, note_of
from wdr_mcpd.render.tables import write_tables
from wdr_mcpd.study.frames import read_csv, read_exams
from wdr_mcpd.study.quality import COLUMNS
from wdr_mcpd.study.rates import exam_quality

FIGURES = ("baselines", "baselines-speed", "baselines-lossless")


def read_benchmark(path: Path) -> pd.DataFrame:
    """Read one table of benchmarks, with volumes as exams."""
    return read_csv(path, ["volume", "method"]).rename(columns={"volume": "exam"})


def baseline_tables(
    *,
    series: Path,
    volumes: list[Path],
    quality: list[Path],
    baselines: list[Path],
    codec_speed: Path,
    lossless: Path,
    tables: list[Path],
    figures: list[Path],
    table_rate: float,
    variants: dict[str, dict[str, Any]],
    **how: Unpack[Measured],
) -> None:
    """Write the tables and figures of all exams; `baselines` are files EXAM/CODEC.csv."""
    names = list(dict.fromkeys(path.stem for path in baselines))
    voxels: dict[str, int] = {}
    reasons: dict[tuple[str, str], str] = {}
    for path in volumes:
        volume = read_exam(path).volume.voxels
        voxels[path.stem] = volume.size
        refused = {(path.stem, name): refusal(name, volume) for name in names}
        reasons |= {key: reason for key, reason in refused.items() if reason}
    methods, note = with_variants(variants), note_of(series, how)
    points = curves(exam_quality(read_exams([*quality, *baselines], COLUMNS)), voxels)
    absent = absent_points(points, names, reasons)
    told = ". ".join([note, f"Absent: {'; '.join(absent)}"] if absent else [note])
    speed, bits = read_benchmark(codec_speed), read_benchmark(lossless)
    compared = comparison_table(with_mean(points), told, table_rate, methods)
    write_tables(tables, compared, speed_table(speed))
    many = len(voxels) > 2  # two fit a figure side by side; of more their mean is drawn
    write_figures(
        with_mean(points, alone=True) if many else points,
        speed_points(speed, points, methods=methods),
        with_mean(bits, alone=True, by=["method"]) if many else bits,
        note,
        [[path for path in figures if path.stem == name] for name in FIGURES],
        lossless_note=note_of(series),
        methods=methods,
    )
