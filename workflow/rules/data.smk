from wdr_mcpd.data.series import read_series_table, row_text
from wdr_mcpd.data.synthetic import synthetic_table

TABLE = "results/data/series.tsv"
SERIES = "results/data/series/{exam}"
SAMPLE_ARCHIVE = "results/data/pyradiomics-3.0.1.tar.gz"


def given_table():
    """The committed or generated table that names the exams; None for the synthetic cohort."""
    if config["source"] == "synthetic":
        return None
    path = config["series"] or (HERE / "config/series/sample.tsv" if config["source"] == "sample" else None)
    if path is None:
        sys.exit(
            f"wdr-mcpd: series: source {config['source']} needs a table of series; "
            f"`wdr-mcpd series {config['source']} --out my.tsv` makes one"
        )
    return path


def series_of_study():
    """Rows of the table, known before anything is downloaded."""
    try:
        table = given_table()
        rows = synthetic_table(**config["synthetic"]) if table is None else read_series_table(Path(table))
        for row in rows:
            if row.source != config["source"]:
                raise InputError(f"series: {table} is of source {row.source}, not {config['source']}")
        return {row.exam_id: row for row in rows}
    except InputError as error:
        sys.exit(f"wdr-mcpd: {error}")


SERIES_OF_EXAM = series_of_study()
EXAMS += SERIES_OF_EXAM
PAPER += [TABLE]


rule series_table:
    input:
        table=given_table() or [],
        src=sources("data/series", "data/synthetic", "cli/data"),
    output:
        TABLE,
    log:
        "results/logs/series_table.log",
    benchmark:
        "results/logs/benchmarks/series_table.tsv"
    conda:
        "../../environment.yml"
    params:
        options=(
            [f"--{name}={value}" for name, value in config["synthetic"].items()]
            if given_table() is None
            else []
        ),
        kind="synthetic" if given_table() is None else "check",
    message:
        "Series of the study"
    shell:
        "python -m wdr_mcpd series {params.kind} {input.table:q} {params.options:q} --out {output:q} 2> {log:q}"


rule sample_archive:
    output:
        SAMPLE_ARCHIVE,
    log:
        "results/logs/sample_archive.log",
    benchmark:
        "results/logs/benchmarks/sample_archive.tsv"
    conda:
        "../../environment.yml"
    message:
        "Sample data: downloading with pip (34 MB, once)"
    shell:
        "python -m wdr_mcpd sample {output:q} 2> {log:q}"


rule fetch:
    input:
        archive=SAMPLE_ARCHIVE if config["source"] == "sample" else [],
    output:
        # A series that is there and whole is kept: fetch checks it and downloads nothing.
        update(SERIES + "/manifest.json"),
    log:
        "results/logs/fetch/{exam}.log",
    benchmark:
        "results/logs/benchmarks/fetch/{exam}.tsv"
    conda:
        "../../environment.yml"
    params:
        folder=SERIES,
        row=lambda wildcards: row_text(SERIES_OF_EXAM[wildcards.exam]),
        options=["--archive", SAMPLE_ARCHIVE] if config["source"] == "sample" else [],
    message:
        "{wildcards.exam}: fetching the series"
    shell:
        "python -m wdr_mcpd fetch {params.folder:q} --row {params.row:q}" " {params.options:q} > {log:q} 2>&1"


rule volume:
    input:
        manifest=rules.fetch.output[0],
        src=sources(
            "data/dicom", "data/planes", "data/masks", "data/exam", "data/volume", "data/volume_files"
        ),
    output:
        "results/volumes/{exam}.npz",
    log:
        "results/logs/volume/{exam}.log",
    benchmark:
        "results/logs/benchmarks/volume/{exam}.tsv"
    conda:
        "../../environment.yml"
    params:
        folder=SERIES,
        slices=config["slices"],
        first=config["first_slice"],
    message:
        "{wildcards.exam}: reading {params.slices} slices"
    shell:
        "python -m wdr_mcpd volume {params.folder:q} {output:q} --slices {params.slices} --first {params.first}"
        " 2> {log:q}"
