"""Mean co-located pixel difference of slices (eq. 1) and the selection of coherent slices by it."""

from wdr_mcpd.coherence.mcpd import REFERENCES, UNITS, average_mcpd, in_unit, mcpd_matrix
from wdr_mcpd.coherence.selection import coding_groups, distinct_selections, select

__all__ = [
    "REFERENCES",
    "UNITS",
    "average_mcpd",
    "coding_groups",
    "distinct_selections",
    "in_unit",
    "mcpd_matrix",
    "select",
]
