"""Columns that several tables of the study share, as readers see them."""

from wdr_mcpd.methods import METHODS
from wdr_mcpd.render.tables import Column

UNITS = {"std": "SD", "stored": "stored values", "range": "ranges", "dtype": "of 65535"}
"""Units of the MCPD, and of the threshold."""
LABELS = {name: method.label for name, method in METHODS.items()}
METHOD = {"method": Column("Method", text=True, names=LABELS)}
RATE = {"rate_bpv": Column("Rate (bpv)", "g")}
SUBJECTS = {"subjects": Column("Subjects", ".0f")}
EXAM_PSNR = {"exam_psnr_db": Column("PSNR of the exam (dB)", ".2f", interval=True)}
EXAM = EXAM_PSNR | {"exam_gain_db": Column("over 3D-WDR (dB)", "+.2f", interval=True)}
SLICES = {"mean_slice_psnr_db": Column("mean PSNR of the slices (dB)", ".2f", interval=True)}
SSIM = {"mean_ssim": Column("mean SSIM", ".4f", interval=True)}
