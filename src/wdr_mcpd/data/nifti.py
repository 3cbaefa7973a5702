"""NIfTI-1 and -2, Analyze and MGH files, read and written by nibabel."""

import gzip
import io
import logging
from pathlib import Path
from typing import Any

import numpy as np

from wdr_mcpd.data.volume import ANY, UNITS, Pick, Scaling, Volume, check_shape, place_of, with_one_scale
from wdr_mcpd.errors import unbroken

SAME_PLACE = 1e-3
"""Largest difference (mm) of two affines that count as one: the numbers of a qform are single precision."""

LONGEST_AXIS = 32767
"""Of NIfTI-1; what is larger is written as NIfTI-2."""


def read_nifti(path: Path, pick: Pick = ANY) -> Volume:
    """Read the stored values of a file `.nii`, `.nii.gz`, `.hdr`, `.img`, `.mgz` or `.mgh`."""
    with unbroken(path, "not a whole NIfTI file"):
        image = _load(path)
        shape = tuple(int(n) for n in image.shape)
        if len(shape) < 3:
            check_shape(shape, path)
        spatial, count = shape[:3], int(np.prod(shape[3:], dtype=object))
        check_shape((count * spatial[2], *spatial[1::-1]), path)
        index = pick.index(count, path, f"holds {count} volumes")
        stored = np.asarray(image.dataobj.get_unscaled()).reshape((*spatial, count), order="F")[..., index]
        scaling = Scaling((float(image.dataobj.slope),), (float(image.dataobj.inter),))
        codes, unit, remarks = _system(image)
    voxels, steps, notes = pick.stored(stored.T, path)
    return Volume(
        voxels,
        **place_of(np.asarray(image.affine, np.float64), path),
        codes=codes,
        unit=unit,
        scaling=scaling.after(steps),
        notes=(*notes, *(f"{path}: {remark}" for remark in remarks)),
    )


def _load(path: Path) -> Any:
    import nibabel

    logging.getLogger("nibabel.global").setLevel(logging.CRITICAL)  # it prints what it mends in headers
    if path.suffix.lower() == ".mgh":  # nibabel leaves the file open
        return nibabel.MGHImage.from_bytes(path.read_bytes())
    return nibabel.load(path)


def _system(image: Any) -> tuple[tuple[int, int], str, list[str]]:
    """Codes, unit and what of the geometry has no place in a `Volume`."""
    header = image.header
    if "sform_code" not in header:  # MGH says where its voxels lie in the scanner, Analyze nothing
        return ((1, 1) if "Mdc" in header else (0, 0)), "mm", []
    codes = int(header["sform_code"]), int(header["qform_code"])
    unit = header.get_xyzt_units()[0]
    if all(codes) and not np.allclose(header.get_qform(), image.affine, atol=SAME_PLACE):
        return ((codes[0], 0), unit, ["its qform differs from its sform; only --like keeps both"])
    return codes, unit, []


def write_nifti(path: Path, volume: Volume, like: Path | None = None) -> list[str]:
    """Write `.nii` or `.nii.gz`, `like` another but for type, shape and scaling; give what was not kept."""
    from nibabel.volumeutils import array_to_file

    voxels, scaling, notes = with_one_scale(volume)
    header = _like_header(like) if like is not None else None
    if header is None:
        header = _new_header(volume, notes)
    header.set_data_dtype(voxels.dtype)
    header.set_data_shape(voxels.shape[::-1])
    header.set_slope_inter(scaling.slope[0], scaling.intercept[0])
    header["vox_offset"] = 0  # computed anew, as are the magic letters
    header["magic"] = header.single_magic
    stream = io.BytesIO()
    header.write_to(stream)
    array_to_file(voxels.T, stream, header.get_data_dtype(), header.get_data_offset())
    packed = path.name.lower().endswith(".gz")
    path.write_bytes(gzip.compress(stream.getvalue(), mtime=0) if packed else stream.getvalue())
    return notes


def _like_header(like: Path) -> Any:
    """Header of a NIfTI file as that of a single file; None where `like` is of another kind."""
    from nibabel.nifti1 import Nifti1Header
    from nibabel.nifti2 import Nifti2Header

    header = _load(like).header if like.name.lower().endswith((".nii", ".nii.gz", ".hdr", ".img")) else None
    if not isinstance(header, Nifti1Header):  # of which NIfTI-2 and the headers of pairs of files are kinds
        return None
    single: Any = Nifti2Header if isinstance(header, Nifti2Header) else Nifti1Header
    return single(header.binaryblock, header.endianness, False, header.extensions)


def _new_header(volume: Volume, notes: list[str]) -> Any:
    import nibabel

    large = max(volume.voxels.shape) > LONGEST_AXIS
    header: Any = nibabel.Nifti2Header() if large else nibabel.Nifti1Header()
    header.set_data_shape(volume.voxels.shape[::-1])
    header.set_zooms(volume.spacing[::-1])
    header.set_xyzt_units(UNITS.index(volume.unit))
    sform, qform = volume.codes
    header.set_sform(volume.affine if sform else None, sform)
    if qform:
        header.set_qform(volume.affine, qform)
        if not np.allclose(header.get_qform(), volume.affine, atol=SAME_PLACE):
            header.set_qform(None, 0)
            header.set_sform(volume.affine, sform or qform)
            notes.append("its axes are not perpendicular: the sform alone holds them")
    if not (sform or qform):
        notes.append("where the voxels lie is not known: sform_code and qform_code are 0")
    return header
