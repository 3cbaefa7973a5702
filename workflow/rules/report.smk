import json


report: "../report/workflow.rst"


# A page holds every picture of its methods: the paper's and the best one, or the first that are compared.
VIEWER_METHODS = [
    method for method in ("3d-wdr", "3d-wdr-mcpd", "3d-wdr-cc") if method in config["methods"]
] or config["methods"][:3]
TRANSMISSION = multiext("results/tables/transmission", ".csv", ".md", ".tex") + multiext(
    "results/figures/transmission", ".png", ".svg"
)
TEMPLATES = [os.path.relpath(path) for path in sorted((HERE / "src/wdr_mcpd/paper/templates").iterdir())]


rule transmission:
    input:
        series="results/data/series.tsv",
        quality=of_all(QUALITY, method=config["methods"]),
        volumes=of_all("results/volumes/{exam}.npz"),
    output:
        TRANSMISSION,
    log:
        "results/logs/transmission.log",
    benchmark:
        "results/logs/benchmarks/transmission.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash(
            "paper/transmission",
            "paper/render",
            "paper/style",
            "study/frames",
            "study/cohort",
            "data/exam",
            "cli/report",
        ),
        methods=config["methods"],
        readings=readings(),
    message:
        "Progressive transmission: time until a quality is reached"
    shell:
        "python -m wdr_mcpd transmission --series {input.series:q} --quality results/quality --volumes results/volumes"
        " --method {params.methods} --readings {params.readings:q} --out results 2> {log:q}"


rule results_section:
    input:
        tables=PAPER_TABLES,
        figures=SHOWN_FIGURES,
    output:
        "results/paper.md",
    log:
        "results/logs/results_section.log",
    benchmark:
        "results/logs/benchmarks/results_section.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash("paper/results_section", "study/frames", "cli/report"),
    message:
        'The section "Results" of the paper'
    shell:
        "python -m wdr_mcpd results-section --tables results/tables --figure {input.figures:q}"
        " --out {output:q} 2> {log:q}"


TABLES += TRANSMISSION[:3]
FIGURES += TRANSMISSION[3:]
PAPER += ["results/paper.md"]


rule viewer:
    input:
        series="results/data/series.tsv",
        volume="results/volumes/{exam}.npz",
        streams=expand(STREAM, method=VIEWER_METHODS, allow_missing=True),
        quality=expand(QUALITY, method=VIEWER_METHODS, allow_missing=True),
        templates=TEMPLATES,
    output:
        report(
            "results/viewer/{exam}.html",
            category="2. Paper figures",
            caption=caption("viewer"),
            labels={"item": "Interactive viewer, exam {exam}"},
        ),
    log:
        "results/logs/viewer/{exam}.log",
    benchmark:
        "results/logs/benchmarks/viewer/{exam}.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash(
            "codec",
            "data/exam",
            "data/volume",
            "paper/viewer",
            "paper/pages",
            "study/cohort",
            "study/frames",
            "cli/report",
        ),
        readings=readings(),
    message:
        "{wildcards.exam}: the interactive viewer"
    shell:
        "python -m wdr_mcpd viewer {wildcards.exam:q} {input.volume:q} --stream {input.streams:q}"
        " --quality {input.quality:q} --series {input.series:q} --note {params.readings:q} --out {output:q} 2> {log:q}"


rule report_pages:
    input:
        tables=[table_source(name) for name in shown_tables()],
        templates=TEMPLATES,
    output:
        [flagged_page(name) for name in shown_tables()],
    log:
        "results/logs/report_pages.log",
    benchmark:
        "results/logs/benchmarks/report_pages.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash("paper/pages", "study/frames", "cli/report"),
    message:
        "Pages of the report's tables"
    shell:
        "python -m wdr_mcpd pages {input.tables:q} --out results/report 2> {log:q}"


rule landing:
    input:
        series="results/data/series.tsv",
        tables=expand("results/tables/{name}.csv", name=["table3", "decomposition", "claims", "rates"]),
        figure="results/figures/decomposition.png",
        templates=TEMPLATES,
    output:
        "results/report/landing.html",
    log:
        "results/logs/landing.log",
    benchmark:
        "results/logs/benchmarks/landing.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash("paper/landing", "paper/pages", "study/frames", "study/cohort", "cli/report"),
        rate=config["table_rate"],
    message:
        "The first page of the report"
    shell:
        "python -m wdr_mcpd landing --series {input.series:q} --tables results/tables --rate {params.rate}"
        " --figure {input.figure:q} --out {output:q} 2> {log:q}"


# Snakemake writes its report in a run of its own. This rule makes that run, on the same configuration, when everything
# that the report shows is there; so the report is a result like any other: tracked, and renewed only when it is stale.
rule report:
    input:
        rules.report_pages.output,
        [flagged_figure(path) for path in shown_figures()],
        expand("results/viewer/{exam}.html", exam=EXAMS[:1]),
        checks=CHECKS,
        landing="results/report/landing.html",
        stylesheet=os.path.relpath(HERE / "workflow" / "report" / "report.css"),
        captions=[os.path.relpath(path) for path in sorted((HERE / "workflow" / "report").glob("*.rst"))],
    output:
        "results/report.html",
    log:
        "results/logs/report.log",
    benchmark:
        "results/logs/benchmarks/report.tsv"
    localrule: True
    conda:
        "../../environment.yml"
    params:
        snakefile=os.path.relpath(HERE / "Snakefile"),
        config=json.dumps(config),
    message:
        "The report"
    shell:
        "printf '%s' {params.config:q} > results/report/configuration.json\n"
        "python -m snakemake {output:q} --snakefile {params.snakefile:q} --nolock"
        " --configfile results/report/configuration.json --report {output:q}"
        " --report-stylesheet {input.stylesheet:q} 2> {log:q}"


REPORT += ["results/report.html"]
