"""A small volume and its DICOM series, made by the project's own writer."""

from pathlib import Path

import numpy as np
import pytest
import trustme

from wdr_mcpd.data.dicom_write import write_mr_series
from wdr_mcpd.data.identity import SeriesIdentity
from wdr_mcpd.data.volume import Volume

IDENTITY = SeriesIdentity("collection", "patient", 1, "T1 post-contrast", "20200102")


@pytest.fixture
def volume() -> Volume:
    """Five slices of 6 x 8 pixels, int16 with negatives, no two slices alike."""
    voxels = np.random.default_rng(3).integers(-900, 3000, (5, 6, 8)).astype(np.int16)
    return Volume(voxels, (6.5, 0.5, 0.75), None, (-10.0, 4.0, 7.5), codes=(1, 1))


@pytest.fixture
def series(tmp_path: Path, volume: Volume) -> Path:
    folder = tmp_path / "series with a space é"
    folder.mkdir()
    write_mr_series(folder, volume, IDENTITY)
    return folder


@pytest.fixture
def loopback_alone(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, and one authority that issues nothing: reading those of the system takes its time."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    path = tmp_path_factory.getbasetemp() / "authority.pem"
    if not path.exists():
        trustme.CA().cert_pem.write_to_path(path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
