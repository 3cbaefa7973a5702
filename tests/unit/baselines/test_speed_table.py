"""The table of speed and memory shows both directions of every codec, with the spread of the ratios."""

import pandas as pd

from wdr_mcpd.baselines.speed import speed_table
from wdr_mcpd.render.tables import as_rows


def test_a_row_for_each_codec_with_the_quartiles_of_its_ratios() -> None:
    speed = pd.DataFrame(
        [
            ("a", "X", "encode", 1.0, 7, 0.5, 0.25, 0.75, 10.0, 30.4),
            ("a", "X", "decode", 1.0, 7, 2.0, 1.5, 2.5, 60.0, 8.0),
            ("a", "SPERR", "encode", 1.0, 7, 1.0, 1.0, 1.0, 20.0, 43.0),
            ("a", "SPERR", "decode", 1.0, 7, 1.0, 1.0, 1.0, 30.0, 38.0),
        ],
        columns=[
            *("exam", "label", "direction", "rate_bpv", "runs"),
            *("ratio_sperr", "ratio_sperr_q1", "ratio_sperr_q3", "mvoxel_per_s", "peak_mb"),
        ],
    )
    table = speed_table(speed)
    assert table.note.startswith("a at 1 bpv, processor time of one core")
    assert "medians of 7 runs" in table.note
    first = as_rows(table).splitlines()[2]
    cells = [cell.strip() for cell in first.strip("|").split("|")]
    assert cells == ["X", "0.50 [0.25, 0.75]", "10.0", "30", "2.00 [1.50, 2.50]", "60.0", "8"]
