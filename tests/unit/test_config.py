"""The configuration: defaults, and one short line that names the key and what is allowed."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from wdr_mcpd.coherence import REFERENCES, UNITS
from wdr_mcpd.config import read_schema, resolve, typed
from wdr_mcpd.errors import InputError
from wdr_mcpd.study.metrics import SSIM_WINDOWS

ROOT = Path(__file__).parents[2]
SCHEMA = read_schema(ROOT / "workflow" / "schemas" / "config.schema.yaml")


def message(given: dict[str, Any]) -> str:
    with pytest.raises(InputError) as caught:
        resolve(given, SCHEMA)
    text = str(caught.value)
    assert "\n" not in text
    return text


def objects(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """All schemas with properties, at any depth."""
    found = [schema] if "properties" in schema else []
    for entry in (*schema.get("properties", {}).values(), *schema.get("anyOf", ())):
        found += objects(entry)
    return found


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_key_has_a_description_and_a_default() -> None:
    assert all({"description", "default"} <= entry.keys() for entry in SCHEMA["properties"].values())


def test_no_object_takes_unknown_keys() -> None:
    assert [entry for entry in objects(dict(SCHEMA)) if entry.get("additionalProperties") is not False] == []


def test_the_defaults_are_allowed_and_complete() -> None:
    values = resolve({}, SCHEMA)
    assert resolve(values, SCHEMA) == values
    assert (
        None
        not in {key: value for key, value in values.items() if key not in ("series", "data_folder")}.values()
    )


def test_the_committed_configuration_shows_the_defaults() -> None:
    shown = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
    assert resolve(shown, SCHEMA) == resolve({}, SCHEMA)


def test_objects_are_filled_in_key_by_key() -> None:
    assert resolve({"synthetic": {"subjects": 7}}, SCHEMA)["synthetic"] == {
        **resolve({}, SCHEMA)["synthetic"],
        "subjects": 7,
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"treshold": 0.6}, "unknown configuration key treshold; did you mean threshold?"),
        (
            {"synthetic": {"subject": 3}},
            "unknown configuration key synthetic.subject; did you mean subjects?",
        ),
        ({"threshold": -1}, "configuration key threshold is -1; allowed: a number of at least 0"),
        ({"threshold": "high"}, 'configuration key threshold is "high"; allowed: a number of at least 0'),
        ({"threshold": float("nan")}, "configuration key threshold is NaN; allowed: a number of at least 0"),
        ({"table_rate": 0}, "configuration key table_rate is 0; allowed: a number above 0 and at most 64"),
        ({"slices": True}, "configuration key slices is true; allowed: a whole number of at least 2"),
        ({"peers": "yes"}, 'configuration key peers is "yes"; allowed: true or false'),
        ({"series": 3}, "configuration key series is 3; allowed: a text or null"),
        (
            {"synthetic": {"size": 4}},
            "configuration key synthetic.size is 4; allowed: a whole number of at least 8",
        ),
        ({"synthetic": 4}, "configuration key synthetic is 4; allowed: keys subjects, slices, size, seed"),
        (
            {"rates": [0.5, 0]},
            "configuration key rates is [0.5, 0]; allowed: a list of at least one value, all different,"
            " each a number above 0 and at most 64",
        ),
        (
            {"figure_slices": [2]},
            "configuration key figure_slices is [2]; allowed: selected or a list of two values,"
            " all different, each a whole number of at least 1",
        ),
        (
            {"axial_levels": "deep"},
            'configuration key axial_levels is "deep"; allowed: auto or a whole number of at least 0'
            " and at most 16",
        ),
    ],
)
def test_a_wrong_key_gets_one_line(given: dict[str, Any], expected: str) -> None:
    assert message(given) == expected


def test_a_key_that_resembles_none_lists_the_known_ones() -> None:
    assert message({"zzz": 1}).startswith("unknown configuration key zzz; known are source, series, ")


def test_the_first_wrong_key_is_named() -> None:
    assert "slices" in message({"slices": 0, "threshold": -1})
    assert "threshold" in message({"threshold": -1, "slices": 0})


@pytest.mark.parametrize(
    ("key", "known"),
    [("mcpd_unit", UNITS), ("mcpd_reference", REFERENCES), ("ssim_window", tuple(SSIM_WINDOWS))],
)
def test_the_schema_offers_what_the_package_knows(key: str, known: tuple[str, ...]) -> None:
    assert tuple(SCHEMA["properties"][key]["enum"]) == known


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False)])
def test_a_switch_can_be_set_on_the_command_line(text: str, value: bool) -> None:
    assert resolve(typed({"peers": text}), SCHEMA)["peers"] is value


def test_texts_inside_lists_and_objects_get_their_types() -> None:
    given = {
        "rates": ["0.5", "2"],
        "thresholds": {"start": "0", "num": "3"},
        "source": "1",
        "methods": ["2d-wdr"],
    }
    assert typed(given) == {
        "rates": [0.5, 2],
        "thresholds": {"start": 0, "num": 3},
        "source": "1",
        "methods": ["2d-wdr"],
    }


def test_decimal_numbers_have_the_digits_that_tables_hold() -> None:
    thresholds = {"start": 0.1, "stop": 2 / 3, "num": 3}
    given = {"threshold": 1 / 3, "rates": [1 / 3, 0.33333333333, 0.5], "thresholds": thresholds}
    values = resolve(given, SCHEMA)
    assert values["threshold"] == 0.33333333
    assert values["rates"] == [0.33333333, 0.5]
    assert values["thresholds"] == {"start": 0.1, "stop": 0.66666667, "num": 3}
    assert resolve({"thresholds": [1 / 7]}, SCHEMA)["thresholds"] == [0.14285714]
