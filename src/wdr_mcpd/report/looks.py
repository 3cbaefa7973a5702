"""Colour and marker of each control, the same in every figure."""

from wdr_mcpd.study import controls as ways

BY_MCPD = "10 slices by MCPD"
LOOKS = {
    ways.PROPOSED: ("#CC79A7", "^"),
    BY_MCPD: ("#882255", "v"),
    **dict.fromkeys((ways.EASIEST, f"10 {ways.EASIEST}", ways.LAST, ways.REVERSED), ("#E69F00", "<")),
    **dict.fromkeys(("random", "contiguous"), ("0.6", ".")),
    ways.ALONE: ("#009E73", "s"),
    ways.NO_AXIAL: ("#56B4E9", "o"),
    ways.BY_CONTENT: ("#0072B2", "D"),
    ways.COHERENT: ("#D55E00", "P"),
}
