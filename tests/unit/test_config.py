"""The configuration: defaults, and one short line that names the key and what is allowed."""

import argparse
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from wdr_mcpd import config, config_page
from wdr_mcpd.cli.keys import add_keys
from wdr_mcpd.coherence import REFERENCES, UNITS
from wdr_mcpd.config import Configuration, configuration, schema
from wdr_mcpd.errors import InputError
from wdr_mcpd.methods import METHODS
from wdr_mcpd.study.metrics import SSIM_WINDOWS

ROOT = Path(__file__).parents[2]
SCHEMA = schema()


def message(given: dict[str, Any]) -> str:
    with pytest.raises(InputError) as caught:
        configuration(given)
    text = str(caught.value)
    assert "\n" not in text
    return text


def values(given: dict[str, Any]) -> dict[str, Any]:
    return configuration(given).model_dump(warnings=False)


def test_the_schema_is_a_schema_and_allows_the_defaults() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(values({}))


def test_every_key_has_a_description_and_a_default() -> None:
    assert all({"description", "default"} <= entry.keys() for entry in SCHEMA["properties"].values())


def test_the_defaults_are_complete_and_stay_as_they_are() -> None:
    assert values(values({})) == values({})
    assert {key for key, value in values({}).items() if value is None} == {"run", "series", "data_folder"}


def test_the_committed_pages_are_those_of_the_model() -> None:
    assert (ROOT / "docs" / "configuration.md").read_text() == config_page.page()
    assert yaml.safe_load((ROOT / "workflow" / "schemas" / "config.schema.yaml").read_text()) == SCHEMA


def test_a_default_changed_in_one_place_is_changed_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    class Changed(Configuration):
        threshold: float = 0.625
        """Another default."""

    monkeypatch.setattr(config, "Configuration", Changed)
    parser = argparse.ArgumentParser()
    add_keys(parser, "threshold")
    assert parser.parse_args([]).threshold == 0.625
    assert "Default: 0.625." in parser.format_help()
    assert "| `threshold` | `0.625` |" in config_page.page()
    assert schema()["properties"]["threshold"]["default"] == 0.625
    assert configuration({}).value("threshold") == 0.625


def test_the_committed_configuration_leaves_the_defaults_to_the_model() -> None:
    assert yaml.safe_load((ROOT / "config" / "config.yaml").read_text()) == {"source": "sample"}


def test_objects_are_filled_in_key_by_key() -> None:
    synthetic = values({})["synthetic"]
    assert values({"synthetic": {"subjects": 7}})["synthetic"] == {**synthetic, "subjects": 7}


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        ({"treshold": 0.6}, ["treshold", "threshold?"]),
        ({"synthetic": {"subject": 3}}, ["synthetic.subject", "subjects?"]),
        ({"threshold": -1}, ["threshold", "-1", "number of at least 0"]),
        ({"threshold": "high"}, ["threshold", '"high"', "number of at least 0"]),
        ({"threshold": float("nan")}, ["threshold", "NaN", "number of at least 0"]),
        ({"table_rate": 0}, ["table_rate", "number above 0", "64"]),
        ({"slices": True}, ["slices", "true", "whole number of at least 2"]),
        ({"baselines": "yes"}, ["baselines", '"yes"', "true or false"]),
        ({"series": 3}, ["series", "3", "text or null"]),
        ({"synthetic": {"size": 4}}, ["synthetic.size", "4", "at least 8"]),
        ({"synthetic": 4}, ["synthetic", "4", "subjects, slices, size, seed"]),
        ({"rates": [0.5, 0]}, ["rates", "[0.5, 0]", "list", "different", "above 0", "64"]),
        ({"figure_slices": [2]}, ["figure_slices", "[2]", "selected", "two values", "at least 1"]),
        ({"axial_levels": "deep"}, ["axial_levels", '"deep"', "auto", "at least 0", "16"]),
    ],
)
def test_a_wrong_key_gets_one_line_with_its_value_and_what_is_allowed(
    given: dict[str, Any], parts: list[str]
) -> None:
    line = message(given)
    assert [part for part in parts if part not in line] == []


def test_a_key_that_resembles_none_lists_the_known_ones() -> None:
    assert message({"zzz": 1}).startswith("unknown configuration key zzz; known are run, source, series, ")


def test_the_first_wrong_key_is_named() -> None:
    assert "slices" in message({"slices": 0, "threshold": -1})
    assert "threshold" in message({"threshold": -1, "slices": 0})


