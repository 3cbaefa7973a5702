"""What a volume keeps through a stream: `python tests/round_trip.py` renews the table of docs/volumes.md."""

import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nibabel
import numpy as np
import pydicom

from wdr_mcpd import codec, methods
from wdr_mcpd.cli.volumes import metadata_of, with_metadata
from wdr_mcpd.data import Volume, read_volume, write_volume
from wdr_mcpd.data.dicom_write import write_mr_series
from wdr_mcpd.data.identity import SeriesIdentity
from wdr_mcpd.data.volume import Pick, Scaling

PAGE = Path(__file__).parents[1] / "docs" / "volumes.md"
BEGIN, END = "<!-- round trips: tests/round_trip.py -->\n", "<!-- end of the round trips -->\n"
VOXELS = np.random.default_rng(4).integers(-900, 2000, (3, 6, 8)).astype(np.int16)
OBLIQUE = np.array([[0.0, 0.6, 0.8], [0.0, 0.8, -0.6], [1.0, 0.0, 0.0]])
PLACED = Volume(VOXELS, (6.5, 0.5, 0.75), None, (-10.0, 4.0, 7.5), OBLIQUE, codes=(1, 1))
SCALED = replace(PLACED, scaling=Scaling((0.5,), (-100.0,)))


def _file(name: str, volume: Volume) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        write_volume(folder / name, volume)
        return folder / name

    return make


def _dicom(slopes: list[str]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        straight = replace(PLACED, direction=np.eye(3)[::-1])
        for path, slope in zip(
            write_mr_series(folder, straight, SeriesIdentity("c", "p", 1, "T1")), slopes, strict=True
        ):
            dataset = pydicom.dcmread(path)
            dataset.RescaleSlope, dataset.RescaleIntercept = slope, "-7"
            dataset.save_as(path)
        return folder

    return make


def _mgh(folder: Path) -> Path:
    nibabel.save(nibabel.MGHImage(VOXELS.T, PLACED.affine), folder / "in.mgz")
    return folder / "in.mgz"


SOURCES = {
    "NIfTI, scaled": _file("in.nii.gz", SCALED),
    "NIfTI of a template, microns": _file("in.nii", replace(PLACED, codes=(4, 0), unit="micron")),
    "NIfTI, nothing known": _file("in.nii", Volume(VOXELS, (3.0, 1.0, 1.0))),
    "NRRD, scaled": _file("in.nrrd", SCALED),
    "NRRD of a template, metres": _file("in.nrrd", replace(PLACED, codes=(4, 0), unit="meter")),
    "DICOM, one scale": _dicom(["2", "2", "2"]),
    "DICOM, a scale a slice": _dicom(["1", "2", "4"]),
    "MGH": _mgh,
    ".npy": _file("in.npy", Volume(VOXELS)),
}
OUTPUTS = (".nii", ".nii.gz", ".nrrd", ".npy")


def trip(make: Callable[[Path], Path], suffix: str, like: bool) -> tuple[str, list[str]]:
    """Encode without loss, decode, write and read again; say what is the same, and what the writer said."""
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "in").mkdir()
        path = make(Path(scratch) / "in")
        source = read_volume(path)
        known = metadata_of(source)
        stream = methods.encode(
            source.voxels, "2d-wdr", lossless=True, geometry=known.geometry, scaling=known.scaling
        )
        decoded = with_metadata(Volume(codec.decode(stream)), codec.metadata(stream))
        out = Path(scratch) / f"out{suffix}"
        notes = write_volume(out, decoded, path if like else None)
        return same(source, read_volume(out, Pick(quantise=16))), notes


def same(one: Volume, other: Volume) -> str:
    """Say what two volumes do not share; the place is the affine, the spacing alone where the codes are 0.

    Values may differ by the 24 bits of NIfTI-1 and, where the output holds fractions, the 16 of the test.
    """
    step = max(other.scaling.slope) if other.notes else 0.0
    values = [volume.scaling.real(volume.voxels) for volume in (one, other)]
    equal = {
        "voxels": np.array_equal(one.voxels, other.voxels),
        "values": np.allclose(*values, rtol=1e-6, atol=max(step, 1e-3)),
        "place": np.allclose(one.affine, other.affine, atol=1e-5)
        or (not any((*one.codes, *other.codes)) and np.allclose(one.spacing, other.spacing)),
        "unit": one.unit == other.unit,
        "codes": one.codes == other.codes,
    }
    lost = [name for name, kept in equal.items() if not kept]
    return "all" if not lost else "not " + ", ".join(lost)


def table() -> str:
    """Give the table of all round trips, in Markdown, and what the writers say of what is not kept."""
    said: list[str] = []
    lines = ["| source | " + " | ".join(OUTPUTS) + " |", "| --- " * (len(OUTPUTS) + 1) + "|"]
    for name, make in SOURCES.items():
        cells = []
        for suffix in OUTPUTS:
            kept, notes = trip(make, suffix, like=False)
            said += [note for note in notes if note not in said]
            marks = "".join(f" ({said.index(note) + 1})" for note in notes)
            cells.append(kept + marks)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    notes = [f"{number}. {note}" for number, note in enumerate(said, 1)]
    return "\n".join([*lines, "", *notes]) + "\n"


def with_table(page: str) -> str:
    """Give the page with the table in its place."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}{table()}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    text = with_table(PAGE.read_text(encoding="utf-8"))
    if "--print" in sys.argv:
        print(table())
    else:
        PAGE.write_text(text, encoding="utf-8")
