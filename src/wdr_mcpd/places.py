"""Where everything below results/ lies: rules, steps and checks ask here, and nowhere else."""

from dataclasses import dataclass
from pathlib import Path

PROVENANCE = ".provenance.json"
TABLE, FIGURE = (".csv", ".md", ".tex"), (".png", ".svg")
"""Suffixes of the files of one table and of one figure."""


@dataclass(frozen=True)
class Results:
    """The paths of a run's results; an exam or method that is left out stands as the rules' wildcard."""

    root: Path = Path("results")

    @classmethod
    def of(cls, series_table: Path) -> "Results":
        """Give the results to which a run's table of series belongs."""
        return cls(series_table.parents[1])

    @classmethod
    def of_run(cls, name: str | None) -> "Results":
        """Give the results of a run by its name; without one, those of the study."""
        return cls(Path("results", "runs", name)) if name else cls()

    def series_table(self) -> Path:
        """Series of the study."""
        return self.root / "data" / "series.tsv"

    def exam_table(self) -> Path:
        """Exams of the study, and how their slices were cut."""
        return self.root / "data" / "exams.tsv"

    def excluded(self) -> Path:
        """Series that were left out, with the reason."""
        return self.root / "data" / "excluded.tsv"

    def series(self, exam: str = "{exam}") -> Path:
        """Folder of a series: DICOM files, mask and manifest."""
        return self.root / "data" / "series" / exam

    def manifest(self, exam: str = "{exam}") -> Path:
        """What the folder of a series holds."""
        return self.series(exam) / "manifest.json"

    def volume(self, exam: str = "{exam}") -> Path:
        """Slices of the study."""
        return self.root / "volumes" / f"{exam}.npz"

    def facts(self, exam: str = "{exam}") -> Path:
        """How the slices of the study came out of a series."""
        return self.root / "data" / "exams" / f"{exam}.tsv"

    def fetched(self, exam: str = "{exam}") -> Path:
        """Says that a series is there, where it is not kept."""
        return self.root / "data" / "fetched" / exam

    def mcpd(self, exam: str = "{exam}") -> Path:
        """Average MCPD of every slice."""
        return self.root / "mcpd" / f"{exam}.csv"

    def stream(self, exam: str = "{exam}", method: str = "{method}") -> Path:
        """Embedded stream at the highest rate."""
        return self.root / "streams" / exam / f"{method}.wdr"

    def quality(self, exam: str = "{exam}", method: str = "{method}") -> Path:
        """PSNR and SSIM of every slice at every rate."""
        return self.root / "quality" / exam / f"{method}.csv"

    def baseline(self, exam: str = "{exam}", baseline: str = "{baseline}") -> Path:
        """The same of another codec."""
        return self.root / "baselines" / exam / f"{baseline}.csv"

    def checked_stream(self, exam: str = "{exam}", method: str = "{method}") -> Path:
        """What the check of a stream found."""
        return self.root / "checks" / exam / f"{method}.csv"

    def of_exam(self, kind: str, exam: str = "{exam}") -> Path:
        """Measurements of an exam of one kind: sweep, whole_exam or readings."""
        return self.root / kind / f"{exam}.csv"

    def table(self, name: str) -> list[Path]:
        """Files of a table."""
        return [self.root / "tables" / f"{name}{suffix}" for suffix in TABLE]

    def figure(self, name: str) -> list[Path]:
        """Files of a figure; Figures 1 and 2 are EXAM/figure1 and EXAM/figure2."""
        return [self.root / "figures" / f"{name}{suffix}" for suffix in FIGURE]

    def viewer(self, exam: str = "{exam}") -> Path:
        """Interactive viewer of an exam."""
        return self.root / "viewer" / f"{exam}.html"


def sidecar_of(path: Path) -> Path:
    """Give the place of the provenance of a table or figure; files with one stem share it."""
    return path if path.name.endswith(PROVENANCE) else path.with_name(path.stem + PROVENANCE)
