"""A decoder written from docs/lossless-format.md alone, slow and plain."""

import zlib
from math import ceil, floor
from typing import Any

import numpy as np
from format_of_cc import RangeDecoder

Vector = np.ndarray[Any, Any]

NEIGHBOURS = """
0,0,-1 0,-1,0 0,-1,-1 0,-1,1 -1,0,0 0,0,-2 0,-2,0 -1,0,1 -1,1,0 -1,0,-1 -1,-1,0 0,-1,2 0,-1,-2 0,-2,-1
0,-2,1 0,0,-3 0,-3,0 0,-2,2 0,-2,-2 -1,1,1 -1,1,-1 -1,-1,1 -1,-1,-1 0,-1,3 0,-1,-3 0,-3,-1 0,-3,1 -1,0,2
-1,2,0 -1,0,-2 -1,-2,0 0,-3,2 0,-3,-2 0,0,-4 0,-4,0 -1,2,1 -1,1,2 -1,-1,2 -1,2,-1 -1,1,-2 -1,-2,1
-1,-1,-2 -1,-2,-1 0,-2,-3 0,-2,3 0,-1,-4 0,-4,1
"""
PREVIEWED = "1,0,0 1,0,1 1,1,0 1,0,-1 1,-1,0 1,1,1 1,1,-1 1,-1,1 1,-1,-1"
STEPS = (0.0, 0.576, 1.224, 2.016, 3.168, 5.04, 8.64, 17.28)
PLAIN = 17
W, N, NW, NE = (0, -1), (-1, 0), (-1, -1), (-1, 1)


class Range(RangeDecoder):
    def decide(self, chance: int) -> int:
        return self.divide(self.span * min(max(chance, 64), (1 << 22) - 64) >> 22)


def _powers() -> list[float]:
    term = step = 1.0
    for n in range(1, 16):
        term = term / 64 / n
        step = step + term
    powers = [1.0]
    for _ in range(769):
        powers.append(powers[-1] * step)
    return powers


def _log_of(k: int) -> float:
    y = k / 4096
    q = y / (2.0 + y)
    power = total = q
    for n in range(3, 40, 2):
        power = power * q * q
        total = total + power / n
    return 2.0 * total


POWERS = _powers()
LOGISTIC = [1.0 - 1.0 / (1.0 + (POWERS[i] if i >= 0 else 1.0 / POWERS[-i])) for i in range(-768, 770)]
LOGARITHM = [_log_of(k) for k in range(4096)]


def logistic(x: float) -> float:
    place = (min(max(x, -11.99), 11.99) + 12) * 64
    i = int(place)
    return LOGISTIC[i] + (place - i) * (LOGISTIC[i + 1] - LOGISTIC[i])


def ln(x: float) -> float:
    u = max(floor(x * 2.0**32), 1)
    top = u.bit_length() - 1
    return LOGARITHM[((u << 12) >> top) & 4095] + 0.6931471805599453 * (top - 32)


def level(x: float) -> int:
    u = floor(min(x, 1048576.0) * 16.0)
    if u < 4:
        return 0
    o = u.bit_length() - 3
    return min(4 * o + ((u >> o) & 3) + 1, 47)


def dot(a: Vector, b: Vector) -> float:
    lanes = np.zeros(8)
    for k in range(0, a.size, 8):
        lanes = lanes + a[k : k + 8] * b[k : k + 8]
    lanes = lanes[:4] + lanes[4:]
    lanes = lanes[:2] + lanes[2:]
    return float(lanes[0] + lanes[1])


def outer(weight: float, z: Vector) -> Vector:
    return np.triu((weight * z)[:, None] * z)


