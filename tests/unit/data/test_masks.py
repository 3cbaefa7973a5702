"""Tumour masks that are DICOM series: found beside the image, fetched with it, laid onto it by place."""

import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import highdicom
import numpy as np
import pandas as pd
import pydicom
import pytest
from highdicom.seg import SegmentAlgorithmTypeValues, Segmentation, SegmentDescription
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from nbia_server import NbiaServer, holding
from steps import run_step
from wdr_mcpd.cli import main
from wdr_mcpd.data import Volume, read_volume
from wdr_mcpd.data.cut import volume_of_exam
from wdr_mcpd.data.dicom_write import write_mr_series
from wdr_mcpd.data.identity import SeriesIdentity, derived_uid
from wdr_mcpd.data.manifest import read_manifest, write_manifest
from wdr_mcpd.data.phantom import phantom
from wdr_mcpd.data.series import Series, read_series_table
from wdr_mcpd.errors import InputError

DATES = {1: "20010203", 2: "20010506"}
SLICES = 8
AS_IS = {"slice_step": 1, "slice_average": False, "slice_axis": "thickest"}
VOLUMES = {
    (patient, exam): phantom(patient, exam, slices=SLICES, size=48) for patient in (1, 2) for exam in DATES
}


def identity(patient: int, exam: int, description: str) -> SeriesIdentity:
    return SeriesIdentity("Brain-Tumor-Progression", f"PGBM-00{patient}", exam, description, DATES[exam])


def write_series(folder: Path, volume: Volume, who: SeriesIdentity) -> Path:
    """Write the series under names that have nothing to do with the order of the slices."""
    folder.mkdir(parents=True)
    for number, path in enumerate(write_mr_series(folder, volume, who)):
        path.rename(folder / f"{(number * 5 + 3) % SLICES}.dcm")
    return folder


def drawn(volume: Volume) -> Volume:
    """The mask as a series of its own: 16 bits, 0 and another value."""
    assert volume.mask is not None
    return Volume(volume.mask.astype(np.uint16) * 255, volume.spacing, None, volume.origin, volume.direction)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Two patients with two exams in the form of the paper's collection; the last exam has no mask."""
    tree = tmp_path / "Brain Tumor Progression"
    for (patient, exam), volume in VOLUMES.items():
        study = tree / f"PGBM-00{patient}" / DATES[exam]
        write_series(study / "T1post", volume, identity(patient, exam, "T1post"))
        write_series(study / "FLAIRreg", volume, identity(patient, exam, "FLAIRreg"))
        if (patient, exam) != (2, 2):
            write_series(study / "MaskTumor", drawn(volume), identity(patient, exam, "MaskTumor"))
    return tree


