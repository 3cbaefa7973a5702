# /// script
# dependencies = ["torch"]
# ///
"""Fit the networks that restore decoded slices (`codec/cc/restoration.npz`, `restoration_dependent.npz`).

    python tools/fit_restoration.py COHORTS plain OUT.npz
    python tools/fit_restoration.py COHORTS dependent OUT.npz

Needs PyTorch beside the package. COHORTS is a folder with the files that `learning_data` names.

plain: every stack is coded once, and its cuts at many rates give pairs of decoded and true slices. A network
with two deep layers is fitted first, then two more are added that at first change nothing, and all are fitted
together. The shipped weights are those of a draft, which coded with the first version of the coder.

dependent: begins with the shipped network for integers, and goes on with slices from indices that were
searched for many rates, also from indices without their last bit. Every weight is a straight line in the
coarseness here, at first a constant. The shipped weights are those of a draft: with another seed (2), without
slices of which more than 0.28 of the indices are significant, and with stages that the clock ended, so that
the steps, and the rate of the second, are about those written here.

The seed is fixed; another version of PyTorch may add in another order, and give other last digits.
"""

import argparse
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from learning_data import stacks
from numpy.typing import NDArray
from torch.nn.functional import conv2d, pad, pixel_shuffle, unfold

from wdr_mcpd.codec import Settings
from wdr_mcpd.codec.cc import coder
from wdr_mcpd.codec.cc.contexts import Known
from wdr_mcpd.codec.cc.dependent import indices, levels_of, step_of
from wdr_mcpd.codec.cc.layout import framed, relatives
from wdr_mcpd.codec.cc.reconstruction import centres
from wdr_mcpd.codec.cc.restoration import LIMIT, Network, network
from wdr_mcpd.codec.cc.transform import SPLIT
from wdr_mcpd.codec.layout import Layout
from wdr_mcpd.codec.quantise import Part, transformed

RATES = (0.05, 0.1, 0.17, 0.25, 0.36, 0.5, 0.75, 1.0, 1.4, 2.0)
COMPLETE = (0.03, 0.05, 0.08, 0.12, 0.17, 0.25, 0.36, 0.5, 0.75, 1.0)  # rates of whole dependent indices
SHORTENED = (0.15, 0.4, 0.9)  # of those without their last bit
SLICES, HIDDEN, CELLS = {"plain": 10, "dependent": 16}, 16, 32
STAGES = {
    "plain": ((2, 8000, 3e-3, 4), (4, 5000, 2e-3, 4)),
    "dependent": ((4, 4000, 2e-3, 8), (4, 1500, 1e-3, 8), (4, 15000, 1.2e-3, 8), (4, 12000, 1.2e-3, 8)),
}
"""Deep layers, steps, learning rate and patches a step."""
AVERAGE = 0.005  # share of each step in the running average of the weights that is kept


class Cut(NamedTuple):
    """Decoded slices in steps, what is missing from them, and the share of significant coefficients."""

    rate: float
    decoded: torch.Tensor
    missing: torch.Tensor
    share: float


