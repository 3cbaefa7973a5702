"""What an NBIA server lists, asked through tcia-utils."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import requests
from requests.adapters import HTTPAdapter, Retry

from wdr_mcpd.data.choose import Record
from wdr_mcpd.data.nbia import SERVICE, WORTH_RETRYING, Patience
from wdr_mcpd.errors import InputError

LICENCES = {
    "Creative Commons Attribution 3.0 Unported License": "CC BY 3.0",
    "Creative Commons Attribution 4.0 International License": "CC BY 4.0",
}


def nbia_records(collection: str, base_url: str, patience: Patience) -> list[Record]:
    """List the MR series of a collection.

    Raises
    ------
    InputError
        The server cannot be asked, what it answers is no list of series, or the list is empty.
    """
    with _tcia_utils(base_url, patience) as (nbia, said):
        try:
            answer = nbia.getSeries(collection=collection, modality="MR")
        except Exception as error:  # tcia-utils passes on what requests and pandas raise
            raise InputError(f"{base_url}: the list of series cannot be had ({str(error)[:200]})") from error
    if answer is None and not any(record.levelno >= logging.ERROR for record in said):
        raise InputError(f"{base_url}: lists no MR series of a collection {collection}; check its spelling")
    if answer is None:
        raise InputError(f"{base_url}: the list of series cannot be had ({said[-1].getMessage()[:200]})")
    try:
        return [_record(item) for item in answer]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{base_url}: sent something else than a list of series ({error!r})") from error


def _record(item: dict[str, Any]) -> Record:
    month, day, year = str(item["StudyDate"]).split("-") if item.get("StudyDate") else ("", "", "")
    licence = str(item.get("LicenseName", ""))
    return Record(
        collection=str(item["Collection"]),
        patient_id=str(item["PatientID"]),
        study_date=year + month + day,
        modality=str(item["Modality"]),
        series_instance_uid=str(item["SeriesInstanceUID"]),
        series_description=str(item.get("SeriesDescription", "")),
        image_count=int(item["ImageCount"]),
        bytes=int(item.get("FileSize", 0)),
        licence=LICENCES.get(licence, licence),
        study_instance_uid=str(item.get("StudyInstanceUID", "")),
    )


@contextmanager
def _tcia_utils(base_url: str, patience: Patience) -> Iterator[tuple[Any, list[logging.LogRecord]]]:
    """Give tcia-utils' NBIA module pointed at `base_url`, with timeouts and retries, and what it logs.

    It knows a fixed list of servers, sets no timeout, says by log alone what went wrong, and turns on logging
    for the whole program when it is imported.
    """
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    from tcia_utils import nbia

    root.setLevel(before[0])
    root.handlers[:] = before[1]

    session = requests.Session()
    retry = Retry(
        patience.attempts - 1,
        backoff_factor=patience.first_wait,
        backoff_max=patience.longest_wait,
        status_forcelist=[*WORTH_RETRYING, *range(500, 600)],
    )
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))

    def get(url: str, **options: Any) -> requests.Response:
        return session.get(url, **options, timeout=(patience.connect, patience.read))

    said: list[logging.LogRecord] = []
    ear = logging.Handler()
    ear.emit = said.append  # type: ignore[method-assign,assignment]
    log = logging.getLogger("tcia_utils.nbia")
    saved = nbia.setApiUrl, nbia.requests, log.level, log.propagate
    nbia.setApiUrl = lambda endpoint, api_url="": f"{base_url.rstrip('/')}{SERVICE}/"
    nbia.requests = SimpleNamespace(get=get, exceptions=requests.exceptions)
    log.setLevel(logging.INFO)
    log.propagate = False
    log.addHandler(ear)
    try:
        yield nbia, said
    finally:
        log.removeHandler(ear)
        nbia.setApiUrl, nbia.requests, log.level, log.propagate = saved
        session.close()
