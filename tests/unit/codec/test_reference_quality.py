"""Our WDR is nowhere below the reference implementation, measured elsewhere, on the sample."""

import pandas as pd
import pytest
from volumes import ARCHIVE, ROOT

from wdr_mcpd import codec
from wdr_mcpd.baselines.beside_reference import BESIDE_REFERENCE
from wdr_mcpd.bench.contestants import SAME_TRANSFORM
from wdr_mcpd.codec import Settings
from wdr_mcpd.data.sample import stored_volumes
from wdr_mcpd.study.metrics import pooled_psnr

RATES = (0.1, 0.25, 0.5, 1.0, 2.0)
OURS = {method.name: method for method in SAME_TRANSFORM}

needs_sample = pytest.mark.skipif(not ARCHIVE.is_dir(), reason="the sample data are not downloaded")


@needs_sample
@pytest.mark.parametrize("reference", BESIDE_REFERENCE)
def test_no_rate_is_below_the_reference(reference: str) -> None:
    published = pd.read_csv(ROOT / "resources" / "published" / "rate_distortion.csv")
    theirs = published[published["label"] == reference].set_index(["volume", "rate_bpv"])["psnr_db"]
    method = OURS[BESIDE_REFERENCE[reference]]
    for name, volume in stored_volumes(ARCHIVE).items():
        for rate, run in method.at_rates(volume.voxels, RATES).items():
            assert 8 * len(run.stream) <= rate * volume.voxels.size
            assert pooled_psnr(volume.voxels, run.decode()) >= theirs[name, rate], (name, rate)


@needs_sample
def test_auto_finds_no_axial_level_on_thick_slices() -> None:
    for coder in ("wdr", "cc"):
        for name, volume in stored_volumes(ARCHIVE).items():
            group = codec.info(codec.encode(volume.voxels, settings=Settings(coder), rate=1.0))["groups"][0]
            assert group["axial_levels"] == 0, name
