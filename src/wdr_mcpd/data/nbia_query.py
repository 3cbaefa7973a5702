"""What an NBIA server lists: the archive's own asked through tcia-utils, another one directly."""

import difflib
import json
import re
from typing import Any

from wdr_mcpd.data.child import ask
from wdr_mcpd.data.choose import Record, study_date
from wdr_mcpd.data.http import within_deadline
from wdr_mcpd.data.http_causes import Transient
from wdr_mcpd.data.http_client import Client
from wdr_mcpd.data.http_limits import LIMITS, Limits
from wdr_mcpd.data.nbia import BASE_URL, SERVICE
from wdr_mcpd.errors import InputError

LIST_SIZE = 10_000_000
"""Bytes that a list of series is given time for."""
LICENCES = {
    "Creative Commons Attribution 3.0 Unported License": "CC BY 3.0",
    "Creative Commons Attribution 4.0 International License": "CC BY 4.0",
}


def nbia_records(collection: str, base_url: str = BASE_URL, limits: Limits = LIMITS) -> list[Record]:
    """List the MR series of a collection."""
    server = base_url.rstrip("/")

    async def attempt(client: Client) -> Any:
        if server == BASE_URL:
            listed, trouble = await _through_tcia_utils(collection)
        else:
            question = {"Collection": collection, "Modality": "MR", "format": "json"}
            answer = await client.read(f"{server}{SERVICE}/getSeries", question)
            listed, trouble = _decoded(answer, server) if answer.strip() else None, ""
        if listed is None:
            await _explain(client, collection, server, trouble)
        return listed

    listed = within_deadline(lambda client: client.persistently(lambda: attempt(client)), LIST_SIZE, limits)
    try:
        return [_record(item) for item in listed]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{server}: sent something else than a list of series ({error!r})") from error


async def _through_tcia_utils(collection: str) -> tuple[Any, str]:
    """Give the list, or None and the line in which tcia-utils says what went wrong; empty if nothing did."""
    status, out, err = await ask("wdr_mcpd.data.tcia", collection)
    lines = err.splitlines() or ["no message"]
    if status != 0:
        return None, f"tcia-utils cannot list the series ({lines[-1]})"
    errors = [line.partition(":ERROR:")[2] for line in lines if ":ERROR:" in line]
    return json.loads(out.splitlines()[-1]), errors[-1] if errors else ""


async def _explain(client: Client, collection: str, server: str, trouble: str) -> None:
    """Raise why there is no list, found by asking for what must be there: the collections of the server."""
    answer = await client.read(f"{server}{SERVICE}/getCollectionValues", {"format": "json"})
    try:
        names = [str(item["Collection"]) for item in _decoded(answer, server)]
    except (KeyError, TypeError) as error:
        raise InputError(f"{server}: sent something else than a list of collections") from error
    if collection not in names:
        near = difflib.get_close_matches(collection, names, 3, 0.5)
        hint = f" (near it: {', '.join(near)})" if near else ""
        raise InputError(f"{server}: shows no collection {collection}{hint}; check its spelling")
    if trouble:
        raise Transient(f"{server}: {trouble}")
    raise InputError(f"{server}: lists no MR series of the collection {collection}")


def _decoded(answer: bytes, server: str) -> Any:
    try:
        return json.loads(answer)
    except ValueError as error:
        start = " ".join(answer[:80].decode(errors="replace").split())
        raise Transient(f"{server}: sent no JSON but {start!r}") from error


def _record(item: dict[str, Any]) -> Record:
    date = re.sub(
        r"^(..)-(..)-(....)$", r"\3\1\2", str(item.get("StudyDate") or "")
    )  # it is MM-DD-YYYY there
    licence = str(item.get("LicenseName", ""))
    return Record(
        collection=str(item["Collection"]),
        patient_id=str(item["PatientID"]),
        study_date=study_date(date),
        modality=str(item["Modality"]),
        series_instance_uid=str(item["SeriesInstanceUID"]),
        series_description=str(item.get("SeriesDescription", "")),
        image_count=int(item["ImageCount"]),
        bytes=int(item.get("FileSize", 0)),
        licence=LICENCES.get(licence, licence),
        study_instance_uid=str(item.get("StudyInstanceUID", "")),
    )
