"""Gather what the models of the coherence coder know after other images (`codec/cc/start.npz`).

    python tools/fit_start.py COHORTS OUT.npz

COHORTS is a folder with the files that `learning_data` names. Every stack is coded at one bit per voxel,
without and with one axial level, beginning at one half. What models then say is averaged in the logistic
domain, each counting by the decisions that it has seen, at most 30; weights are averaged over the stacks
that used them. A model then counts as having seen a fourth of all its decisions, at most 20.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from learning_data import stacks
from numpy.typing import NDArray

from wdr_mcpd.codec import Settings
from wdr_mcpd.codec.cc.coder import begin
from wdr_mcpd.codec.cc.contexts import ESTIMATES, MODELS, WEIGHT_SETS
from wdr_mcpd.codec.cc.layout import KINDS, framed, relatives
from wdr_mcpd.codec.cc.mixing import COUNT_BITS, Models, new_models
from wdr_mcpd.codec.cc.planes import code_planes
from wdr_mcpd.codec.quantise import transformed
from wdr_mcpd.codec.rangecoder import writer

SLICES, RATE = 12, 1.0
TRUSTED, SEEN = 30, 20


def learnt(voxels: NDArray[Any], axial_levels: int) -> Models:
    """Code a stack and return what the models have become."""
    settings = Settings("cc", axial_levels=axial_levels)
    part = transformed(voxels, settings, int(voxels.min()), int(voxels.max()))
    table, length = relatives(part.layout)
    models = new_models(MODELS, WEIGHT_SETS, ESTIMATES, KINDS)
    exact = framed(part.coefficients, part.layout, table, length)
    channel = writer(round(RATE * voxels.size / 8), voxels.size)
    code_planes(exact, begin(table, length, part.planes - 1), models, channel, part.planes - 1)
    return models


def average(values: NDArray[np.float64], unused: int) -> NDArray[np.float64]:
    """Average over the stacks whose values are not `unused`."""
    used = values != unused
    return np.where(used.any(0), values.sum(0, where=used) / np.maximum(used.sum(0), 1), unused)


def main() -> None:
    """Gather the states and store their average."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cohorts", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    states = [learnt(voxels, axial) for voxels in stacks(options.cohorts, SLICES) for axial in (0, 1)]
    packed = np.array([state.model for state in states], np.int64)
    seen = packed & ((1 << COUNT_BITS) - 1)
    chance = np.clip((packed >> COUNT_BITS) / 2**22, 2.0**-22, 1 - 2.0**-22)
    trust = np.minimum(seen, TRUSTED)
    opinion = (np.log(chance / (1 - chance)) * trust).sum(0) / np.maximum(trust.sum(0), 1)
    counts = np.minimum(seen.sum(0) // 4, SEEN).astype(np.uint8)
    weight = average(np.array([state.weight for state in states], np.float64), 1 << 15)
    linear = average(np.array([state.linear for state in states], np.float64), 0)
    np.savez_compressed(
        options.out,
        model=np.where(counts > 0, np.rint(16 * opinion), 0).clip(-127, 127).astype(np.int8),
        seen=counts,
        weight=np.rint(weight / 256).astype(np.int16),
        linear=np.rint(linear / 16).astype(np.int16),
    )


if __name__ == "__main__":
    main()
