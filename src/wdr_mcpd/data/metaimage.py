"""MetaImage files, read by SimpleITK where it is installed."""

from pathlib import Path

import numpy as np

from wdr_mcpd.data.volume import ANY, Pick, Volume, check_shape
from wdr_mcpd.errors import InputError


def read_metaimage(path: Path, pick: Pick = ANY) -> Volume:
    """Read the stored values of a file `.mha` or `.mhd`."""
    try:
        import SimpleITK
    except ImportError as error:
        raise InputError(f"{path}: MetaImage needs SimpleITK: pip install wdr-mcpd[metaimage]") from error
    try:
        reader = SimpleITK.ImageFileReader()
        reader.SetFileName(str(path))
        reader.ReadImageInformation()
        check_shape(reader.GetSize()[::-1], path)
        image = reader.Execute()
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        raise InputError(f"{path}: not a whole MetaImage file ({reason})") from error
    array = SimpleITK.GetArrayFromImage(image)
    if image.GetNumberOfComponentsPerPixel() != 1:
        raise InputError(f"{path}: is a colour or vector image; a volume has one value per voxel")
    voxels, scaling, notes = pick.stored(array, path)
    return Volume(
        voxels,
        image.GetSpacing()[::-1],
        None,
        image.GetOrigin(),
        np.reshape(image.GetDirection(), (3, 3)).T[::-1],
        codes=(1, 1),
        scaling=scaling,
        notes=notes,
    )
