"""Volumes, their files, and where they come from: DICOM series, sample data, archives, phantoms."""

from wdr_mcpd.data.exam import Exam, read_exam, window, write_exam
from wdr_mcpd.data.reading import read_volume
from wdr_mcpd.data.volume import Volume
from wdr_mcpd.data.volume_files import write_volume

__all__ = ["Exam", "Volume", "read_exam", "read_volume", "window", "write_exam", "write_volume"]
