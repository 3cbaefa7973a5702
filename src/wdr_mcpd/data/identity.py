"""Who a written series says it is, and the UIDs that follow from that."""

import uuid
from dataclasses import dataclass

UID_SPACE = uuid.UUID("5d1c1f0a-3f0b-5f0e-9d3c-6c6f3b1d2a77")
"""Name space of the UIDs that this project derives (RFC 9562, version 5)."""


def derived_uid(*names: object) -> str:
    """Give the UID (2.25 and a 128-bit number) that stands for `names`, the same on every machine."""
    return f"2.25.{uuid.uuid5(UID_SPACE, '/'.join(str(name) for name in names)).int}"


@dataclass(frozen=True)
class SeriesIdentity:
    """Who and what a written series says it is; `study_date` is YYYYMMDD or empty."""

    collection: str
    patient_id: str
    exam: int
    description: str
    study_date: str = ""

    @property
    def study_uid(self) -> str:
        """StudyInstanceUID, derived from the names."""
        return derived_uid(self.collection, self.patient_id, self.exam)

    @property
    def series_uid(self) -> str:
        """SeriesInstanceUID, derived from the names."""
        return derived_uid(self.collection, self.patient_id, self.exam, self.description)
