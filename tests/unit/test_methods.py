"""The registry of methods: one name, one meaning, and variants added to it."""

import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from wdr_mcpd import codec, methods
from wdr_mcpd.coherence import average_mcpd
from wdr_mcpd.errors import InputError
from wdr_mcpd.methods import BASELINE, DEFAULT, METHODS, PROPOSED, encode, ignored_options, with_variants


@pytest.fixture(scope="module")
def volume() -> NDArray[np.int16]:
    rng = np.random.default_rng(3)
    slices = np.cumsum(rng.normal(0, 30, (10, 32, 32)), axis=2)
    slices[[2, 5, 6]] = slices[1] + rng.normal(0, 2, (3, 32, 32))
    return slices.astype(np.int16)


def test_help_texts_need_neither_numpy_nor_the_compiler() -> None:
    code = "import sys, wdr_mcpd.methods; sys.exit(bool({'numpy', 'numba'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_methods_look_different_and_are_named_as_they_are_registered() -> None:
    assert all(name == method.name for name, method in METHODS.items())
    for looks in zip(*((m.label, m.colour, m.marker) for m in METHODS.values()), strict=True):
        assert len(set(looks)) == len(METHODS)
    assert {BASELINE, PROPOSED, DEFAULT} <= set(METHODS)


@pytest.mark.parametrize(
    ("method", "groups", "levels"), [("2d-wdr", 10, 0), ("3d-wdr", 1, 3), ("3d-wdr-mcpd", None, 3)]
)
def test_a_name_says_how_slices_are_grouped_and_how_deep(
    volume: NDArray[np.int16], method: str, groups: int | None, levels: int
) -> None:
    described = codec.info(encode(volume, method, mcpd_unit="std", threshold=1.0))["groups"]
    assert groups in (None, len(described))
    largest = max(described, key=lambda group: len(group["slices"]))
    assert largest["axial_levels"] == min(levels, (len(largest["slices"]) - 1).bit_length())


def test_the_default_chooses_the_depth_by_content(volume: NDArray[np.int16]) -> None:
    assert encode(volume) == encode(volume, DEFAULT) == encode(volume, BASELINE, axial_levels="auto")
    assert METHODS[DEFAULT].settings.axial_levels == "auto"


def test_groups_that_are_known_are_not_computed_again(
    volume: NDArray[np.int16], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = encode(volume, PROPOSED, threshold=1.0)
    average = average_mcpd(volume, "std", "following")
    monkeypatch.setattr("wdr_mcpd.coherence.average_mcpd", None)
    groups = methods.slice_groups(volume, PROPOSED, 1.0, average=average)
    assert encode(volume, PROPOSED, groups=groups) == plain


def test_variants_are_methods(volume: NDArray[np.int16]) -> None:
    given = {
        "3d-wdr-axial0": {"method": "3d-wdr", "axial_levels": 0},
        "mine": {"method": "3d-wdr-axial0", "label": "Mine", "decomposition": "dyadic"},
    }
    registry = with_variants(given)
    assert list(registry) == [*METHODS, *given]
    assert registry["mine"].label == "Mine"
    assert registry["3d-wdr-axial0"].label == "3d-wdr-axial0"
    assert len({method.colour for method in registry.values()}) == len(registry)
    expected = encode(volume, "3d-wdr", axial_levels=0, decomposition="dyadic")
    assert encode(volume, registry["mine"]) == expected


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("3d-wdr", {"method": "2d-wdr"}, "already"),
        ("A b", {"method": "2d-wdr"}, "lower-case"),
        ("mine", {}, "say which method"),
        ("mine", "3d-wdr", "say which method"),
        ("mine", {"method": "4d"}, "variant mine: unknown method '4d'; known: 2d-wdr"),
        ("mine", {"method": "3d-wdr", "axial": 1}, "unknown codec setting axial; known: coder"),
        ("mine", {"method": "3d-wdr", "axial_levels": "deep"}, "axial_levels must be"),
        ("mine", {"method": "3d-wdr", "axial_levels": True}, "axial_levels must be"),
        ("mine", {"method": "3d-wdr", "in_plane_levels": 2.5}, "in_plane_levels must be"),
        ("mine", {"method": "3d-wdr", "lossless": "yes"}, "lossless must be"),
        ("mine", {"method": "3d-wdr-cc", "coder": "wdr"}, "cannot be coded by wdr"),
    ],
)
def test_variants_that_cannot_be_are_one_line(name: str, given: object, words: str) -> None:
    with pytest.raises(InputError, match=words) as error:
        with_variants({name: given})  # type: ignore[dict-item]
    assert str(error.value).count("\n") == 0
    assert name in str(error.value)


@pytest.mark.parametrize("method", METHODS)
def test_options_that_are_ignored_make_no_difference(volume: NDArray[np.int16], method: str) -> None:
    other = {"threshold": 9.0, "mcpd_unit": "stored", "mcpd_reference": "all", "axial_levels": 2}
    ignored = {name: other[name] for name in ignored_options(METHODS[method])}
    assert encode(volume, method, **ignored) == encode(volume, method)  # type: ignore[arg-type]
    base: dict[str, float] = {"threshold": float(np.median(average_mcpd(volume)))}
    for name in set(other) - set(ignored):
        changed = base | {name: other[name]}
        assert encode(volume, method, **changed) != encode(volume, method, **base), name  # type: ignore[arg-type]
