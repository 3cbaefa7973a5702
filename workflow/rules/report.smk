report: "../report/workflow.rst"


use rule step as viewer with:
    input:
        series=RESULTS.series_table(),
        volume=RESULTS.volume(),
        streams=of_methods(RESULTS.stream(), VIEWER_METHODS),
        quality=of_methods(RESULTS.quality(), VIEWER_METHODS),
    output:
        out=in_report(str(RESULTS.viewer())),
    params:
        **step("report.viewer.viewer", "variants", *MEASURED),


use rule step as report_pages with:
    input:
        files=REPORT_PAGES.values(),
    output:
        out=[in_report(page) for page in REPORT_PAGES],
    params:
        **step("report.pages.report_pages"),


use rule step as landing with:
    input:
        **{name: tables(name)[0] for name in ("table3", "decomposition", "whole_exam", "claims", "rates")},
        series=RESULTS.series_table(),
        figure=figures("decomposition")[0],
    output:
        out="results/report/landing.html",
    params:
        **step("report.landing.landing", "table_rate", "variants"),


# Snakemake writes its report in a run of its own. This rule makes that run, on the same configuration, when everything
# that the report shows is there; so the report is a result like any other: tracked, and renewed only when it is stale.
rule report:
    input:
        rules.report_pages.output,
        [in_report(path) for path in figures(*FIGURES_SHOWN) if path.endswith(".png")],
        lambda wildcards: [in_report(path) for path in pictures_shown(wildcards)],
        of_all(RESULTS.viewer(), only=1),
        checks=["results/checks/paper.txt", "results/checks/study.txt"],
        landing=rules.landing.output.out,
        stylesheet=beside("workflow/report/report.css"),
        captions=beside(
            *sorted(str(path.relative_to(HERE)) for path in (HERE / "workflow/report").glob("*.rst"))
        ),
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
        python=sys.executable,
        snakefile=os.path.relpath(HERE / "Snakefile"),
        config=json.dumps(CONFIGURATION.model_dump(warnings=False)),
    shell:
        "printf '%s' {params.config:q} > results/report/configuration.json\n"
        "{params.python:q} -m snakemake {output:q} --snakefile {params.snakefile:q} --nolock"
        " --configfile results/report/configuration.json --report {output:q}"
        " --report-stylesheet {input.stylesheet:q} 2> {log:q}"
