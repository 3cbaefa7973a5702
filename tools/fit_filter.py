# /// script
# dependencies = ["torch"]
# ///
"""Fit the networks of the coherence-conditioned coder's filter (`codec/cc/restoration.npz`).

    python tools/fit_filter.py --sample results/data/pyradiomics-3.0.1.tar.gz --on brain1 --out filter.npz

Needs PyTorch beside the package. Every volume is coded once; its cuts at many rates give pairs of decoded and
true slices, at a fourth of the size first. Once the network of a size is fitted it works on the way to the
next, as it will in the decoder. Volumes that are not named by --on are reported as a test.
"""

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn.functional import pad, unfold

from wdr_mcpd.codec.cc import coder
from wdr_mcpd.codec.cc.layout import split_layout
from wdr_mcpd.codec.cc.reconstruction import centres
from wdr_mcpd.codec.cc.restoration import LIMIT, MARGIN, Network, correct, network
from wdr_mcpd.codec.cc.transform import SPLIT
from wdr_mcpd.codec.layout import gather, scatter
from wdr_mcpd.codec.transform import UNITS
from wdr_mcpd.data.sample import stored_volumes

RATES = (0.04, 0.055, 0.075, 0.1, 0.13, 0.17, 0.25, 0.36, 0.5, 0.7, 1.0, 1.4, 2.0)
WIDTHS = {2: (16, 12), 1: (12, 8), 0: (8, 8)}  # hidden units of both layers, by level
LOWEST = {2: 0.0, 1: 0.0, 0: 0.07}  # rates that a level learns from
HIGHEST = {2: 0.6, 1: 1.2, 0: 2.1}
PATCH, BATCH = 32, 10


