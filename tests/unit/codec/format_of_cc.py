"""A decoder of coders 2 and 3 written from docs/cc-format.md alone, slow and plain, up to the network."""

from collections import defaultdict
from copy import deepcopy
from dataclasses import dataclass
from fractions import Fraction
from math import exp, floor, log, log2, prod
from typing import Any

Place = tuple[int, int, int]
Table = dict[tuple[Any, ...], Any]


class PayloadEnds(Exception):
    """The next decision could be another one with other bytes after the end."""


class RangeDecoder:
    def __init__(self, payload: bytes) -> None:
        self.bits = "".join(f"{byte:08b}" for byte in payload)
        self.at, self.code, self.slack, self.span = 0, 0, 0, 1 << 32
        for _ in range(32):
            self.read()

    def read(self) -> None:
        known = self.at < len(self.bits)
        self.code = 2 * self.code + (int(self.bits[self.at]) if known else 0)
        self.slack = 2 * self.slack + (0 if known else 1)
        self.at += 1

    def decide(self, chance: int) -> int:
        return self.divide(self.span * chance >> 16)

    def divide(self, part: int) -> int:
        if self.code < part <= self.code + self.slack:
            raise PayloadEnds
        bit = int(self.code < part)
        self.code -= 0 if bit else part
        self.span = part if bit else self.span - part
        while self.span < 1 << 31:
            self.span *= 2
            self.read()
        return bit


def squash(x: int) -> int:
    return min(max(round(65536 / (1 + exp(-(x - 2048) / 256))), 16), 65520)


