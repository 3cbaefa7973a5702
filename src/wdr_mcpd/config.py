"""The configuration of the study: every key once, with its default, what it may be and what it means."""

import difflib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    WrapValidator,
    model_validator,
)

from wdr_mcpd import defaults
from wdr_mcpd.codec.settings import CDF97, check_settings
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import as_written
from wdr_mcpd.methods import BASELINE, METHODS, PROPOSED, Method, with_variants

RENAMED = {"peers": "baselines"}
"""Keys of earlier versions and what they are called now."""


def _digits(value: Any, check: Callable[[Any], float]) -> float:
    """Leave whole numbers whole; give others the digits that tables hold, as they are looked up in them."""
    checked = check(value)
    return value if isinstance(value, int) else as_written(checked)


def _different(values: list[Any]) -> list[Any]:
    if len(set(values)) < len(values):
        raise ValueError("values stand twice")
    return values


Rate = Annotated[float, Field(gt=0, le=64), WrapValidator(_digits)]
Threshold = Annotated[float, Field(ge=0), WrapValidator(_digits)]
Positive = Annotated[float, Field(gt=0), WrapValidator(_digits)]
Count = Annotated[int, Field(ge=1)]
Levels = Annotated[int, Field(ge=0, le=16)]
Different = (AfterValidator(_different), Field(min_length=1, json_schema_extra={"uniqueItems": True}))


