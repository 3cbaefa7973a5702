"""Bring the series of one exam into a folder, whole and verified, from wherever the table says it is."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from wdr_mcpd.data.archive import CITATION
from wdr_mcpd.data.http_client import Progress, nobody
from wdr_mcpd.data.http_limits import LIMITS, Limits
from wdr_mcpd.data.idc import ENDPOINT, download_from_idc
from wdr_mcpd.data.manifest import MANIFEST, MASK_FOLDER, REFUSED, differences, read_manifest, write_manifest
from wdr_mcpd.data.nbia import BASE_URL, download_series
from wdr_mcpd.data.series import Series
from wdr_mcpd.errors import InputError, SeriesError
from wdr_mcpd.files import whole_folder

CITATION_TEXT = """Series {uid}
of patient {patient}, collection {collection}, from {origin}.
Licence: {licence}. {cite}
"""


@dataclass(frozen=True)
class Sources:
    """Where series are brought from, beside what the table says.

    Attributes
    ----------
    sample : Path, optional
        Source sample: the folder that `source_archives.fetch_archives` wrote.
    base_url, idc_endpoint, limits
        Sources nbia, idc and files: addresses of the servers and how long they are waited for.
    data_folder, index : Path
        Sources local and files: the folder that holds the files, and for local its index if there is one.
    """

    sample: Path | None = None
    base_url: str = BASE_URL
    idc_endpoint: str = ENDPOINT
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

    Parameters
    ----------
    series : Series
        The row of the table.
    folder : Path
        Written as a whole, or left as it was.
    sources : Sources
    exclude : bool
        A series that its source refuses or spoils leaves a folder with a manifest alone, which says why
        (`manifest.REFUSED`); `excluded.flaw` gives it as the reason to leave the exam out of the study.

    Raises
    ------
    SeriesError
        This series cannot be had, or what came is not what the table says; others may be.
    InputError
        The source cannot be reached, or is not set up.
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
    origin = {
        "collection": series.collection,
        "exam": series.exam_id,
        "series_instance_uid": series.series_instance_uid,
        "image_count": series.image_count,
        "licence": series.licence,
        "source": series.source,
    }
    further = ("mask_series_uid", "file", "checksum")
    return origin | {name: value for name in further if (value := getattr(series, name))}


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
    found: dict[str, Any] = {}
    origin, doi, place = "", "", sources.data_folder
    if series.source == "sample":
        from wdr_mcpd.data.sample import make_sample_series

        if sources.sample is None:
            raise InputError("source sample needs the folder of its files (wdr-mcpd fetch makes it)")
        make_sample_series(sources.sample, series, folder)
    elif series.source == "synthetic":
        from wdr_mcpd.data.synthetic import make_synthetic_series

        make_synthetic_series(series, folder)
    elif series.source == "nbia":
        origin = sources.base_url
        found = {"sop_instance_uids": download_series(series, folder, origin, sources.limits, progress)}
    elif series.source == "idc":
        origin = "the Imaging Data Commons"
        found, doi = download_from_idc(series, folder, sources.idc_endpoint, sources.limits, progress)
    elif series.source == "local":
        from wdr_mcpd.data.local import link_series

        if place is None:
            raise InputError("source local needs --data-folder, the tree of DICOM files")
        found = {"sop_instance_uids": link_series(series, folder, place, sources.index)}
    elif series.source == "files":
        from wdr_mcpd.data.file_source import bring_file

        origin = "a local folder" if place else series.file
        bring_file(series, folder, place, sources.limits, progress)
    if origin:
        text = CITATION_TEXT.format(
            uid=series.series_instance_uid,
            patient=series.patient_id,
            collection=series.collection,
            licence=series.licence or "see LICENSE",
            origin=origin,
            cite=f"Cite: https://doi.org/{doi}" if doi else "Cite the collection as its page asks.",
        )
        (folder / CITATION).write_text(text, encoding="utf-8")
    return found


def fetch_exam(
    *,
    sample: Path | list[Path],
    index: Path | list[Path],
    manifest: Path,
    exam: str,
    row: dict[str, Any],
    base_url: str,
    idc_endpoint: str,
    limits: dict[str, Any],
    data_folder: str | None,
    exclude: bool,
    fetched: Path | None = None,
) -> None:
    """Step: one exam's series, whole and verified, in the folder of its manifest.

    `sample` (source sample) and `index` (source local) are empty lists for other sources; `row` holds the
    fields of `Series`, `limits` fields of `http_limits.Limits`; `fetched` is an empty file that says so.
    """
    sources = Sources(
        sample=sample if isinstance(sample, Path) else None,
        base_url=base_url,
        idc_endpoint=idc_endpoint,
        limits=Limits(**limits),
        data_folder=Path(data_folder) if data_folder else None,
        index=index if isinstance(index, Path) else None,
    )
    anew = fetch_series(Series(**row), manifest.parent, sources, exclude=exclude)
    print(f"{exam}: {'fetched' if anew else 'already whole'}")
    if fetched:
        fetched.touch()
