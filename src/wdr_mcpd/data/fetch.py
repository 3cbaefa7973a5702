"""Bring the series of one exam into a folder, whole and verified, from wherever the table says it is."""

from pathlib import Path

from wdr_mcpd.data.manifest import MANIFEST, differences, read_manifest, write_manifest
from wdr_mcpd.data.series import Series
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import whole_folder


def is_whole(series: Series, folder: Path) -> bool:
    """Tell whether `folder` holds this series, exactly as its manifest says."""
    try:
        origin, _ = read_manifest(folder)
        return origin == origin_of(series) and not differences(folder)
    except InputError:
        return False


def fetch_series(series: Series, folder: Path, *, archive: Path | None = None) -> bool:
    """Make `folder` hold the series of one exam with its manifest; False if it already did.

    Parameters
    ----------
    series : Series
        The row of the table.
    folder : Path
        Written as a whole, or left as it was.
    archive : Path, optional
        `source: sample`: the source distribution that holds the data.

    Raises
    ------
    InputError
        The series cannot be had, or what came is not what the table says.
    """
    if is_whole(series, folder):
        (folder / MANIFEST).touch()  # newer than the table, for programs that go by time
        return False
    with whole_folder(folder) as draft:
        if series.source == "sample":
            from wdr_mcpd.data.sample import make_sample_series

            if archive is None:
                raise InputError("source sample needs --archive (wdr-mcpd sample makes it)")
            make_sample_series(archive, series, draft)
        elif series.source == "synthetic":
            from wdr_mcpd.data.synthetic import make_synthetic_series

            make_synthetic_series(series, draft)
        else:
            raise InputError(f"exam {series.exam_id}: source {series.source} cannot be fetched")
        write_manifest(draft, origin_of(series))
    return True


def origin_of(series: Series) -> dict[str, object]:
    """What the manifest says about where the files come from."""
    return {
        "collection": series.collection,
        "exam": series.exam_id,
        "series_instance_uid": series.series_instance_uid,
        "licence": series.licence,
        "source": series.source,
    }