@dataclass
class Model:
    c: int = 1 << 21
    n: int = 0

    def stretched(self) -> int:
        u = ((self.c >> 10) + 0.5) / 4096
        return round(256 * log(u / (1 - u)))

    def learn(self, bit: int) -> None:
        goal = (1 << 22) - 1 if bit else 0
        self.c += (goal - self.c) * (131072 // (2 * self.n + 3)) >> 16
        self.n = min(self.n + 1, 250)


SIZES = {
    ("found", 0): (80, 512),
    ("found", 1): (8, 32, 16),
    ("found", 2): (8, 16, 11, 11),
    ("sign", 0): (80, 3, 3, 3, 3),
    ("sign", 1): (80, 3, 3, 3, 3),
    ("sign", 2): (80, 3, 3, 3, 3),
    ("bit", 0): (64, 4, 32),
    ("bit", 1): (64, 4, 32),
    ("bit", 2): (8, 32, 32),
    ("stretch", 0): (80, 4, 4),
}
SETS = {"found": 0, "sign": 160, "bit": 240}
NEXT = ((0, 2), (5, 7), (1, 3), (6, 4), (2, 0), (4, 6), (3, 1), (7, 5))


class Models(dict[Any, Model]):
    """Models by decision, number and context; of coder 3 they begin with what the file of the page says."""

    def __init__(self, start: Any) -> None:
        super().__init__()
        self.start = start

    def __missing__(self, key: Any) -> Model:
        self[key] = model = Model()
        if self.start:
            what, number, context = key
            at = 0
            for place, size in zip(context, SIZES[what, number], strict=True):
                at = at * size + place
            for other, sizes in SIZES.items():
                if other == (what, number):
                    break
                at += prod(sizes)
            if self.start["seen"][at]:
                model.c = squash(16 * int(self.start["model"][at]) + 2048) << 6
                model.n = int(self.start["seen"][at])
        return model


class Mixer:
    def __init__(self, coder: RangeDecoder, start: Any) -> None:
        self.coder, self.start, self.models = coder, start, Models(start)
        self.weights: Table = {}
        self.estimates: Table = defaultdict(lambda: [squash(min(4096 * i // 24, 4095)) for i in range(26)])
        self.linear: Table = {}
        self.second = False
        if start:
            self.linear = {k: [16 * int(w) for w in start["linear"][16 * k : 16 * k + 16]] for k in range(80)}

    def double(self) -> None:
        """Begin the last plane of dependent indices: both quantisers go on from what is known now."""
        self.others = deepcopy((self.models, self.weights, self.estimates))

    def turn(self, second: bool) -> None:
        """Take the models of the first or of the second quantiser."""
        if second != self.second:
            mine = self.models, self.weights, self.estimates
            self.models, self.weights, self.estimates = self.others
            self.others, self.second = mine, second

    def weights_of(self, what: str, number: int) -> list[int]:
        if (what, number) not in self.weights:
            at = 3 * (SETS[what] + number)
            found = self.start["weight"][at : at + 3] if self.start else [128] * 3
            self.weights[what, number] = [256 * int(w) for w in found]
        return self.weights[what, number]

    def plain(self, *context: int) -> int:
        model = self.models["stretch", 0, context]
        bit = self.coder.decide(min(max(model.c >> 6, 32), 65504))
        model.learn(bit)
        return bit

    def mixed(
        self,
        what: str,
        contexts: Any,
        weight_set: int,
        estimate_class: Any,
        rate: int,
        values: Any = (),
    ) -> int:
        models = [self.models[what, number, context] for number, context in enumerate(contexts)]
        w, est = self.weights_of(what, weight_set), self.estimates[what, estimate_class]
        linear = self.linear.get(weight_set, [])[: len(values)]
        st = [model.stretched() for model in models]
        total = sum(a * b for a, b in zip([*w, *linear], [*st, *values], strict=True))
        x = min(max((total >> 16) + 2048, 0), 4095)
        m = squash(x)
        i, f = 24 * x >> 12, 24 * x & 4095
        r = (est[i] * (4096 - f) + est[i + 1] * f) >> 12
        bit = self.coder.decide(min(max((m + r) >> 1, 32), 65504))
        goal = 65535 if bit else 0
        for k in range(3):
            w[k] += (st[k] * (goal - m) * rate + (1 << 17)) >> 18
        for k, value in enumerate(values):
            self.linear[weight_set][k] += (value * (goal - m) * rate + (1 << 17)) >> 18
        est[i] += (goal - est[i]) * (4096 - f) >> 18
        est[i + 1] += (goal - est[i + 1]) * f >> 18
        for model in models:
            model.learn(bit)
        return bit


def class_of(e: int) -> int:
    return 0 if e == 0 else 1 + floor(2.5 * log2(min(e, 4095)) + 1e-9)


class Band:
    def __init__(self, box: Any, part: int) -> None:
        self.shape, self.levels = box.shape, box.levels
        self.detail, self.o = any(box.high[1:]), 2 * box.high[1] + box.high[2]
        self.axial, self.part = box.high[0], part
        self.l = 5 + part if part else min(*box.levels[1:], 5)
        self.g = 4 * box.high[0] + self.o
        self.k = 10 * self.g + self.l
        self.size: dict[Place, int] = defaultdict(int)
        self.sign: dict[Place, int] = defaultdict(int)
        self.energy: dict[Place, int] = defaultdict(int)
        self.last: dict[Place, int] = {}
        self.parent: Band | None = None
        self.shift: Place = (0, 0, 0)
        self.children: list[Band] = []
        self.cousins: list[Band] = []

    def cross(self, at: Place) -> int:
        s, r, c = at
        return sum(self.size[s, r + y, c + x] for y, x in ((-1, 0), (1, 0), (0, -1), (0, 1)))

    def parents_place(self, at: Place) -> Place:
        return (at[0] >> self.shift[0], at[1] >> self.shift[1], at[2] >> self.shift[2])


def related(plan: Any, parts: Any) -> list[Band]:
    bands = [Band(box, part) for box, part in zip(plan.subbands, parts, strict=True)]
    for band, box in zip(bands, plan.subbands, strict=True):
        if box.parent >= 0:
            parent = bands[box.parent]
            shift = tuple(a - b for a, b in zip(parent.levels, band.levels, strict=True))
            fits = set(shift) <= {0, 1} and all(
                (n - 1) >> d <= m for n, d, m in zip(band.shape, shift, parent.shape, strict=True)
            )
            if parent.detail and fits:
                band.parent, band.shift = parent, (shift[0], shift[1], shift[2])
                parent.children.append(band)
        band.cousins = [
            other
            for other in bands
            if band.detail
            and other.detail
            and other.o != band.o
            and other.part == band.part == 0
            and (other.levels, other.axial) == (band.levels, band.axial)
            and all(n <= m + 1 for n, m in zip(band.shape, other.shape, strict=True))
        ]
    return bands


def grow(band: Band, at: Place, new: int) -> None:
    m = min(new, 1 << 22) - min(band.size[at], 1 << 22)
    band.size[at] = new
    s, r, c = at
    for distance, along, across in ((1, 24, 16), (2, 8, 4)):
        for d in (-distance, distance):
            vertical, horizontal = (along, across) if band.o == 1 else (across, along)
            band.energy[s, r + d, c] += vertical * m
            band.energy[s, r, c + d] += horizontal * m
    for y in (-1, 1):
        for x in (-1, 1):
            band.energy[s, r + y, c + x] += 12 * m
    for z in (s - 1, s + 1):
        band.energy[z, r, c] += 8 * m
        for y, x in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            band.energy[z, r + y, c + x] += 2 * m
    for other in band.cousins:
        other.energy[at] += 8 * m
    for child in band.children:
        zs, ys, xs = (range(n << d, (n + 1) << d) for n, d in zip(at, child.shift, strict=True))
        for z in zs:
            for y in ys:
                for x in xs:
                    child.energy[z, y, x] += 12 * m


class Decoder:
    def __init__(
        self, payload: bytes, plan: Any, parts: Any, planes: int, start: Any = None, dependent: bool = False
    ) -> None:
        """Decode coder 3, with the arrays of the file that the page names, or coder 2 without."""
        self.later, self.dependent, self.state = start is not None, dependent, 0
        self.mixer = Mixer(RangeDecoder(payload), start)
        self.bands = related(plan, parts)
        self.planes = planes
        for band in self.bands:
            zs, ys, xs = map(range, band.shape)
            band.last = {(z, y, x): planes for z in zs for y in ys for x in xs}
        try:
            for p in range(planes - 1, -1, -1):
                if p == 0 and dependent:
                    self.mixer.double()
                    for band in self.bands:
                        self.last_plane(band)
                    continue
                for number in range(1, 5):
                    for band in self.bands:
                        self.subband(band, p, number)
        except PayloadEnds:
            pass

    def subband(self, band: Band, p: int, number: int) -> None:
        limit = {1: 85, 2: 22, 3: 0, 4: 0}[number]
        slices, rows, columns = band.shape
        for s in range(slices):
            for r in range(rows):
                for c in range(0, columns, 16):
                    places = [(s, r, x) for x in range(c, min(c + 16, columns))]
                    if number == 3:
                        for at in places:
                            if band.size[at] >> (p + 1):
                                self.refine(band, at, p)
                        continue
                    if number == 4 and self.later:
                        for at in self.left_to_look_at(band, places, p):
                            self.find(band, at, p, number)
                        continue
                    loudest = max(band.energy[at] for at in places)
                    if loudest >> p < limit:
                        continue
                    quiet = loudest == 0 and not any(band.size[at] for at in places)
                    if number == 4 and quiet and not self.mixer.plain(band.k):
                        continue
                    for at in places:
                        if not (band.size[at] or band.energy[at] >> p < limit or band.last[at] == p):
                            self.find(band, at, p, number)

    def last_plane(self, band: Band) -> None:
        for s in range(band.shape[0]):
            for r in range(band.shape[1]):
                for c in range(0, band.shape[2], 16):
                    places = [(s, r, x) for x in range(c, min(c + 16, band.shape[2]))]
                    self.mixer.turn(False)
                    quiet = [at for at in places if not band.size[at] and not band.energy[at]]
                    others = len(places) - len(quiet)
                    if quiet and self.mixer.plain(band.k, (len(quiet) - 1) >> 2, min((others + 3) >> 2, 3)):
                        quiet = []
                    for at in places:
                        bit = 0 if at in quiet else self.last_bit(band, at)
                        band.last[at] = 0
                        self.state = NEXT[self.state][bit]

    def last_bit(self, band: Band, at: Place) -> int:
        self.mixer.turn(bool(self.state & 1))
        before = band.size[at]
        if before:
            bit = self.bit(band, at, 0)
        else:
            bit = self.found(band, at, 0, band.energy[at] < 22)
            self.mixer.turn(False)
            if bit:
                band.sign[at] = -1 if self.negative(band, at, 0) else 1
        grow(band, at, 2 * (before >> 1) + bit)
        return bit

    def left_to_look_at(self, band: Band, places: list[Place], p: int) -> list[Place]:
        waiting = [at for at in places if not band.size[at] and band.last[at] != p]
        quiet = [at for at in waiting if not band.energy[at]]
        others = len(waiting) - len(quiet)
        if quiet and not self.mixer.plain(band.k, (len(quiet) - 1) >> 2, min((others + 3) >> 2, 3)):
            return [at for at in waiting if at not in quiet]
        return waiting

    def around(self, band: Band, at: Place, p: int) -> dict[str, int]:
        s, r, c = at
        size = band.size

        def two(vertical: bool, distance: int) -> int:
            if vertical:
                return size[s, r - distance, c] + size[s, r + distance, c]
            return size[s, r, c - distance] + size[s, r, c + distance]

        up = band.o == 1
        a, b = two(up, 1), two(not up, 1)
        d = sum(size[s, r + y, c + x] for y in (-1, 1) for x in (-1, 1))
        near = 6 * a + 4 * b + 3 * d + 2 * two(up, 2) + two(not up, 2)
        beside = 2 * (size[s - 1, r, c] + size[s + 1, r, c])
        beside += (band.cross((s - 1, r, c)) + band.cross((s + 1, r, c))) >> 1
        parent = 0
        if band.parent:
            place = band.parents_place(at)
            parent = 2 * band.parent.size[place] + (band.parent.cross(place) >> 1)
        cousins = sum(other.size[at] + (other.cross(at) >> 2) for other in band.cousins)
        sides = 64 * (class_of(16 * a >> p) >> 2) + 8 * (class_of(16 * b >> p) >> 2)
        return {
            "e": class_of(band.energy[at] >> p),
            "n": class_of(4 * near >> p),
            "z": class_of(8 * beside >> p),
            "x": class_of(8 * parent >> p),
            "y": class_of(8 * cousins >> p),
            "s": sides + (class_of(16 * d >> p) >> 2),
        }

    def found(self, band: Band, at: Place, p: int, other: bool) -> int:
        v, k = self.around(band, at, p), band.k
        contexts = (
            (k, v["s"]),
            (band.g, v["n"], v["z"] >> 1),
            (band.g, v["n"] >> 1, v["x"] // 3, v["y"] // 3),
        )
        return self.mixer.mixed("found", contexts, 2 * k + other, (k, v["e"]), 3)

    def find(self, band: Band, at: Place, p: int, number: int) -> None:
        found = self.found(band, at, p, number == 4)
        band.last[at] = p
        if found:
            band.last[at] = p + 1
            negative = self.negative(band, at, p)
            band.last[at] = p
            band.sign[at] = -1 if negative else 1
            grow(band, at, (1 << p) + ((1 << p) >> 1))

    def negative(self, band: Band, at: Place, p: int) -> int:
        (s, r, c), k = at, band.k

        def digits(*places: Place) -> Any:
            return (k, *(band.sign[z, y, x] + 1 for z, y, x in places))

        left, right, above, below = (s, r, c - 1), (s, r, c + 1), (s, r - 1, c), (s, r + 1, c)
        contexts = (
            digits(left, right, above, below),
            digits((s - 1, r, c), (s + 1, r, c), left, above),
            digits((s, r - 1, c - 1), (s, r - 1, c + 1), (s, r + 1, c - 1), (s, r + 1, c + 1)),
        )
        return self.mixer.mixed("sign", contexts, k, k, 2, self.values_around(band, at, p))

    def values_around(self, band: Band, at: Place, p: int) -> list[int]:
        if not self.later:
            return []
        s, r, c = at

        def value(other: Band, z: int, y: int, x: int) -> int:
            return min((other.size[z, y, x] << 8) >> p, 1024) * other.sign[z, y, x]

        places = [(0, 0, -1), (0, 0, 1), (0, 0, -2), (0, 0, 2), (0, -1, 0), (0, 1, 0), (0, -2, 0), (0, 2, 0)]
        places += [(0, -1, -1), (0, -1, 1), (0, 1, -1), (0, 1, 1), (-1, 0, 0), (1, 0, 0)]
        values = [value(band, s + z, r + y, c + x) for z, y, x in places]
        if band.parent is None:
            return [*values, 0, 0]
        z, y, x = band.parents_place(at)
        beside = [(y - 1, x), (y + 1, x)] if band.o == 2 else [(y, x - 1), (y, x + 1)]
        return values + [value(band.parent, z, *place) for place in beside]

    def bit(self, band: Band, at: Place, p: int) -> int:
        v, q = self.around(band, at, p), band.size[at] >> (p + 1)
        r, t = min(q, 7), min(floor(log2(q)), 3)
        contexts = ((band.l, t, v["e"]), (r, band.o, v["n"]), (r, v["n"], v["z"]))
        return self.mixer.mixed("bit", contexts, t, t, 3)

    def refine(self, band: Band, at: Place, p: int) -> None:
        bit, q = self.bit(band, at, p), band.size[at] >> (p + 1)
        band.last[at] = p
        grow(band, at, (q << (p + 1)) + (bit << p) + ((1 << p) >> 1))

    def values(self) -> list[float]:
        """Restore the coefficients in scan order, in exact arithmetic."""
        low: dict[int, int] = defaultdict(lambda: 60)
        seen: dict[int, int] = defaultdict(lambda: 100)
        for band in self.bands:
            for at, last in band.last.items():
                known = bin(band.size[at] >> last)[2:]
                if len(known) >= 2 and band.size[at]:
                    seen[band.k] += 1
                    low[band.k] += known[1] == "0"
        result, state = [], 0
        for band in self.bands:
            for at in sorted(band.last):
                last, size = band.last[at], band.size[at]
                h = Fraction(2 * low[band.k] - seen[band.k], 3 * seen[band.k])
                h = h if size >> last == 1 else h / 2
                off = 2**last * h if size and last else Fraction(0)
                magnitude = size - off
                if self.dependent and size:
                    exact = Fraction(1, 10) if size == 1 and state & 1 == 0 else state & 1
                    magnitude = 2 * magnitude - (Fraction(3, 2) if last else exact)
                if self.dependent and last == 0:
                    state = NEXT[state][size & 1]
                result.append(float(magnitude * (-1 if band.sign[at] < 0 else 1)))
        return result
