"""What the DICOM files of one series must be, wherever they came from."""

from pathlib import Path

from wdr_mcpd.data.dicom_files import open_dicom
from wdr_mcpd.data.series import Series
from wdr_mcpd.errors import SeriesError

IDENTITY_TAGS = ["SeriesInstanceUID", "SOPInstanceUID"]


def check_files(paths: list[Path], series: Series) -> dict[str, str]:
    """Check that the files are DICOM, of this series, each another instance; headers alone are read.

    Gives the SOPInstanceUID of each file, by name.
    """
    instances: dict[str, str] = {}
    for path in paths:
        try:
            header = open_dicom(path, stop_before_pixels=True, specific_tags=IDENTITY_TAGS)
            uid, instance = str(header.SeriesInstanceUID), str(header.SOPInstanceUID)
        except Exception as error:  # broken files raise many kinds
            raise SeriesError(f"{path.name} is no DICOM file of a series") from error
        if uid != series.series_instance_uid:
            raise SeriesError(f"{path.name} belongs to another series ({uid})")
        if instance in instances.values():
            raise SeriesError(f"{path.name} repeats an instance of the series ({instance})")
        instances[path.name] = instance
    return instances


def check_count(count: int, series: Series) -> None:
    """Compare the number of files with the table."""
    if series.image_count and count != series.image_count:
        raise SeriesError(
            f"{count} files came, the series has {series.image_count} by the table; make it anew if it is old"
        )
