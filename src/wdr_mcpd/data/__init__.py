"""Volumes, their files, and where they come from: DICOM series, sample data, archives, phantoms."""