class Trainable(torch.nn.Module):
    """The network of `restoration`, for slices padded by its margin and given with both neighbours."""

    def __init__(self, hidden: int, second: int) -> None:
        super().__init__()
        self.first = torch.nn.Conv2d(42, hidden, 1)
        self.second = torch.nn.Conv2d(hidden, second, 3)
        self.third = torch.nn.Conv2d(second, 1, 3, bias=False)
        torch.nn.init.zeros_(self.third.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the correction of each voxel inside the margin."""
        count, _, rows, columns = x.shape
        here, before, after = (unfold(x[:, k : k + 1], 5) for k in range(3))
        ring = [k for k in range(25) if k != 12]
        cross = [6, 7, 8, 11, 12, 13, 16, 17, 18]
        seen = torch.cat([here[:, ring], before[:, cross], after[:, cross]], 1) - here[:, 12:13]
        seen = seen.clamp(-LIMIT, LIMIT).view(count, 42, rows - 4, columns - 4)
        return self.third(torch.relu(self.second(torch.relu(self.first(seen)))))

    def load(self, layers: Network) -> None:
        """Start from the weights that come with the package."""
        self.first.weight.data = torch.from_numpy(layers.first)[:, :, None, None]
        self.first.bias.data = torch.from_numpy(layers.first_bias)
        self.second.weight.data = torch.from_numpy(layers.second)
        self.second.bias.data = torch.from_numpy(layers.second_bias)
        self.third.weight.data = torch.from_numpy(layers.third)[None]

    def layers(self) -> Network:
        """Return the weights as the package holds them."""
        numbers = (
            self.first.weight[:, :, 0, 0],
            self.first.bias,
            self.second.weight,
            self.second.bias,
            self.third.weight[0],
        )
        return Network(*(n.detach().numpy().astype(np.float16).astype(np.float32) for n in numbers))


class Cuts:
    """One volume coded once, and its cuts as the decoder sees them on its way to full size."""

    def __init__(self, voxels: Any) -> None:
        work = (voxels - round(float(voxels.mean()))).astype(np.float32)
        self.plan = split_layout(work.shape, 5, 0)
        SPLIT.forward(work, self.plan)
        coefficients = np.empty(self.plan.size, np.int32)
        gather(work, self.plan.boxes, coefficients, np.float32(UNITS))
        top = int(np.abs(coefficients).max()).bit_length() - 1
        budget = round(max(RATES) * voxels.size / 8)
        payload = coder.encode(coefficients, self.plan, top, budget)
        self.cuts = []
        for rate in RATES:
            cut = payload[: round(rate * voxels.size / 8)].copy()
            values, width = centres(coder.known_from(cut, self.plan, top), self.plan.size)
            self.cuts.append((rate, width / UNITS, values))
        self.truth = self._at_levels(coefficients.astype(np.float32), {}, 1.0)

    def _at_levels(self, values: Any, layers: dict[int, Network], step: float) -> dict[int, Any]:
        """Return the slices at every level, corrected at the levels that have a network already."""
        found: dict[int, Any] = {}

        def touch(slices: Any, level: int) -> None:
            found[level] = slices.copy()
            if level in layers:
                correct(slices, step, layers[level])

        block = np.empty(self.plan.shape, np.float32)
        scatter(values, self.plan.boxes, block, np.float32(1 / UNITS))
        SPLIT.inverse(block, self.plan, touch)
        return found

    def pairs(self, level: int, layers: dict[int, Network]) -> list[tuple[float, torch.Tensor, torch.Tensor]]:
        """List rate, decoded slices with their neighbours and margin, and what is missing, in steps."""
        result = []
        for rate, step, values in self.cuts:
            slices = self._at_levels(values, layers, step)[level]
            x = torch.from_numpy(slices / np.float32(step))
            stack = torch.stack([x, torch.cat([x[:1], x[:-1]]), torch.cat([x[1:], x[-1:]])], 1)
            missing = torch.from_numpy((self.truth[level] - slices) / np.float32(step))[:, None]
            result.append((rate, pad(stack, (MARGIN,) * 4, mode="replicate"), missing))
        return result


def fit(net: Trainable, pairs: list[Any], minutes: float, rate: float) -> None:
    """Fit by Adam on random patches, turned and mirrored, with a learning rate that falls to nothing."""
    rng = np.random.default_rng(1)
    optimiser = torch.optim.Adam(net.parameters(), rate)
    start, steps = time.monotonic(), 0
    while (done := (time.monotonic() - start) / 60 / minutes) < 1:
        optimiser.param_groups[0]["lr"] = rate * min(1, steps / 150) * 0.5 * (1 + np.cos(np.pi * done))
        patches, targets = zip(
            *(_patch(*pairs[rng.integers(len(pairs))][1:], rng) for _ in range(BATCH)), strict=True
        )
        loss = (torch.stack(targets) - net(torch.stack(patches))).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        steps += 1
    print(f"{steps} steps")


def _patch(
    stack: torch.Tensor, missing: torch.Tensor, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    k = rng.integers(len(stack))
    r, c = (rng.integers(n - PATCH + 1) for n in missing.shape[2:])
    x = stack[k, :, r : r + PATCH + 2 * MARGIN, c : c + PATCH + 2 * MARGIN]
    y = missing[k, :, r : r + PATCH, c : c + PATCH]
    flips = [axis for axis in (1, 2) if rng.random() < 0.5]
    x, y = x.flip(flips), y.flip(flips)
    if rng.random() < 0.5:
        x, y = x.transpose(1, 2), y.transpose(1, 2)
    if rng.random() < 0.5:
        x = x[[0, 2, 1]]
    return x, y


def report(label: str, net: Trainable, pairs: list[Any]) -> None:
    """Print the gain of a level at every rate."""
    gains = []
    with torch.no_grad():
        for rate, stack, missing in pairs:
            left = (missing - net(stack)).square().mean() / missing.square().mean()
            gains.append(f"{rate}: {-10 * float(torch.log10(left)):+.3f}")
    print(label, " ".join(gains), flush=True)


def main() -> None:
    """Fit the three networks one after the other."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sample", type=Path, required=True, help="the sample data's archive")
    parser.add_argument("--on", nargs="+", default=["brain1", "brain2"], help="volumes to learn from")
    parser.add_argument(
        "--minutes", nargs=3, type=float, default=[4, 8, 12], help="for a fourth, a half, all"
    )
    parser.add_argument("--rate", type=float, default=3e-3, help="learning rate")
    parser.add_argument("--go-on", action="store_true", help="start from the package's weights")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    torch.manual_seed(0)
    volumes = {name: Cuts(volume.voxels) for name, volume in stored_volumes(options.sample).items()}
    layers: dict[int, Network] = {}
    stored = {}
    for level, minutes in zip((2, 1, 0), options.minutes, strict=True):
        pairs = {name: cuts.pairs(level, layers) for name, cuts in volumes.items()}
        net = Trainable(*WIDTHS[level])
        if options.go_on:
            net.load(network(coder.SCALES[level]))
        wanted = [p for name in options.on for p in pairs[name] if LOWEST[level] <= p[0] <= HIGHEST[level]]
        fit(net, wanted, minutes, options.rate)
        for name in volumes:
            report(
                f"{coder.SCALES[level]} {name} {'fit' if name in options.on else 'test'}:",
                net,
                pairs[name],
            )
        layers[level] = net.layers()
        for field, value in layers[level]._asdict().items():
            stored[f"{coder.SCALES[level]}_{field}"] = value.astype(np.float16)
    np.savez_compressed(options.out, **stored)


if __name__ == "__main__":
    main()
