"""A cohort with a bucket as its storage has the tables of one on files: pytest tests/cluster/storage.py."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from clone import ROOT, make_clone
from moto.server import ThreadedMotoServer

TABLES = (".csv", ".tsv", ".md", ".tex")
KEYS = {"access-key": "nobody", "secret-key": "nothing"}


@pytest.fixture
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.mark.timeout(1800)
def test_a_bucket_gets_the_tables_that_a_folder_gets(endpoint: str, tmp_path: Path) -> None:
    names = {"aws_access_key_id": KEYS["access-key"], "aws_secret_access_key": KEYS["secret-key"]}
    store = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **names)
    store.create_bucket(Bucket="cohort")
    cohort = ("--configfile", str(ROOT / "tests" / "cluster" / "cohort.yaml"))
    asked = [f"--storage-s3-{key}={value}" for key, value in {**KEYS, "endpoint-url": endpoint}.items()]
    asked += ["--default-storage-provider", "s3", "--default-storage-prefix", "s3://cohort/run"]
    asked += ["--config", "keep_series=false"]
    here, there = (make_clone(tmp_path / name) for name in ("folder", "bucket"))
    for clone, options in ((here, []), (there, asked)):
        run = clone.snakemake(*cohort, *options)
        assert run.returncode == 0, run.stdout
    made = here.folder / "results"
    tables = {
        path.relative_to(made).as_posix(): path.read_bytes()
        for path in made.rglob("*")
        if path.suffix in TABLES and "logs" not in path.parts
    }
    listed = store.get_paginator("list_objects_v2").paginate(Bucket="cohort", Prefix="run/results/")
    stored = {one["Key"].removeprefix("run/results/") for page in listed for one in page["Contents"]}
    assert tables.keys() <= stored
    for name, content in tables.items():
        assert store.get_object(Bucket="cohort", Key=f"run/results/{name}")["Body"].read() == content, name
