SAMPLE_ARCHIVE = "results/data/sample"
LOCAL_INDEX = "results/data/local.tsv"


rule series_table:
    input:
        table=given_table() or [],
        without=EXCLUDED if config["on_bad_series"] == "exclude" else [],
    output:
        "results/data/series.tsv",
    log:
        "results/logs/series_table.log",
    benchmark:
        "results/logs/benchmarks/series_table.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash("data/series", "data/synthetic", "data/excluded", "cli/series"),
        kind=table_command(),
        without=["--without", EXCLUDED] if config["on_bad_series"] == "exclude" else [],
    message:
        "Series of the study"
    shell:
        "python -m wdr_mcpd series {params.kind:q} {input.table:q} {params.without:q} --out {output:q} 2> {log:q}"


rule excluded:
    input:
        table=given_table() or [],
        manifests=expand("results/data/series/{exam}/manifest.json", exam=SERIES_OF_EXAM),
    output:
        EXCLUDED,
    log:
        "results/logs/excluded.log",
    benchmark:
        "results/logs/benchmarks/excluded.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash("data/dicom", "data/exam", "data/excluded", "cli/series"),
        cohort=["--series"] if given_table() else ["--synthetic", *synthetic_cohort().values()],
        slices=config["slices"],
        first=config["first_slice"],
    message:
        "Looking for series that cannot be used"
    shell:
        "python -m wdr_mcpd series excluded results/data/series {params.cohort:q} {input.table:q}"
        " --slices {params.slices} --first {params.first} --out {output:q} > {log:q} 2>&1"


rule sample_archive:
    output:
        directory(SAMPLE_ARCHIVE),
    log:
        "results/logs/sample_archive.log",
    benchmark:
        "results/logs/benchmarks/sample_archive.tsv"
    conda:
        "../../environment.yml"
    message:
        "Sample data: downloading (69 MB, once)"
    shell:
        "python -m wdr_mcpd sample {output:q} 2> {log:q}"


rule local_index:
    output:
        LOCAL_INDEX,
    log:
        "results/logs/local_index.log",
    benchmark:
        "results/logs/benchmarks/local_index.tsv"
    conda:
        "../../environment.yml"
    params:
        folder=config["data_folder"],
    message:
        "{params.folder}: listing its DICOM series (once; delete {output} to list them anew)"
    shell:
        "python -m wdr_mcpd index {params.folder:q} --out {output:q} 2> {log:q}"


rule fetch:
    input:
        fetch_needs(),
    output:
        # A series that is there and whole is kept: fetch checks it and downloads nothing.
        update("results/data/series/{exam}/manifest.json"),
    log:
        "results/logs/fetch/{exam}.log",
    benchmark:
        "results/logs/benchmarks/fetch/{exam}.tsv"
    conda:
        "../../environment.yml"
    params:
        folder=subpath(output[0], ancestor=2),
        row=lambda wildcards: row_text(SERIES_OF_EXAM[wildcards.exam]),
        options=fetch_options(),
    message:
        "{wildcards.exam}: fetching the series"
    shell:
        "python -m wdr_mcpd fetch {params.folder:q} --row {params.row:q} {params.options:q} > {log:q} 2>&1"


rule volume:
    input:
        manifest=rules.fetch.output[0],
    output:
        "results/volumes/{exam}.npz",
    log:
        "results/logs/volume/{exam}.log",
    benchmark:
        "results/logs/benchmarks/volume/{exam}.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash("data/reading", "data/exam", "data/manifest", "cli/data"),
        folder=subpath(input.manifest, parent=True),
        slices=config["slices"],
        first=config["first_slice"],
    message:
        "{wildcards.exam}: reading {params.slices} slices"
    shell:
        "python -m wdr_mcpd volume {params.folder:q} {output:q} --slices {params.slices} --first {params.first}"
        " 2> {log:q}"


PAPER += ["results/data/series.tsv"]
