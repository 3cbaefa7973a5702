"""The configuration: defaults from the schema, and one short line for the first thing that is wrong."""

import difflib
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from wdr_mcpd.errors import InputError
from wdr_mcpd.files import as_written

Schema = Mapping[str, Any]

KINDS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "a text",
    "boolean": "true or false",
    "null": "null",
}
BOUNDS = {
    "exclusiveMinimum": "above {}",
    "minimum": "of at least {}",
    "maximum": "at most {}",
    "pattern": "that matches {}",
}


def read_schema(path: Path) -> Schema:
    """Read a JSON Schema written as YAML."""
    import yaml

    schema: Schema = yaml.safe_load(path.read_text(encoding="utf-8"))
    return schema


def typed(given: Mapping[str, Any]) -> dict[str, Any]:
    """Read as YAML what `snakemake --config` leaves texts: lists, objects, `true` and `false`."""
    return {
        key: _typed(value) if isinstance(value, Mapping | list) or value in ("true", "false") else value
        for key, value in given.items()
    }


def _typed(value: Any) -> Any:
    import yaml

    if isinstance(value, Mapping):
        return {key: _typed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_typed(inner) for inner in value]
    return yaml.safe_load(value) if isinstance(value, str) else value


def resolve(given: Mapping[str, Any], schema: Schema, place: str = "") -> dict[str, Any]:
    """Check a configuration and fill in the defaults.

    Parameters
    ----------
    given
        The keys that the user set.
    schema
        JSON Schema (2020-12) of an object, with a default for each key.
    place
        Name of the key that holds this object, with a dot at its end; empty at the top.

    Returns
    -------
    dict
        A value for every key of the schema, in the schema's order; decimal numbers with the digits that
        tables hold, as rates and thresholds are looked up in them.

    Raises
    ------
    InputError
        One line that names the first wrong key, its value and what is allowed.
    """
    known: Mapping[str, Schema] = schema["properties"]
    for key, value in given.items():
        if key not in known:
            raise InputError(f"unknown configuration key {place}{key}; {_hint(str(key), known)}")
        if not _valid(value, known[key]):
            shown = json.dumps(value, default=str)
            raise InputError(f"configuration key {place}{key} is {shown}; allowed: {allowed(known[key])}")
    values = {key: given.get(key, entry.get("default")) for key, entry in known.items()}
    return {
        key: resolve(value, known[key], f"{place}{key}.") if "properties" in known[key] else _rounded(value)
        for key, value in values.items()
    }


def allowed(entry: Schema) -> str:
    """Say in words which values a key's schema allows."""
    if "anyOf" in entry:
        return " or ".join(allowed(option) for option in entry["anyOf"])
    if "const" in entry:
        return str(entry["const"])
    if "enum" in entry:
        return ", ".join(map(str, entry["enum"]))
    kind = entry["type"]
    if isinstance(kind, list):
        return " or ".join(allowed({**entry, "type": one}) for one in kind)
    if kind == "array":
        size = "two values" if entry.get("maxItems") == 2 else "at least one value"
        different = ", all different" if entry.get("uniqueItems") else ""
        return f"a list of {size}{different}, each {allowed(entry['items'])}"
    if kind == "object":
        return f"keys {', '.join(entry['properties'])}"
    bounds = [text.format(entry[bound]) for bound, text in BOUNDS.items() if bound in entry]
    return " ".join([KINDS[kind], " and ".join(bounds)]).rstrip()


def _valid(value: Any, entry: Schema) -> bool:
    from jsonschema import Draft202012Validator

    if "properties" in entry:  # its keys are checked one by one, for a message that names the key
        return isinstance(value, Mapping)
    return Draft202012Validator(entry).is_valid(value) and all(map(math.isfinite, _floats(value)))


def _floats(value: Any) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _floats(inner)


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return list(dict.fromkeys(_rounded(inner) for inner in value))
    return as_written(value) if isinstance(value, float) else value


def _hint(key: str, known: Mapping[str, Schema]) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
