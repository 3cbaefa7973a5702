from pathlib import Path

import pandas as pd
import pytest

from wdr_mcpd.baselines.targets import read_targets, targets_section

PUBLISHED = Path(__file__).parents[3] / "resources" / "published"
TARGETS = pd.DataFrame(
    {"exam": "a", "rate_bpv": [1, 2, 4], "must_db": [40.0, 45.0, 60.0], "goal_db": [41.0, 46.0, 61.0]}
)
SPEED = pd.DataFrame(
    {
        "method": ["3d-wdr-cc", "3d-wdr-cc", "sperr", "sperr"],
        "direction": ["encode", "decode"] * 2,
        "mvoxel_per_s": [5.0, 1.0, 10.0, 20.0],
    }
)


def curves(method: str, *psnr_max_db: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "exam": "a",
            "method": method,
            "rate_bpv": [1.0, 2.0][: len(psnr_max_db)],
            "psnr_db": [value + 20 for value in psnr_max_db],
            "psnr_max_db": psnr_max_db,
        }
    )


def lossless(ours: float) -> pd.DataFrame:
    bits = {"3d-wdr-cc": ours, "jpeg2000-slices-quality": 6.5, "jpegxl": 6.2}
    return pd.DataFrame({"exam": "a", "method": bits.keys(), "bpv": bits.values()})


def cells(text: str) -> list[list[str]]:
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def test_what_was_met_and_by_how_much() -> None:
    measured = pd.concat([curves("3d-wdr-cc", 40.5, 46.0), curves("3d-wdr", 39.0)])
    text = targets_section(measured, SPEED, lossless(6.3), TARGETS)
    assert cells(text) == [
        ["a", "1", "39.00", "-", "40.50", "40.00, met by 0.50", "41.00, missed by 0.50"],
        ["a", "2", "-", "-", "46.00", "45.00, met by 1.00", "46.00, met by 0.00"],
    ]
    assert "meets 2 of 2 least values and 1 of 2 goals" in text
    assert "lower by 20.00 dB on a" in text


def test_speeds_are_shares_of_the_encoding_of_sperr() -> None:
    text = targets_section(curves("3d-wdr-cc", 40.0), SPEED, lossless(6.3), TARGETS)
    assert "encodes at 0.50 and decodes at 0.10 " in text
    assert "(at least 0.16: met encoding, missed decoding; goal 0.5: met encoding, missed decoding)" in text


@pytest.mark.parametrize(
    ("ours", "must", "goal"), [(6.6, "missed", "missed"), (6.3, "met", "missed"), (6.1, "met", "met")]
)
def test_lossless_rate_beside_both_codecs(ours: float, must: str, goal: str) -> None:
    text = targets_section(curves("3d-wdr-cc", 40.0), SPEED, lossless(ours), TARGETS)
    assert (
        f"{ours:.3f} bits per voxel on a (at most JPEG 2000's 6.500: {must}; goal JPEG XL's 6.200: {goal})"
        in text
    )


def test_a_baseline_that_was_not_measured_is_not_spoken_of() -> None:
    text = targets_section(curves("3d-wdr-cc", 40.0), SPEED[:2], lossless(6.3)[:2], TARGETS)
    assert "SPERR" not in text
    assert "JPEG" not in text
    assert targets_section(curves("3d-wdr", 40.0), SPEED, lossless(6.3), TARGETS) == ""


def test_the_committed_targets_cover_both_volumes_at_five_rates() -> None:
    targets = read_targets(PUBLISHED)
    points = targets.groupby("exam")["rate_bpv"].apply(list).to_dict()
    assert points == {name: [0.1, 0.25, 0.5, 1, 2] for name in ("brain1", "brain2")}
    assert (targets["goal_db"] > targets["must_db"]).all()
