"""What `import wdr_mcpd` offers: documented, and imported only when it is used."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import wdr_mcpd
from wdr_mcpd.errors import InputError


def test_dir_names_what_there_is_and_each_is_documented() -> None:
    names = ["METHODS", "__version__", "average_mcpd", "decode", "encode", "info", "psnr", "read_volume"]
    assert dir(wdr_mcpd) == sorted([*names, "results", "select", "ssim", "sweep", "truncate"])
    for name in dir(wdr_mcpd):
        found = getattr(wdr_mcpd, name)
        assert not callable(found) or found.__doc__, name
        assert name in wdr_mcpd.__doc__ or name == "__version__"


def test_importing_the_package_loads_nothing_heavy() -> None:
    program = "import sys, wdr_mcpd; sys.exit(bool({'numpy', 'numba', 'pandas'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'encod'"):
        wdr_mcpd.encod  # noqa: B018


def test_results_are_tables_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no tables"):
        wdr_mcpd.results(tmp_path)
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "rates.csv").write_text("method,rate_bpv\n3d-wdr,1\n")
    tables = wdr_mcpd.results(tmp_path)
    assert list(tables) == ["rates"]
    assert isinstance(tables["rates"], pd.DataFrame)


def test_a_sweep_is_a_frame_with_the_threshold_of_the_study() -> None:
    volume = np.cumsum(np.random.default_rng(1).normal(0, 30, (4, 32, 32)), axis=2).astype(np.int16)
    swept = wdr_mcpd.sweep(volume, thresholds=[0.3, 1.0], rates=[1.0])
    assert list(swept["threshold_mcpd"]) == [0.3, 0.5, 1.0]
    chosen = wdr_mcpd.select(wdr_mcpd.average_mcpd(volume), 1.0)
    assert swept["selected_slices"].iloc[-1] == chosen.sum()
