# /// script
# dependencies = ["torch"]
# ///
"""Fit the network that restores decoded slices (`codec/cc/restoration.npz`).

    python tools/fit_restoration.py COHORTS OUT.npz

Needs PyTorch beside the package. COHORTS is a folder with the files that `learning_data` names. Every
stack is coded once, and its cuts at many rates give pairs of decoded and true slices. A network with two
deep layers is fitted first, then two more are added that at first change nothing, and all are fitted
together. The seed is fixed; another version of PyTorch may add in another order, and give other last
digits.
The shipped weights are those of a draft of this script, which coded with the first version of the coder.
"""

import argparse
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from learning_data import stacks
from numpy.typing import NDArray
from torch.nn.functional import pad, pixel_shuffle, unfold

from wdr_mcpd.codec import Settings
from wdr_mcpd.codec.cc import coder
from wdr_mcpd.codec.cc.reconstruction import centres
from wdr_mcpd.codec.cc.restoration import LIMIT
from wdr_mcpd.codec.cc.transform import SPLIT
from wdr_mcpd.codec.quantise import transformed

RATES = (0.05, 0.1, 0.17, 0.25, 0.36, 0.5, 0.75, 1.0, 1.4, 2.0)
SLICES, HIDDEN, CELLS, PATCHES = 10, 16, 32, 4
STAGES = ((2, 8000, 3e-3), (4, 5000, 2e-3))  # deep layers, steps, learning rate
AVERAGE = 0.005  # share of each step in the running average of the weights that is kept


class Cut(NamedTuple):
    """Decoded slices in steps, what is missing from them, and the share of significant coefficients."""

    rate: float
    decoded: torch.Tensor
    missing: torch.Tensor
    share: float


