"""Volumes, their files, and where they come from: DICOM series, sample data, archives, phantoms.

What cannot be used raises `InputError`, whatever the function, with one line that says what, where and what
to do; one series or file that its source refuses or spoils raises its kind `SeriesError`.
"""

from wdr_mcpd.data.exam import Exam, read_exam, window, write_exam
from wdr_mcpd.data.volume import Volume
from wdr_mcpd.data.volume_files import read_volume, write_volume

__all__ = ["Exam", "Volume", "read_exam", "read_volume", "window", "write_exam", "write_volume"]