def solve(system: Vector, ridge: float, orders: tuple[int, ...]) -> list[Vector]:
    a = system.copy()
    size, count = len(a), orders[-1]
    inverses, factors = np.zeros(count), np.zeros((count, count))
    for k in range(count):
        a[k, k] = a[k, k] * (1.0 + ridge) + ridge
    for i in range(count):
        for k in range(i):
            factors[i, k] = -(a[k, i] * inverses[k])
            a[i, i:] = a[i, i:] + factors[i, k] * a[k, i:]
        inverses[i] = 1.0 / a[i, i] if a[i, i] > 0 else 0.0
    solutions = []
    for n in orders:
        x = np.zeros(size)
        x[:n] = a[:n, size - 1] * inverses[:n]
        for i in range(n - 1, 0, -1):
            x[:i] = x[:i] + factors[i, :i] * x[i]
        solutions.append(x)
    return solutions


class Window:
    def __init__(self, count: int, columns: int, orders: tuple[int, ...], fit: tuple[float, ...]) -> None:
        self.orders, self.columns = orders, columns
        self.decay, self.fade, self.ridge, self.floor, self.strictness = fit
        self.size = -(-(count + 1) // 8) * 8
        self.spread = 6
        self.blocks = -(-columns // 4)
        shape = (self.blocks, self.size, self.size)
        self.above, self.right = np.zeros(shape), np.zeros(shape)
        self.left, self.new = np.zeros(shape[1:]), np.zeros(shape[1:])
        self.samples: dict[tuple[int, int], Vector] = {}
        self.solutions: list[Vector] = []

    def start_row(self, y: int) -> None:
        self.left = np.zeros_like(self.left)
        if y == 0:
            self.above[:] = 0.0
        self.right[:] = self.above
        for block in range(self.blocks - 2, -1, -1):
            self.right[block] = self.above[block] + self.fade * self.right[block + 1]

    def solve(self, x: int) -> None:
        self.solutions = solve(self.right[x // 4] + self.left, self.ridge, self.orders)

    def predict(self, z: Vector, solution: Vector, order: int) -> float:
        blocks = -(-order // 8) * 8
        return dot(z[:blocks], solution[:blocks])

    def learn(self, y: int, x: int, target: float, error: float) -> None:
        z = self.samples[y, x]
        z[-1] = target
        spread = 0.0
        for j in range(self.spread):
            spread += z[j] * z[j]
        weight = 1.0 / (self.floor + spread + self.strictness * (error * error))
        self.new = self.new + outer(weight, z)
        if x % 4 == 3 or x == self.columns - 1:
            block = x // 4
            self.left = self.fade * ((self.left + self.above[block]) + self.new)
            self.above[block] = self.decay * self.above[block] + self.new
            self.new = np.zeros_like(self.new)


class Decoder:
    """Decodes what follows the preview in the payload of a group."""

    def __init__(self, payload: bytes, shape: tuple[int, int, int], low: int, high: int, effort: int) -> None:
        size, at, shift = 0, 0, 0
        while True:
            size |= (payload[at] & 127) << shift
            shift, at = shift + 7, at + 1
            if payload[at - 1] < 128:
                break
        self.values = list(range(low, high + 1))
        self.ranked = size > 0
        if self.ranked:
            flags = "".join(f"{byte:08b}" for byte in zlib.decompress(payload[at : at + size]))
            self.values = [value for value, flag in zip(self.values, flags, strict=False) if flag == "1"]
            low, high = 0, len(self.values) - 1
        self.range = Range(payload[at + size :])
        self.turned = shape[2] > shape[1]
        self.shape = (shape[0], shape[2], shape[1]) if self.turned else shape
        self.low, self.high, self.effort = low, high, effort

    def decode(self, preview: Vector | None = None) -> Vector:
        """Return the slices; PayloadEnds if they are not all there."""
        if preview is not None and self.ranked:
            last = len(self.values) - 1
            ranks = [min(sum(value < x for value in self.values), last) for x in preview.ravel()]
            preview = np.array(ranks).reshape(preview.shape)
        if preview is not None and self.turned:
            preview = preview.swapaxes(1, 2)
        voxels = self._slices(preview)
        voxels = voxels.swapaxes(1, 2) if self.turned else voxels
        return np.array(self.values)[voxels] if self.ranked else voxels

    def _slices(self, preview: Vector | None) -> Vector:
        slices, rows, columns = self.shape
        low, high, strong = self.low, self.high, self.effort == 2
        orders = (7, 19, 47) if strong else (23,)
        fit = (0.92, 0.72, 0.0005, 50.0, 4.0) if strong else (0.8, 0.41, 0.0003, 50.0, 4.0)
        places = [tuple(int(n) for n in place.split(",")) for place in NEIGHBOURS.split()]
        if preview is not None:
            looked = [tuple(int(n) for n in place.split(",")) for place in PREVIEWED.split()]
            places[4:4] = looked
        places = places[: orders[-1]]
        count = 2 * len(orders) + 1 if strong else len(orders)
        window = Window(orders[-1], columns, orders, fit)
        stack = Window(count, columns, (count,), (0.9, 0.65, 0.03, 16.0, 1.0))
        stack.spread = count
        coder = Residuals(self.range, 5 if strong else 2, 3 if strong else 1, rows, columns)
        even_chances = [1 << 21] * 16
        out = np.zeros(self.shape, np.int64)
        padded = {k: np.full((rows + 8, columns + 8), float(low)) for k in (-1, 0, 1)}
        for s in range(slices):
            if s > 0:
                padded[-1] = padded[0].copy()
                padded[-1][rows + 4 :] = padded[-1][rows + 3]
                padded[0][:4] = padded[-1][4]
            if preview is not None:
                padded[1] = np.pad(preview[s].astype(float), 4, mode="edge")
            current = padded[0]
            above, latest = np.zeros((columns, count)), np.zeros((columns, count))
            norms: dict[tuple[int, int], float] = {}
            for y in range(rows):
                window.start_row(y)
                if strong:
                    stack.start_row(y)
                left, right = np.zeros(count), np.zeros((columns + 1, count))
                for x in range(columns - 1, -1, -1):
                    above[x] = 0.6 * above[x] + latest[x]
                    right[x] = above[x] + 0.6 * right[x + 1]
                current[y + 4, :4] = current[y + 3, 4]
                solved = -1
                for x in range(columns):
                    r, c = y + 4, x + 4

                    def near(place: tuple[int, int], r: int = r, c: int = c) -> float:
                        return float(padded[0][r + place[0], c + place[1]])

                    mean = ((near(W) + near(N)) + (near(NW) + near(NE))) * 0.25
                    z = np.zeros(window.size)
                    for j, (k, dy, dx) in enumerate(places):
                        z[j] = padded[k][r + dy, c + dx] - mean
                    window.samples[y, x] = z
                    norms[y, x] = dot(z, z)
                    even = near(N) == near(NW) == near(NE) == near(W)
                    if even:
                        context = int(near((0, -2)) == near(W)) + 2 * int(near((-2, 0)) == near(W))
                        before = padded[-1]
                        if s > 0:
                            context += 4
                            if before[r, c] == near(W):
                                context += 4
                                if before[r, c + 1] == near(W) == before[r + 1, c]:
                                    context += 4
                        chance = even_chances[context]
                        even = self.range.decide(chance) == 1
                        even_chances[context] += (((1 << 22) if even else 0) - chance) >> 6
                    if even:
                        value = int(near(W))
                        t = e = near(W)
                        predictions = np.full(count, near(W))
                        stack.samples[y, x] = np.zeros(stack.size)
                    else:
                        if x // 4 != solved:
                            window.solve(x)
                            solved = x // 4
                        found = [
                            mean + window.predict(z, window.solutions[k], order)
                            for k, order in enumerate(orders)
                        ]
                        if strong:
                            average, solutions = similar(window, norms, y, x, columns, orders)
                            found.append(mean + average)
                            found += [
                                mean + window.predict(z, solutions[k], order)
                                for k, order in enumerate(orders)
                            ]
                        predictions = np.array([self._cut(value) for value in found])
                        if strong:
                            total = weights = 0.0
                            for k in range(count):
                                w = 1.0 / (0.5 + right[x, k] + left[k])
                                w = w * w * w
                                total += w * predictions[k]
                                weights += w
                            t = total / weights
                            sample = np.zeros(stack.size)
                            gap = 0.0
                            for k in range(count):
                                sample[k] = predictions[k] - t
                                gap += abs(sample[k])
                            stack.samples[y, x] = sample
                            stack.solve(x)
                            e = self._cut(t + stack.predict(sample, stack.solutions[0], count))
                            centres = [0.0, 0.0, 0.0, t - e, predictions[len(orders) - 1] - e]
                            gap = gap / count
                        else:
                            t = e = float(predictions[0])
                            gap = 0.0625 * (abs(z[0]) + abs(z[1]) + abs(z[2]) + abs(z[3]))
                            centres = [0.0, 0.0]
                        value = coder.voxel(s, y, x, e, gap, centres, low, high)
                    out[s, y, x] = value
                    current[r, c] = value
                    window.learn(y, x, value - mean, value - predictions[len(orders) - 1])
                    if strong:
                        stack.learn(y, x, value - t, value - t)
                    for k in range(count):
                        latest[x, k] = (value - predictions[k]) * (value - predictions[k])
                        left[k] = 0.6 * (left[k] + above[x, k] + latest[x, k])
                    coder.errors[s & 1, y + 2, x + 2] = abs(value - e)
                current[y + 4, columns + 4 :] = current[y + 4, columns + 3]
        return out

    def _cut(self, x: float) -> float:
        return min(x, float(self.high)) if x > self.low else float(self.low)


def similar(
    window: Window, norms: dict[tuple[int, int], float], y: int, x: int, columns: int, orders: tuple[int, ...]
) -> tuple[float, list[Vector]]:
    z = window.samples[y, x]
    fading = [1.0]
    for _ in range(8):
        fading.append(fading[-1] * 0.65)
    system = np.zeros((window.size, window.size))
    total = weights = 0.0
    for other in range(max(y - 4, 0), y + 1):
        for c in range(max(x - 4, 0), min(x + 5, columns) if other < y else x):
            sample = window.samples[other, c]
            d = norms[y, x] + norms[other, c] - 2.0 * dot(z, sample)
            v = 1.0 / (2.0 + max(d, 0.0))
            weight = v * v * v
            total += weight * float(sample[-1])
            weights += weight
            usual = norms[y, x] / 16.0 + 20.0
            system = system + outer(usual * v * fading[y - other + abs(x - c)], sample)
    return (total / weights if weights > 0 else 0.0), solve(system, 0.01, orders)


class Residuals:
    def __init__(self, source: Range, widths: int, habits: int, rows: int, columns: int) -> None:
        self.range, self.widths, self.habits = source, widths, habits
        self.errors = np.zeros((2, rows + 4, columns + 4))
        self.sums: list[dict[tuple[int, int], tuple[float, float]]] = [{} for _ in range(widths)]
        self.chances: list[dict[tuple[int, int, int], tuple[float, float]]] = [{} for _ in range(habits)]
        self.weights: dict[tuple[int, int], list[float]] = {}

    def voxel(
        self, s: int, y: int, x: int, e: float, gap: float, centres: list[float], low: int, high: int
    ) -> int:
        here, before = self.errors[s & 1], self.errors[(s - 1) & 1]
        r, c = y + 2, x + 2
        near = (
            2.0 * here[r, c - 1]
            + 2.0 * here[r - 1, c]
            + here[r - 1, c - 1]
            + here[r - 1, c + 1]
            + here[r, c - 2]
            + here[r - 2, c]
        ) / 8
        across = (
            2.0 * before[r, c] + before[r, c - 1] + before[r, c + 1] + before[r - 1, c] + before[r + 1, c]
        )
        across = across * (1 / 6)
        n, b, g = level(near), level(across), level(2.0 * gap)
        keys = [(n, g), (n, b), (g, b), (n, g), (n, b)][: self.widths]
        p = 4.0 * (0.6 * near + 0.1 * across + 0.4 * gap + 0.25)
        width = []
        for k, key in enumerate(keys):
            total, count = self.sums[k].get(key, (0.0, 0.0))
            width.append(0.72 * max((total + p) / (count + 4.0), 0.02))
        h = level(1.4 * width[0])
        value = self._decisions(e, width, centres, [h, b, g], low, high)
        for k, key in enumerate(keys):
            total, count = self.sums[k].get(key, (0.0, 0.0))
            total, count = total + abs((value - e) - centres[k]), count + 1.0
            self.sums[k][key] = (total * 0.5, count * 0.5) if count > 600.0 else (total, count)
        return value

    def _decisions(
        self, e: float, width: list[float], centres: list[float], contexts: list[int], low: int, high: int
    ) -> int:
        phase = int((e - floor(e)) * 4.0) if contexts[0] < 18 else 4
        no, yes = [0.0] * self.widths, [1.0] * self.widths
        above = 0

        def ask(place: int, kind: int) -> int:
            nonlocal low, high
            edge = place - 0.5 - e
            beyond = [
                logistic((centre - edge) * (1.0 / w)) for centre, w in zip(centres, width, strict=False)
            ]
            if kind == PLAIN:
                some, every = 0.0, 0.0
                for k in range(self.widths):
                    some += max(beyond[k] - no[k], 2.0**-30)
                    every += max(yes[k] - no[k], 2.0**-29)
                bit = self.range.decide(int(some / every * (1 << 22)))
            else:
                bit = learnt(kind, beyond)
            (yes if bit else no)[:] = beyond
            low, high = (place, high) if bit else (low, place - 1)
            return bit

        def learnt(kind: int, beyond: list[float]) -> int:
            weights = self.weights.setdefault(
                (kind, min(contexts[0] >> 1, 15)),
                [0.8 / self.widths] * self.widths + [0.2 / self.habits] * self.habits,
            )
            inputs, total = [], 0.0
            for k, f in enumerate(beyond):
                odds = ln(max(f - no[k], 2.0**-30) / max(yes[k] - f, 2.0**-30))
                inputs.append(min(max(odds, -8.0), 8.0))
            for k in range(self.habits):
                chance, _ = self.chances[k].get((kind, contexts[k], phase), (0.5, 0.0))
                inputs.append(ln(chance / (1.0 - chance)))
            for value, weight in zip(inputs, weights, strict=False):
                total += weight * value
            chance = logistic(total)
            bit = self.range.decide(int(chance * (1 << 22)))
            step = 0.002 * (bit - chance)
            for k, value in enumerate(inputs):
                weights[k] += step * value
            for k in range(self.habits):
                key = (kind, contexts[k], phase)
                chance, age = self.chances[k].get(key, (0.5, 0.0))
                chance += (bit - chance) * (1.0 / (age + 1.5))
                self.chances[k][key] = (min(max(chance, 0.0002), 0.9998), min(age + 1.0, 255.0))
            return bit

        if low < high:
            place = ceil(e)
            above = ask(place, 0) if low < place <= high else int(place <= low)
        for s in range(1, 8):
            if low >= high:
                break
            reach = width[0] * STEPS[s]
            place = floor(e + reach) + 1 if above else -floor(reach - e)
            if place > high if above else place <= low:
                break
            if (place > low if above else place <= high) and ask(place, 2 * s - 1 + above) != above:
                break
        kind = 15 + above
        while low < high:
            ask((low + high + 1) >> 1, kind)
            kind = PLAIN
        return low