class Trainable(torch.nn.Module):
    """The network of `codec.cc.restoration`, for slices padded by `margin` and given with both neighbours."""

    def __init__(self, deep: int) -> None:
        super().__init__()
        self.margin = 2 * deep + 4
        self.first = torch.nn.Conv2d(68, HIDDEN, 1)
        self.deep = torch.nn.ModuleList(torch.nn.Conv2d(HIDDEN, HIDDEN, 3) for _ in range(deep))
        self.last = torch.nn.Conv2d(HIDDEN, 4, 3)
        self.slope = torch.nn.Parameter(torch.zeros(deep + 1, HIDDEN))
        for layer in (self.first, *self.deep):
            torch.nn.init.kaiming_normal_(layer.weight)
        torch.nn.init.zeros_(self.last.weight)
        torch.nn.init.zeros_(self.last.bias)

    def forward(self, x: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
        """Return the correction of each voxel inside the margin, in steps."""
        count, _, rows, columns = x.shape
        here = unfold(x[:, :1], 6, stride=2)
        beside = [unfold(x[:, k : k + 1, 1:-1, 1:-1], 4, stride=2) for k in (1, 2)]
        mean = here[:, [14, 15, 20, 21]].mean(1, keepdim=True)
        seen = (torch.cat([here, *beside], 1) - mean).clamp(-LIMIT, LIMIT)
        seen = seen.view(count, 68, (rows - 4) // 2, (columns - 4) // 2)
        coarse = torch.log2(share.clamp(min=2**-9)) + 5
        shift = (self.slope[None] * coarse[:, None, None])[..., None, None]
        hidden = torch.relu(self.first(seen) + shift[:, 0])
        for k, layer in enumerate(self.deep):
            more = layer(hidden) + shift[:, k + 1]
            hidden = torch.relu(more + hidden[:, :, 1:-1, 1:-1] if k else more)
        return pixel_shuffle(self.last(hidden), 2)

    def deepened(self, deep: int) -> "Trainable":
        """Return a network with more deep layers that gives the same corrections."""
        larger = Trainable(deep)
        old = self.state_dict()
        for name, value in larger.state_dict().items():
            if name == "slope":
                value[: len(old[name])] = old[name]
            else:
                value.copy_(old.get(name, torch.zeros_like(value)))
        return larger

    def stored(self) -> dict[str, Any]:
        """Return the weights as the package holds them."""
        tensors = {
            "first": self.first.weight[:, :, 0, 0],
            "deep": torch.stack([layer.weight for layer in self.deep]),
            "last": self.last.weight,
            "bias": torch.stack([layer.bias for layer in (self.first, *self.deep)]),
            "slope": self.slope,
            "last_bias": self.last.bias,
        }
        return {name: tensor.detach().numpy().astype(np.float16) for name, tensor in tensors.items()}


def cuts(voxels: NDArray[Any]) -> list[Cut]:
    """Code a stack once and decode it at all rates, without restoration."""
    part = transformed(voxels, Settings("cc"), int(voxels.min()), int(voxels.max()))
    top, plan = part.planes - 1, part.layout
    payload = coder.encode(part.coefficients, plan, top, round(max(RATES) * voxels.size / 8))
    truth = torch.from_numpy(voxels.astype(np.float32) - part.mean)
    made = []
    for rate in RATES:
        known = coder.known_from(payload[: round(rate * voxels.size / 8)].copy(), plan, top)
        values, width = centres(known, plan.size)
        step = width / SPLIT.units
        rows, columns = (n // 2 * 2 for n in voxels.shape[1:])
        decoded = torch.from_numpy(SPLIT.block(values, plan))[:, :rows, :columns] / step
        missing = truth[:, :rows, :columns] / step - decoded
        made.append(Cut(rate, decoded, missing, float(np.count_nonzero(known.size) / plan.size)))
    return made


def padded(decoded: torch.Tensor, margin: int) -> torch.Tensor:
    """Repeat the outermost voxels of all slices."""
    return pad(decoded[None], (margin,) * 4, mode="replicate")[0]


def beside(k: int, count: int) -> list[int]:
    """Number the slice `k` and the ones before and after it."""
    return [k, max(k - 1, 0), min(k + 1, count - 1)]


def fit(net: Trainable, learning: list[Cut], steps: int, rate: float) -> None:
    """Fit by Adam on random patches, turned and mirrored; every cut counts the same in decibels."""
    rng = np.random.default_rng(1)
    optimiser = torch.optim.Adam(net.parameters(), rate)
    frames = [padded(cut.decoded, net.margin) for cut in learning]
    worth = [1 / float(cut.missing.square().mean()) for cut in learning]
    kept = {name: value.clone() for name, value in net.state_dict().items()}
    for step in range(steps):
        fade = 0.5 * (1 + np.cos(np.pi * step / steps))
        optimiser.param_groups[0]["lr"] = rate * min(1, (step + 1) / 300) * (0.98 * fade + 0.02)
        chosen = [int(rng.integers(len(learning))) for _ in range(PATCHES)]
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
    for rate in RATES:
        gains = []
        for cut in (cut for cut in seen if cut.rate == rate):
            frames, count = padded(cut.decoded, net.margin), len(cut.missing)
            with torch.no_grad():
                found = [net(frames[beside(k, count)][None], torch.tensor([cut.share])) for k in range(count)]
            left = (cut.missing - torch.cat(found)[:, 0]).square().mean() / cut.missing.square().mean()
            gains.append(-10 * float(torch.log10(left)))
        print(f"{rate}: {np.mean(gains):+.3f} dB", flush=True)


def main() -> None:
    """Fit both stages."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cohorts", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    learning = [cut for voxels in stacks(options.cohorts, SLICES) for cut in cuts(voxels)]
    validation = [cut for voxels in stacks(options.cohorts, SLICES, True) for cut in cuts(voxels)]
    net = Trainable(STAGES[0][0])
    for deep, steps, rate in STAGES:
        net = net.deepened(deep) if deep > len(net.deep) else net
        fit(net, learning, steps, rate)
        report(net, validation)
        np.savez_compressed(options.out, **net.stored())


if __name__ == "__main__":
    main()