class _Keys(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class Synthetic(_Keys):
    """Size of the synthetic cohort; each subject has two exams."""

    subjects: Count = 4
    """Number of subjects."""
    slices: Count = 22
    """Slices of each exam."""
    size: Annotated[int, Field(ge=8)] = 256
    """Rows and columns of each slice."""
    seed: Annotated[int, Field(ge=0)] = 1
    """Seed of the phantom's anatomy and noise."""


class Grid(_Keys):
    """Thresholds in equal steps."""

    start: Threshold
    """Smallest threshold."""
    stop: Threshold
    """Largest threshold."""
    num: Count
    """Number of thresholds."""


class Configuration(_Keys):
    """Every key is optional; config/config.yaml sets those that differ from the defaults."""

    run: Annotated[str, Field(pattern=r"^\w[\w.-]*$")] | None = None
    """Name of the run: its results lie in results/runs/NAME, so that they never mix with others; null: in
    results."""
    source: Literal["sample", "synthetic", "nbia", "idc", "local", "files"] = "sample"
    """Where the MR series come from. sample: four real exams out of the package index. synthetic: a
    procedural head phantom, for tests and scale only. nbia: The Cancer Imaging Archive. idc: the Imaging
    Data Commons. local: DICOM folders below data_folder. files: volume files (NIfTI, NRRD) below data_folder
    or by their addresses."""
    series: str | None = None
    """Table (TSV) of the series to use, one row for each exam; null takes the table of the source."""
    data_folder: str | None = None
    """Folder with the DICOM series of source local or the volume files of source files; where it is set, no
    address is asked."""
    base_url: Annotated[str, Field(pattern="^https?://")] = defaults.NBIA
    """Address of the NBIA server of source nbia."""
    idc_endpoint: Annotated[str, Field(pattern="^https?://")] = defaults.IDC_ENDPOINT
    """Address of the S3 server that holds the Imaging Data Commons, of source idc."""
    parallel_downloads: Count = defaults.PARALLEL_DOWNLOADS
    """Series fetched from an archive at a time."""
    fetch_locally: bool = False
    """Whether the machine that runs Snakemake fetches, and not the nodes of a cluster."""
    download_seconds: Annotated[float, Field(gt=0)] = defaults.DOWNLOAD_SECONDS
    """Seconds that a download may take, with all its attempts, beside its size over download_rate."""
    download_rate: Annotated[float, Field(gt=0)] = defaults.DOWNLOAD_RATE
    """Least rate of a download in kB/s."""
    download_header_seconds: Annotated[float, Field(gt=0)] = defaults.DOWNLOAD_HEADER_SECONDS
    """Seconds that a server has to begin its answer."""
    download_idle_seconds: Annotated[float, Field(gt=0)] = defaults.DOWNLOAD_IDLE_SECONDS
    """Seconds that a server may pause within its answer."""
    keep_series: bool = True
    """Whether the series and their slices stay after use. false: each is deleted once nothing of the run
    needs it, so that a large cohort takes little room; a later change fetches it again. Not with evidence,
    and not with exclude, which looks at all series first."""
    on_bad_series: Literal["fail", "exclude"] = "fail"
    """What a series that cannot be used, or that its source refuses, does. fail: the run stops and names it.
    exclude: it is left out and listed in results/data/excluded.tsv."""
    on_missing: Literal["fail", "exclude"] = "fail"
    """What a series or file that its source lacks, refuses or spoils does. fail: the run stops and names it.
    exclude: it is left out and listed in results/data/excluded.tsv."""
    synthetic: Synthetic = Synthetic()
    """Size of the synthetic cohort; each subject has two exams."""

    slices: Annotated[int, Field(ge=2)] = 20
    """Consecutive slices taken from each exam."""
    first_slice: Literal["central"] | Count = "central"
    """First slice taken, counted from 1; central takes the middle of the exam."""
    slice_step: Count | Annotated[str, Field(pattern=r"^\d+(\.\d+)? mm$")] = 1
    """Makes thick stacks of thin slices: from one slice that is kept to the next, as a number of slices or
    as a distance, "5.5 mm", for which the nearest number is taken. A row of the table may have its own."""
    slice_average: bool = False
    """With slice_step, average the slices of a step instead of keeping one of them."""
    slice_axis: Literal["thickest"] | Annotated[int, Field(ge=1, le=3)] = "thickest"
    """Axis of a volume file across which it is cut into slices: its number in the file, or the one with the
    largest distance (of equal ones the third). The slices of DICOM series are those of its files."""
    mcpd_unit: defaults.Unit = defaults.UNIT
    """Unit of the mean co-located pixel difference (eq. 1). std: standard deviation of the slices taken.
    stored: stored values. range: largest minus smallest value. dtype: 65535."""
    mcpd_reference: defaults.Reference = defaults.REFERENCE
    """Slices that a slice is compared with. following: all that follow it (the paper's; the last slice has
    none and gets 0). all: all others. adjacent: the one before and the one after."""
    threshold: Threshold = defaults.THRESHOLD
    """Slices with an average MCPD of at most this are coded together as one volume (T of the paper)."""

    methods: Annotated[list[str], *Different] = list(METHODS)
    """Methods that the study compares, of the registry (docs/method.md) and of variants."""
    variants: dict[str, dict[str, str | int | bool]] = {}
    """Further methods by name, each with the method that it varies, the settings that it changes and, if
    wanted, a label, as {flat: {method: 3d-wdr, axial_levels: 0}}."""
    decomposition: Literal["packet", "dyadic"] = "packet"
    """Wavelet decomposition. packet: a 2D transform of every slice, then one along the slices. dyadic: all
    axes in turn."""
    wavelet: str = CDF97
    """Wavelet of all methods but 3d-wdr-cc: a discrete orthogonal or biorthogonal one of PyWavelets, as haar,
    bior2.2, db4 or sym8. bior4.4 is the CDF 9/7; the paper names none."""
    in_plane_levels: Levels = 5
    """Wavelet levels within the slices."""
    axial_levels: Literal["auto"] | Levels = 3
    """Wavelet levels of 3d-wdr and 3d-wdr-mcpd across the slices, fewer where a group has too few; auto tries
    0 to 4 and keeps the best."""
    rates: Annotated[list[Rate], *Different] = [0.1, 0.25, 0.5, 1.0, 2.0]
    """Rates of the study in bits per voxel, each a cut of one stream; table_rate is always among them."""
    table_rate: Rate = 1.0
    """Rate of Tables 1 and 3 and of Figures 1 and 2 in bits per voxel."""

    psnr_peak: Literal["max"] | Positive = 65535
    """Peak of the PSNR (eq. 2; the paper's is 65535); max takes the largest value of the volume."""
    ssim_range: Literal["max", "dtype"] | Positive = "max"
    """Range behind the constants of the SSIM (eq. 3). max: the largest value of the volume. dtype: 65535. Or
    a number."""
    ssim_window: Literal["uniform7", "gaussian11"] = "uniform7"
    """Window of the SSIM. uniform7, 7 x 7 pixels of equal weight; gaussian11, the 11 x 11 Gaussian of Wang et
    al."""

    thresholds: Grid | Annotated[list[Threshold], *Different] = Grid(start=0.2, stop=1.2, num=101)
    """Thresholds of the sweep, as start, stop and num equal steps, or as a list."""
    objective: Literal["exam", "selected"] = "exam"
    """What the cross-validated threshold maximises. exam: PSNR of the whole exam at equal total bits.
    selected: the paper's, the gain of the selected slices over 3D-WDR."""
    folds: Annotated[int, Field(ge=2)] = 5
    """Folds of the cross-validation, by subject; with fewer subjects each subject is a fold."""
    seed: Annotated[int, Field(ge=0)] = 1
    """Seed of the folds and of random draws."""
    min_selected: Count = 3
    """Fewest selected slices for which a threshold counts under objective selected."""

    figure_slices: (
        Literal["selected"] | Annotated[list[Count], *Different, Field(min_length=2, max_length=2)]
    ) = "selected"
    """Slices of Figures 1 and 2, counted from 1 among those taken; selected takes the first two selected
    slices of the exam."""
    evidence: bool = False
    """Also measure what other choices, groupings, spacings, rates and readings give (the target evidence)."""
    draws: Count = 200
    """Random choices of slices, of each number of slices, that the choice by the MCPD is compared with."""
    orders: Count = 3
    """Random orders of the slices in each joint reading of the paper's tables that shuffles them."""
    baselines: bool = False
    """Also measure today's codecs (JPEG 2000, JPEG XL, HEVC and others) where they are installed."""

    @model_validator(mode="after")
    def _agree(self) -> "Configuration":
        if unknown := [name for name in self.methods if name not in self.registry]:
            known = ", ".join(self.registry)
            raise ValueError(f"configuration key methods names {unknown[0]}; allowed: {known}, and variants")
        check_settings(self.registry[BASELINE].settings)
        if not self.keep_series and (self.evidence or "exclude" in (self.on_bad_series, self.on_missing)):
            raise ValueError("configuration key keep_series is false; evidence and exclude need the series")
        if self.figure_slices != "selected" and max(self.figure_slices) > self.slices:
            raise ValueError(
                f"configuration key figure_slices is {self.figure_slices}; "
                f"{self.slices} slices are taken (key slices)"
            )
        return self

    @cached_property
    def registry(self) -> dict[str, Method]:
        """Methods and variants as the study codes them: with the settings that have a key."""
        methods = {}
        for name, method in METHODS.items():
            changes: dict[str, Any] = {"in_plane_levels": self.in_plane_levels}
            if method.settings.coder == "cc":
                changes["progressive"] = True  # a stream is cut for all rates
            else:
                changes |= {"decomposition": self.decomposition, "wavelet": self.wavelet}
            if name in (BASELINE, PROPOSED):
                changes["axial_levels"] = self.axial_levels
            methods[name] = replace(method, settings=replace(method.settings, **changes))
        return with_variants(self.variants, methods)

    @property
    def download_limits(self) -> dict[str, Any]:
        """How long a server is waited for (`data.http_client.Limits`); rates in bytes per second."""
        return {
            "seconds": self.download_seconds,
            "rate": 1000 * self.download_rate,
            "headers": self.download_header_seconds,
            "idle": self.download_idle_seconds,
        }

    @property
    def coding(self) -> dict[str, Any]:
        """Settings of 3D-WDR and 3D-WDR-MCPD (`codec.Settings`), which the sweep and the whole exam vary."""
        return asdict(self.registry[BASELINE].settings)

    def value(self, key: str) -> Any:
        """Give the value of a key, of `coding` too, in plain types."""
        dumped = self.model_dump(include={key}, warnings=False)
        return dumped[key] if dumped else getattr(self, key)


def configuration(given: Mapping[str, Any]) -> Configuration:
    """Check the keys that the user set and fill in the defaults; InputError names the first wrong one.

    What `snakemake --config` leaves texts is read as YAML: lists, objects, `true` and `false`.
    """
    try:
        checked = Configuration.model_validate(typed := _typed(given))
    except ValidationError as error:
        raise InputError(_line(error, typed)) from None
    rates = sorted({*checked.rates, checked.table_rate})
    return checked.model_copy(update={"rates": rates})


def _typed(value: Any, depth: int = 0) -> Any:
    """Read texts within lists and objects, and true and false, as YAML; depth 0 is the configuration."""
    import yaml

    if isinstance(value, Mapping):
        return {key: _typed(one, depth + 1) for key, one in value.items()}
    if isinstance(value, list):
        return [_typed(one, depth + 1) for one in value]
    read = isinstance(value, str) and (depth > 1 or value in ("true", "false"))
    return yaml.safe_load(value) if read else value


def schema() -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of the configuration, without references."""
    made = Configuration.model_json_schema()
    definitions = made.pop("$defs")

    def resolved(entry: Any) -> Any:
        if isinstance(entry, list):
            return [resolved(one) for one in entry]
        if not isinstance(entry, dict):
            return entry
        entry = definitions.get(entry.get("$ref", "").rpartition("/")[2], {}) | entry
        kept = {key: resolved(value) for key, value in entry.items() if key not in ("title", "$ref")}
        if "description" in kept:
            kept["description"] = " ".join(str(kept["description"]).split())
        return kept

    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **resolved(made)}


KINDS = {"integer": "a whole number", "number": "a number", "string": "a text", "boolean": "true or false"}
BOUNDS = {
    "exclusiveMinimum": "above {:g}",
    "minimum": "of at least {:g}",
    "maximum": "at most {:g}",
    "pattern": "that matches {}",
}


def allowed(entry: Mapping[str, Any]) -> str:
    """Say in words which values a key's schema allows."""
    if "anyOf" in entry:
        return " or ".join(allowed(option) for option in entry["anyOf"])
    if "const" in entry:
        return str(entry["const"])
    if "enum" in entry:
        return ", ".join(map(str, entry["enum"]))
    kind = entry["type"]
    if kind == "array":
        size = "two values" if entry.get("maxItems") == 2 else "at least one value"
        return f"a list of {size}, all different, each {allowed(entry['items'])}"
    if kind == "object":
        return f"keys {', '.join(entry['properties'])}" if "properties" in entry else "an object of objects"
    bounds = [text.format(entry[bound]) for bound, text in BOUNDS.items() if bound in entry]
    return " ".join([KINDS.get(kind, kind), " and ".join(bounds)]).rstrip()


def _line(error: ValidationError, given: Mapping[str, Any]) -> str:
    """Say what is wrong with the first wrong key."""
    order = list(given)
    places = [[str(part) for part in one["loc"]] for one in error.errors()]
    first = min(range(len(places)), key=lambda n: order.index(places[n][0]) if places[n] else len(order))
    if not places[first]:
        return str(error.errors()[first]["ctx"]["error"])
    known: Mapping[str, Any] = schema()["properties"]
    key, *inner = places[first]
    value = given[key]
    place = key
    while "properties" in known.get(key, {}) and isinstance(value, Mapping) and inner:
        known, key = known[key]["properties"], inner.pop(0)
        place, value = f"{place}.{key}", value[key]
    if key in known:
        return (
            f"configuration key {place} is {json.dumps(value, default=str)}; allowed: {allowed(known[key])}"
        )
    if key in RENAMED:
        return f"configuration key {place} is now called {RENAMED[key]}"
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
    return f"unknown configuration key {place}; {hint}"
