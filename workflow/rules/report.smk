report: "../report/workflow.rst"


use rule step as viewer with:
    input:
        series=RESULTS.series_table(),
        volume=RESULTS.volume(),
        streams=of_methods(RESULTS.stream(), CONFIGURATION.methods),
        quality=of_methods(RESULTS.quality(), CONFIGURATION.methods),
    output:
        out=str(RESULTS.viewer()),
        few=str(RESULTS.viewer("few/{exam}")),
    params:
        **step("report.viewer.viewer", "variants", *MEASURED),


# Snakemake's own report (snakemake --report) shows what is marked here, with provenance and run times.
use rule step as report with:
    input:
        series=in_report(str(RESULTS.series_table())),
        exams=in_report(str(RESULTS.exam_table())),
        tables=[
            path if path.endswith(".md") else in_report(path)
            for path in [*tables(*TABLES_SHOWN), *beside(*COMMITTED)]
            if not path.endswith((".tex", ".png"))
        ],
        figures=[
            in_report(path)
            for path in [*figures(*FIGURES_SHOWN), *beside(*COMMITTED)]
            if path.endswith(".png")
        ],
        of_exams=lambda wildcards: [in_report(path) for path in pictures_shown(wildcards)],
        viewers=lambda wildcards: [
            in_report(path) for path in of_all(RESULTS.viewer("few/{exam}"), only=1)(wildcards)
        ],
        captions=beside(*(f"workflow/report/{name}.rst" for names in IN_REPORT.values() for name in names)),
        joined=rules.controls.output.joined,
        cohorts=COHORTS["cohorts"],
        checks=[below("checks/paper.txt"), below("checks/study.txt")],
    output:
        out=below("report.html"),
    params:
        **step("report.page.report", *SELECTION, "table_rate", "variants", contents=IN_REPORT),