def segmentation(image: Path, segments: NDArray[np.bool_], **tags: str) -> Dataset:
    """Segment the series in `image`; `segments` (slice, row, column, segment) goes by place."""
    datasets = sorted(map(pydicom.dcmread, image.glob("*.dcm")), key=lambda d: d.ImagePositionPatient[2])
    descriptions = [
        SegmentDescription(
            n, f"part {n}", codes.SCT.Tissue, codes.SCT.Tumor, SegmentAlgorithmTypeValues.MANUAL
        )
        for n in range(1, segments.shape[-1] + 1)
    ]
    who = ("maker", "model", "1", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # names of persons of one component
        made = Segmentation(
            datasets, segments.astype(np.uint8), "BINARY", descriptions,
            highdicom.UID(), 9, highdicom.UID(), 1, *who,
        )  # fmt: skip
    for name, value in tags.items():
        setattr(made, name, value)
    return made


def save(dataset: Dataset, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path)


def in_two_parts(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    left = np.arange(mask.shape[2]) < mask.shape[2] // 2
    return np.stack([mask & left, mask & ~left], axis=-1)


def listed(out: Path, *where: str) -> dict[str, Series]:
    assert (
        main(["series", "list", *where, "--description", "T1post", "--min-images", "8", "--out", str(out)])
        == 0
    )
    return {row.exam_id: row for row in read_series_table(out)}


def local(tree: Path) -> tuple[str, ...]:
    return "--source", "local", "--data-folder", str(tree)


def check_masks(series: Path, exams: dict[str, Series]) -> None:
    for (patient, exam), volume in VOLUMES.items():
        row = exams[f"PGBM-00{patient}_{exam}"]
        read = read_volume(series / row.exam_id)
        np.testing.assert_array_equal(read.voxels, volume.voxels)
        if row.mask_series_uid:
            np.testing.assert_array_equal(read.mask, volume.mask)
        else:
            assert read.mask is None


def test_mask_tumor_from_a_folder_to_the_table_of_quality(
    tmp_path: Path, tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, series = tmp_path / "table.tsv", tmp_path / "series"
    exams = listed(table, *local(tree))
    assert capsys.readouterr().out == "4 exams of 2 patients, 3 with a tumour mask\n"
    assert {row.mask_series_uid for row in exams.values()} == {
        *(identity(patient, exam, "MaskTumor").series_uid for patient, exam in ((1, 1), (1, 2), (2, 1))),
        "",
    }
    fetch = ["fetch", str(series), "--series", str(table), "--data-folder", str(tree)]
    assert main(fetch) == 0
    check_masks(series, exams)

    origin, entries = read_manifest(series / "PGBM-001_1")
    assert origin["mask_series_uid"] == identity(1, 1, "MaskTumor").series_uid
    assert [entry.name for entry in entries].count("mask/1-01.dcm") == 1
    assert len(entries) == len(origin["sop_instance_uids"]) == 2 * SLICES
    verify = ["verify", str(series), "--series", str(table)]
    assert main(verify) == 0
    (series / "PGBM-001_1" / "mask" / "more.txt").write_text("x")
    (series / "PGBM-001_2" / "mask" / "1-02.dcm").unlink()
    assert main(verify) == 2
    assert "PGBM-001_1: mask/more.txt does not belong there" in capsys.readouterr().err
    assert main(fetch) == 0
    assert capsys.readouterr().out.count("fetched") == 2
    assert main(verify) == 0

    exam, stream, quality = tmp_path / "exam.npz", tmp_path / "exam.wdr", tmp_path / "quality.csv"
    manifest = series / "PGBM-001_1" / "manifest.json"
    files = {"manifest": manifest, "out": exam, "facts": tmp_path / "facts.tsv"}
    volume_of_exam(**files, slices=6, first_slice=2, exam="PGBM-001_1", **AS_IS)
    assert main(["encode", str(exam), str(stream), "--rate", "1"]) == 0
    named = {"exam": "PGBM-001_1", "rates": [0.5, 1]}
    run_step("study.quality.quality", volume=exam, streams=[stream], out=[quality], **named)
    measured = pd.read_csv(quality)
    mask = VOLUMES[1, 1].mask
    assert mask is not None
    voxels = mask[1:7].sum(axis=(1, 2))
    np.testing.assert_array_equal(measured["tumour_voxels"], [*voxels, *voxels])
    with_tumour = measured["tumour_voxels"] > 0
    assert with_tumour.any()
    assert (measured[["tumour_psnr_db", "tumour_ssim"]].notna().all(axis=1) == with_tumour).all()


def test_a_table_of_before_takes_no_mask_and_a_mask_of_before_is_no_part_of_it(
    tmp_path: Path, tree: Path
) -> None:
    table, series = tmp_path / "table.tsv", tmp_path / "series"
    fetch = ["fetch", str(series), "--series", str(table), "--data-folder", str(tree)]
    listed(table, *local(tree))
    assert main(fetch) == 0
    rows = [line.rpartition("\t")[0] for line in table.read_text().splitlines()]
    table.write_text("\n".join(rows) + "\n")
    assert main(fetch) == 0
    assert not list(series.glob("*/mask"))
    assert read_volume(series / "PGBM-001_1").mask is None


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of IPython, which tcia-utils brings
def test_mask_tumor_from_an_nbia_server(tmp_path: Path, tree: Path) -> None:
    table, series = tmp_path / "table.tsv", tmp_path / "series"
    held = [holding(folder.parent, "BTP") for folder in sorted(tree.glob("*/*/*/0.dcm"))]
    mask = identity(1, 1, "MaskTumor").series_uid
    with NbiaServer(held) as server:
        exams = listed(table, "--source", "nbia", "--collection", "BTP", "--base-url", server.url)
        assert sorted(row.mask_series_uid != "" for row in exams.values()) == [False, True, True, True]
        fetch = ["fetch", str(series), "--series", str(table), "--base-url", server.url]
        server.faults[mask] = ["401"]
        assert main(fetch) == 2
        assert len(list(series.iterdir())) == 3
        assert main(fetch) == 0
        assert set(server.requests) == {"getSeries", mask} | {
            uid for row in exams.values() for uid in (row.series_instance_uid, row.mask_series_uid) if uid
        }
    check_masks(series, exams)


def test_a_segmentation_of_the_series_is_its_mask(tmp_path: Path, tree: Path) -> None:
    table, series = tmp_path / "table.tsv", tmp_path / "series"
    for folder in list(tree.glob("*/*/MaskTumor")):
        shutil.rmtree(folder)
    mask = VOLUMES[2, 1].mask
    assert mask is not None
    study = tree / "PGBM-002" / DATES[1]
    right = segmentation(study / "T1post", in_two_parts(mask))
    save(right, study / "SEG" / "1.dcm")
    save(segmentation(study / "FLAIRreg", mask[..., None]), study / "SEG of another series" / "1.dcm")
    exams = listed(table, *local(tree))
    assert [exam for exam, row in exams.items() if row.mask_series_uid] == ["PGBM-002_1"]
    assert exams["PGBM-002_1"].mask_series_uid == right.SeriesInstanceUID
    assert main(["fetch", str(series), "--series", str(table), "--data-folder", str(tree)]) == 0
    check_masks(series, exams)


def test_a_mask_is_never_taken_for_the_image(tmp_path: Path, tree: Path) -> None:
    out = tmp_path / "table.tsv"
    for folder in list(tree.glob("*/*/[TF]*")):
        shutil.rmtree(folder)
    assert main(["series", "list", *local(tree), "--min-images", "1", "--out", str(out)]) == 2


@pytest.mark.parametrize(("rows", "columns"), [(5, 7), (8, 8), (3, 11)])
def test_frames_whose_bits_end_inside_a_byte(tmp_path: Path, rows: int, columns: int) -> None:
    random = np.random.default_rng(5)
    voxels = random.integers(0, 900, (4, rows, columns)).astype(np.int16)
    write_mr_series(tmp_path, Volume(voxels, (6.5, 0.5, 0.75), None, (-3, 4, 7.5)), identity(1, 1, "T1post"))
    mask = random.random(voxels.shape) < 0.4
    mask[2] = False  # no frame is stored for it
    save(segmentation(tmp_path, in_two_parts(mask)), tmp_path / "mask" / "1.dcm")
    np.testing.assert_array_equal(read_volume(tmp_path).mask, mask)


def edit(change: Callable[[Dataset], object], names: str = "*.dcm") -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        for path in sorted((folder / "mask").glob(names)):
            dataset = pydicom.dcmread(path)
            change(dataset)
            dataset.save_as(path)

    return apply


def move(mm: float) -> Callable[[Dataset], object]:
    def change(dataset: Dataset) -> None:
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x + mm, y, z]

    return change


def crop(dataset: Dataset) -> None:
    dataset.Rows = 47
    dataset.PixelData = dataset.PixelData[: 47 * 48 * 2]


def clear(dataset: Dataset) -> None:
    dataset.PixelData = bytes(len(dataset.PixelData))


def twice(folder: Path) -> None:
    dataset = pydicom.dcmread(folder / "mask" / "1-03.dcm")
    dataset.SOPInstanceUID = derived_uid("another")
    dataset.save_as(folder / "mask" / "again.dcm")


def no_files(folder: Path) -> None:
    shutil.rmtree(folder / "mask")
    (folder / "mask").mkdir()


def other_type(folder: Path) -> None:
    no_files(folder)
    mask = VOLUMES[1, 1].mask
    assert mask is not None
    made = segmentation(folder, mask[..., None], SegmentationType="FRACTIONAL")
    save(made, folder / "mask" / "1.dcm")


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "no files": (no_files, "mask: holds no DICOM image"),
    "another grid": (edit(crop), "1-01.dcm: the mask differs from the image in rows and columns"),
    "another spacing": (
        edit(lambda d: setattr(d, "PixelSpacing", [2, 2])),
        "the mask differs from the image in pixel spacing",
    ),
    "turned": (
        edit(lambda d: setattr(d, "ImageOrientationPatient", [0, 1, 0, 1, 0, 0])),
        "the mask differs from the image in orientation",
    ),
    "shifted": (edit(move(1.0)), "the mask lies 1.00 mm from the nearest slice of the image"),
    "a slice missing": (
        lambda folder: (folder / "mask" / "1-03.dcm").unlink(),
        "the mask has 7 slices, the image 8; none at slice 3",
    ),
    "a slice twice": (twice, "the mask has two slices at slice 3 of the image"),
    "empty": (edit(clear), "the mask is empty"),
    "cut pixels": (
        edit(lambda d: setattr(d, "PixelData", d.PixelData[:-20]), "1-02.dcm"),
        "cannot be decoded",
    ),
    "no position": (
        edit(lambda d: delattr(d, "ImagePositionPatient"), "1-02.dcm"),
        "no usable ImagePosition",
    ),
    "fractional": (other_type, "is a segmentation of type FRACTIONAL; BINARY can be read"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_one_line(tmp_path: Path, case: str, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = tmp_path / "exam é", tmp_path / "exam.npz"
    (folder / "mask").mkdir(parents=True)
    write_mr_series(folder, VOLUMES[1, 1], identity(1, 1, "T1post"))
    write_mr_series(folder / "mask", drawn(VOLUMES[1, 1]), identity(1, 1, "MaskTumor"))
    np.testing.assert_array_equal(read_volume(folder).mask, VOLUMES[1, 1].mask)
    spoil, message = REFUSED[case]
    spoil(folder)
    with pytest.raises(InputError, match=message) as caught:
        read_volume(folder)
    assert str(folder / "mask") in str(caught.value)
    write_manifest(folder, {})
    with pytest.raises(InputError) as caught:
        volume_of_exam(
            manifest=folder / "manifest.json",
            out=out,
            facts=tmp_path / "facts.tsv",
            slices=4,
            first_slice="central",
            exam="x_1",
            **AS_IS,
        )
    assert str(caught.value).count(str(folder)) == 1
    assert not out.exists()


def test_a_mask_moved_by_less_than_the_digits_of_a_header_still_fits(tmp_path: Path) -> None:
    (tmp_path / "mask").mkdir()
    write_mr_series(tmp_path, VOLUMES[1, 1], identity(1, 1, "T1post"))
    write_mr_series(tmp_path / "mask", drawn(VOLUMES[1, 1]), identity(1, 1, "MaskTumor"))
    edit(move(0.005))(tmp_path)
    np.testing.assert_array_equal(read_volume(tmp_path).mask, VOLUMES[1, 1].mask)
