"""Bring the series of one exam into a folder, whole and verified, from wherever the table says it is."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from wdr_mcpd.data.archive import CITATION
from wdr_mcpd.data.file_source import bring_file
from wdr_mcpd.data.http_client import LIMITS, Limits, Progress, nobody
from wdr_mcpd.data.idc import download_from_idc
from wdr_mcpd.data.local import link_series
from wdr_mcpd.data.manifest import MANIFEST, MASK_FOLDER, REFUSED, differences, read_manifest, write_manifest
from wdr_mcpd.data.nbia import download_series
from wdr_mcpd.data.sample import make_sample_series
from wdr_mcpd.data.series import Series
from wdr_mcpd.data.synthetic import make_synthetic_series
from wdr_mcpd.defaults import IDC_ENDPOINT, NBIA
from wdr_mcpd.errors import InputError, SeriesError
from wdr_mcpd.files import whole_folder


@dataclass(frozen=True)
class Sources:
    """Where series are brought from, beside what the table says.

    `sample` is the folder that `source_archives.fetch_archives` wrote; `data_folder` holds the files of
    sources local and files, `index` is its index for local if there is one. The others are the addresses of
    servers and how long they are waited for.
    """

    sample: Path | None = None
    base_url: str = NBIA
    idc_endpoint: str = IDC_ENDPOINT
    limits: Limits = LIMITS
    data_folder: Path | None = None
    index: Path | None = None


def is_whole(series: Series, folder: Path) -> bool:
    """Tell whether `folder` holds this series, exactly as its manifest says."""
    try:
        origin, _ = read_manifest(folder)
        same = origin.items() >= origin_of(series).items()
        same_mask = origin.get("mask_series_uid", "") == series.mask_series_uid
        return same and same_mask and not differences(folder)
    except InputError:
        return False


def fetch_series(
    series: Series,
    folder: Path,
    sources: Sources = Sources(),
    progress: Progress = nobody,
    exclude: bool = False,
) -> bool:
    """Make `folder` hold the series of one exam, its mask and their manifest; False if it already did.

    The folder is written as a whole, or left as it was. With `exclude` a series that its source refuses or
    spoils leaves a folder with a manifest alone, which says why (`manifest.REFUSED`). SeriesError where this
    series cannot be had or is another than the table says, InputError where the source cannot be reached.
    """
    if is_whole(series, folder):
        (folder / MANIFEST).touch()  # newer than the table, for programs that go by time
        return False
    with whole_folder(folder) as draft:
        try:
            found = _bring(series, draft, sources, progress)
            if series.mask_series_uid:
                found["sop_instance_uids"] |= _bring_mask(series, draft, sources, progress)
        except SeriesError as error:
            if not exclude:
                raise SeriesError(f"exam {series.exam_id}: {error}") from error
            shutil.rmtree(draft)
            draft.mkdir()
            found = {REFUSED: str(error)}
        except InputError as error:
            raise InputError(f"exam {series.exam_id}: {error}") from error
        write_manifest(draft, {**origin_of(series), **found})
    return True


def origin_of(series: Series) -> dict[str, Any]:
    """What the manifest says about where the files come from."""
    always = ("collection", "series_instance_uid", "image_count", "licence", "source")
    further = [name for name in ("mask_series_uid", "file", "checksum") if getattr(series, name)]
    return {"exam": series.exam_id} | {name: getattr(series, name) for name in (*always, *further)}


def _bring_mask(series: Series, folder: Path, sources: Sources, progress: Progress) -> dict[str, str]:
    """Bring the series that draws the tumour, whose number of files and size the table does not say."""
    inside = folder / MASK_FOLDER
    inside.mkdir()
    mask = replace(
        series, series_instance_uid=series.mask_series_uid, image_count=0, bytes=0, mask_series_uid=""
    )
    try:
        instances = _bring(mask, inside, sources, progress)["sop_instance_uids"]
    except InputError as error:
        kind = SeriesError if isinstance(error, SeriesError) else InputError
        raise kind(f"tumour mask: {error}") from error
    return {f"{MASK_FOLDER}/{name}": uid for name, uid in instances.items()}


def _bring(series: Series, folder: Path, sources: Sources, progress: Progress) -> dict[str, Any]:
    """Fill the empty `folder` with one series; what this returns stands in the manifest beside the origin."""
    source, limits, place = series.source, sources.limits, sources.data_folder
    if source == "sample":
        make_sample_series(sources.sample, series, folder)
    elif source == "synthetic":
        make_synthetic_series(series, folder)
    elif source == "local":
        return {"sop_instance_uids": link_series(series, folder, place, sources.index)}
    elif source == "nbia":
        instances = download_series(series, folder, sources.base_url, limits, progress)
        _cite(series, folder, sources.base_url)
        return {"sop_instance_uids": instances}
    elif source == "idc":
        found, doi = download_from_idc(series, folder, sources.idc_endpoint, limits, progress)
        _cite(series, folder, "the Imaging Data Commons", doi)
        return found
    else:
        bring_file(series, folder, place, limits, progress)
        _cite(series, folder, "a local folder" if place else series.file)
    return {}


def _cite(series: Series, folder: Path, origin: str, doi: str = "") -> None:
    cite = f"Cite: https://doi.org/{doi}" if doi else "Cite the collection as its page asks."
    text = (
        f"Series {series.series_instance_uid}\n"
        f"of patient {series.patient_id}, collection {series.collection}, from {origin}.\n"
        f"Licence: {series.licence or 'see LICENSE'}. {cite}\n"
    )
    (folder / CITATION).write_text(text, encoding="utf-8")


def fetch_exam(
    *,
    sample: Path | None,
    index: Path | None,
    manifest: Path,
    exam: str,
    row: dict[str, Any],
    limits: dict[str, Any],
    data_folder: str | None,
    exclude: bool,
    fetched: Path | None = None,
    **servers: str,
) -> None:
    """Step: one exam's series, whole and verified, in the folder of its manifest.

    `sample` (source sample) and `index` (source local) are empty for other sources; `row`, `limits` and
    `servers` hold fields of `Series`, `Limits` and `Sources`; `fetched` is an empty file that says so.
    """
    sources = Sources(
        sample=sample or None,
        limits=Limits(**limits),
        data_folder=Path(data_folder) if data_folder else None,
        index=index or None,
        **servers,
    )
    anew = fetch_series(Series(**row), manifest.parent, sources, exclude=exclude)
    print(f"{exam}: {'fetched' if anew else 'already whole'}")
    if fetched:
        fetched.touch()