@pytest.mark.parametrize(
    ("key", "known"),
    [("mcpd_unit", UNITS), ("mcpd_reference", REFERENCES), ("ssim_window", tuple(SSIM_WINDOWS))],
)
def test_the_schema_offers_what_the_package_knows(key: str, known: tuple[str, ...]) -> None:
    assert tuple(SCHEMA["properties"][key]["enum"]) == known


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        ({"peers": True}, ["peers", "baselines"]),
        ({"methods": ["3d-wr"]}, ["methods", "3d-wr", "2d-wdr, 3d-wdr, "]),
        ({"methods": ["flat"]}, ["methods", "flat"]),
        ({"variants": {"flat": {"axial_levels": 0}}}, ["variant flat", "which method"]),
        ({"variants": {"3d-wdr": {"method": "2d-wdr"}}}, ["variant 3d-wdr", "of this name"]),
        ({"wavelet": "foo"}, ["wavelet", "foo", "haar"]),
        ({"figure_slices": [2, 21]}, ["figure_slices", "[2, 21]", "20", "slices"]),
        ({"rates": [1, 1]}, ["rates", "[1, 1]", "different"]),
    ],
)
def test_what_does_not_fit_together_gets_one_line(given: dict[str, Any], parts: list[str]) -> None:
    line = message(given)
    assert [part for part in parts if part not in line] == []


def test_keys_set_the_methods_that_have_them() -> None:
    given = {"axial_levels": 1, "in_plane_levels": 2, "decomposition": "dyadic", "wavelet": "haar"}
    variants = {"flat": {"method": "3d-wdr", "axial_levels": 0, "label": "Flat"}}
    registry = configuration({**given, "variants": variants}).registry
    depth = {name: method.settings.axial_levels for name, method in registry.items()}
    assert depth == {
        **{name: method.settings.axial_levels for name, method in METHODS.items()},
        "3d-wdr": 1,
        "3d-wdr-mcpd": 1,
        "flat": 0,
    }
    assert {method.settings.in_plane_levels for method in registry.values()} == {2}
    assert registry["flat"].label == "Flat"
    assert [name for name, method in registry.items() if method.settings.wavelet != "haar"] == ["3d-wdr-cc"]
    assert [name for name, method in registry.items() if method.settings.decomposition != "dyadic"] == [
        "3d-wdr-cc"
    ]


def test_the_table_rate_is_always_among_the_rates() -> None:
    assert values({"rates": [2, 0.5], "table_rate": 0.25})["rates"] == [0.25, 0.5, 2]


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False)])
def test_a_switch_can_be_set_on_the_command_line(text: str, value: bool) -> None:
    assert configuration({"baselines": text}).baselines is value


def test_texts_inside_lists_and_objects_get_their_types() -> None:
    given = {
        "rates": ["0.5", "2"],
        "thresholds": {"start": "0", "stop": "1", "num": "3"},
        "methods": ["2d-wdr"],
    }
    found = values({**given, "table_rate": 0.5})
    assert found["rates"] == [0.5, 2]
    assert found["thresholds"] == {"start": 0, "stop": 1, "num": 3}
    assert found["methods"] == ["2d-wdr"]


def test_decimal_numbers_have_the_digits_that_tables_hold() -> None:
    thresholds = {"start": 0.1, "stop": 2 / 3, "num": 3}
    given = {"threshold": 1 / 3, "rates": [1 / 3, 0.5], "table_rate": 0.5, "thresholds": thresholds}
    found = values(given)
    assert found["threshold"] == 0.33333333
    assert found["rates"] == [0.33333333, 0.5]
    assert found["thresholds"] == {"start": 0.1, "stop": 0.66666667, "num": 3}
    assert values({"thresholds": [1 / 7]})["thresholds"] == [0.14285714]


def test_whole_numbers_stay_whole() -> None:
    assert repr(values({})["psnr_peak"]) == "65535"


@pytest.mark.parametrize("path", sorted((ROOT / "config").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_ready_configurations_are_valid(path: Path) -> None:
    checked = configuration(yaml.safe_load(path.read_text()))
    assert checked.series is None or checked.source == "local" or (ROOT / checked.series).is_file()


@pytest.mark.parametrize("slice_step", [1, 6, "5.5 mm", "6 mm"])
def test_steps_of_slices(slice_step: int | str) -> None:
    assert configuration({"slice_step": slice_step}).slice_step == slice_step


@pytest.mark.parametrize("slice_step", [0, 1.5, "6", "6mm", "-1 mm", "x mm"])
def test_steps_of_slices_that_are_none(slice_step: object) -> None:
    with pytest.raises(InputError, match="slice_step"):
        configuration({"slice_step": slice_step})
