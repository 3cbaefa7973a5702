"""A volume from wherever it lies: a DICOM folder or a volume file."""

from pathlib import Path

from wdr_mcpd.data.volume import Volume
from wdr_mcpd.data.volume_files import read_volume_file, readable


def read_volume(path: Path | str) -> Volume:
    """Read the stored values of a volume.

    Parameters
    ----------
    path : Path
        A folder with one DICOM series, or a file as `read_volume_file` takes it.

    Raises
    ------
    InputError
        The path is missing or unreadable, or what it holds is no volume of at most 16-bit integers.
    """
    path = Path(path)
    with readable(path):
        if not path.is_dir():
            return read_volume_file(path)
        from wdr_mcpd.data.dicom import read_series

        return read_series(path)