class Trainable(torch.nn.Module):
    """The network of `codec.cc.restoration`, for slices padded by `margin` and given with both neighbours.

    Without `lines` all weights but the biases of hidden units are constant in the coarseness.
    """

    def __init__(self, base: Network, slope: Network, lines: bool) -> None:
        super().__init__()
        self.count = len(base.deep)
        self.margin = 2 * self.count + 4
        for end, weights in (("", base), ("_slope", slope)):
            for name, values in weights._asdict().items():
                fitted = not end or lines or name == "bias"
                tensor = torch.from_numpy(np.array(values, np.float32))
                self.register_parameter(name + end, torch.nn.Parameter(tensor, requires_grad=fitted))

    def forward(self, x: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
        """Return the correction of each voxel inside the margin, in steps."""
        n, _, rows, columns = x.shape
        here = unfold(x[:, :1], 6, stride=2)
        beside = [unfold(x[:, k : k + 1, 1:-1, 1:-1], 4, stride=2) for k in (1, 2)]
        mean = here[:, [14, 15, 20, 21]].mean(1, keepdim=True)
        seen = (torch.cat([here, *beside], 1) - mean).clamp(-LIMIT, LIMIT)
        coarse = torch.log2(share.clamp(min=2**-9)) + 5

        def at(name: str) -> torch.Tensor:
            base, slope = getattr(self, name), getattr(self, name + "_slope")
            return base + coarse.view(-1, *[1] * base.dim()) * slope

        first, deep, last, bias = at("first"), at("deep"), at("last"), at("bias")
        hidden = torch.relu(torch.baddbmm(bias[:, 0, :, None], first, seen))
        hidden = hidden.view(1, n * HIDDEN, (rows - 4) // 2, (columns - 4) // 2)  # a group for each sample
        for k in range(self.count):
            more = conv2d(hidden, deep[:, k].flatten(0, 1), bias[:, k + 1].flatten(), groups=n)
            hidden = torch.relu(more + hidden[:, :, 1:-1, 1:-1] if k else more)
        out = conv2d(hidden, last.flatten(0, 1), at("last_bias").flatten(), groups=n)
        return pixel_shuffle(out.view(n, 4, *out.shape[2:]), 2)

    def stored(self) -> dict[str, NDArray[np.float16]]:
        """Return the weights as the package holds them."""
        return {name: tensor.numpy().astype(np.float16) for name, tensor in self.state_dict().items()}


def fresh() -> tuple[Network, Network]:
    """Make a network without deep layers that corrects nothing."""
    first = np.random.default_rng(0).normal(0, (2 / 68) ** 0.5, (HIDDEN, 68))
    base = Network(
        first,
        np.empty((0, HIDDEN, HIDDEN, 3, 3)),
        np.zeros((4, HIDDEN, 3, 3)),
        np.zeros((1, HIDDEN)),
        np.zeros(4),
    )
    return base, Network(*(np.zeros_like(values) for values in base))


def deepened(weights: Network, deep: int, spread: float) -> Network:
    """Add deep layers; all but the very first, which `spread` makes random, change nothing at first."""
    more = np.zeros((deep - len(weights.deep), HIDDEN, HIDDEN, 3, 3))
    if not len(weights.deep):
        more[0] = np.random.default_rng(1).normal(0, spread, more[0].shape)
    bias = np.concatenate([weights.bias, np.zeros((len(more), HIDDEN))])
    return weights._replace(deep=np.concatenate([weights.deep, more]), bias=bias)


def cuts(voxels: NDArray[Any]) -> list[Cut]:
    """Code a stack once and decode it at all rates, without restoration."""
    part = transformed(voxels, Settings("cc"), int(voxels.min()), int(voxels.max()))
    top, plan = part.planes - 1, part.layout
    payload = coder.encode(part.coefficients, plan, top, round(max(RATES) * voxels.size / 8))
    heads = {rate: payload[: round(rate * voxels.size / 8)].copy() for rate in RATES}
    return [_cut(voxels, part, rate, coder.known_from(head, plan, top)) for rate, head in heads.items()]


def dependent_cuts(voxels: NDArray[Any]) -> list[Cut]:
    """Search dependent indices for all rates, and keep the slices that the decoder would correct."""
    made = []
    for rate, last in [(rate, 0) for rate in COMPLETE] + [(rate, 1) for rate in SHORTENED]:
        part = transformed(voxels, Settings("cc"), int(voxels.min()), int(voxels.max()), rate)
        table, length = relatives(part.layout)
        exact = framed(part.coefficients, part.layout, table, length)
        level = levels_of(exact, table)
        counts = np.bincount(level, minlength=256)
        counts[0] -= length - part.layout.size
        number = coder._number(counts, rate * voxels.size / 8 / coder.TYPICAL_PRICE)
        if number is None:
            continue
        found = indices(exact, level, table, step_of(number))[0]
        size = np.abs(found)
        known = coder.begin(table, length, 0)
        known.size[:] = np.where(size > 1, size | 1, 0) if last else size
        known.sign[:] = np.sign(found) * (known.size > 0)
        known.last[:] = last
        cut = _cut(voxels, part, rate, known, step_of(number))
        if cut.share <= coder.DENSEST[1]:
            made.append(cut)
    return made


def _cut(voxels: NDArray[Any], part: Part, rate: float, known: Known, step: float = 0) -> Cut:
    plan: Layout = part.layout
    values, width = centres(known, plan.size, step)
    width /= SPLIT.units
    rows, columns = (n // 2 * 2 for n in voxels.shape[1:])
    truth = torch.from_numpy(voxels.astype(np.float32) - part.mean)[:, :rows, :columns] / width
    decoded = torch.from_numpy(SPLIT.block(values, plan))[:, :rows, :columns] / width
    return Cut(rate, decoded, truth - decoded, float(np.count_nonzero(known.size) / plan.size))


def padded(decoded: torch.Tensor, margin: int) -> torch.Tensor:
    """Repeat the outermost voxels of all slices."""
    return pad(decoded[None], (margin,) * 4, mode="replicate")[0]


def beside(k: int, count: int) -> list[int]:
    """Number the slice `k` and the ones before and after it."""
    return [k, max(k - 1, 0), min(k + 1, count - 1)]


def fit(net: Trainable, learning: list[Cut], steps: int, rate: float, count: int) -> None:
    """Fit by Adam on random patches, turned and mirrored; every cut counts the same in decibels."""
    rng = np.random.default_rng(1)
    optimiser = torch.optim.Adam([p for p in net.parameters() if p.requires_grad], rate)
    frames = [padded(cut.decoded, net.margin) for cut in learning]
    worth = [1 / float(cut.missing.square().mean()) for cut in learning]
    kept = {name: value.clone() for name, value in net.state_dict().items()}
    for step in range(steps):
        fade = 0.5 * (1 + np.cos(np.pi * step / steps))
        optimiser.param_groups[0]["lr"] = rate * min(1, (step + 1) / 300) * (0.98 * fade + 0.02)
        chosen = [int(rng.integers(len(learning))) for _ in range(count)]
        patches = [_patch(frames[i], learning[i].missing, net.margin, rng) for i in chosen]
        found = net(torch.stack([x for x, _ in patches]), torch.tensor([learning[i].share for i in chosen]))
        errors = (torch.stack([y for _, y in patches]) - found).square()
        loss = (errors * torch.tensor([worth[i] for i in chosen])[:, None, None, None]).mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        with torch.no_grad():
            for name, value in net.state_dict().items():
                kept[name].lerp_(value, AVERAGE if step > 300 else 0.05)
    net.load_state_dict(kept)


def _patch(
    frames: torch.Tensor, missing: torch.Tensor, margin: int, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    k = int(rng.integers(len(missing)))
    r, c = (2 * int(rng.integers(n // 2 - CELLS + 1)) for n in missing.shape[1:])
    size = 2 * CELLS
    x = frames[beside(k, len(missing)), r : r + size + 2 * margin, c : c + size + 2 * margin]
    y = missing[k : k + 1, r : r + size, c : c + size]
    flips = [axis for axis in (1, 2) if rng.random() < 0.5]
    x, y = x.flip(flips), y.flip(flips)
    if rng.random() < 0.5:
        x, y = x.transpose(1, 2), y.transpose(1, 2)
    if rng.random() < 0.5:
        x = x[[0, 2, 1]]
    return x, y


def report(net: Trainable, seen: list[Cut]) -> None:
    """Print the mean gain at every rate, in decibels."""
    for rate in sorted({cut.rate for cut in seen}):
        gains = []
        for cut in (cut for cut in seen if cut.rate == rate):
            frames, count = padded(cut.decoded, net.margin), len(cut.missing)
            with torch.no_grad():
                found = [net(frames[beside(k, count)][None], torch.tensor([cut.share])) for k in range(count)]
            left = (cut.missing - torch.cat(found)[:, 0]).square().mean() / cut.missing.square().mean()
            gains.append(-10 * float(torch.log10(left)))
        print(f"{rate}: {np.mean(gains):+.3f} dB", flush=True)


def main() -> None:
    """Fit all stages of a network."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cohorts", type=Path)
    parser.add_argument("kind", choices=STAGES)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    dependent = options.kind == "dependent"
    make, slices = dependent_cuts if dependent else cuts, SLICES[options.kind]
    torch.set_num_threads(1)
    learning = [cut for voxels in stacks(options.cohorts, slices) for cut in make(voxels)]
    validation = [cut for voxels in stacks(options.cohorts, slices, True) for cut in make(voxels)]
    base, slope = network(dependent=False) if dependent else fresh()
    for deep, steps, rate, count in STAGES[options.kind]:
        spread = (2 / (9 * HIDDEN)) ** 0.5
        net = Trainable(deepened(base, deep, spread), deepened(slope, deep, 0), dependent)
        fit(net, learning, steps, rate, count)
        report(net, validation)
        stored = net.stored()
        base, slope = (Network(*(stored[f + end] for f in Network._fields)) for end in ("", "_slope"))
        np.savez_compressed(options.out, **stored)


if __name__ == "__main__":
    main()
