use rule step as rates with:
    input:
        series=RESULTS.series_table(),
        quality=of_all(RESULTS.quality(), method=CONFIGURATION.methods),
        exams=RESULTS.exam_table(),
    output:
        table=tables("transmission"),
        figure=figures("transmission"),
        tables=tables("rates", "bjontegaard", "tumour"),
        figures=figures("rates", "tumour"),
    params:
        **several(
            tables=step("report.rates.rates", "variants", *MEASURED),
            table=step("report.transmission.transmission", "variants", *MEASURED),
        ),


use rule step as thresholds with:
    input:
        series=RESULTS.series_table(),
        sweep=of_all(RESULTS.of_exam("sweep")),
    output:
        table=tables("thresholds"),
        figure=figures("thresholds"),
    params:
        **step("report.thresholds.thresholds", *AT, *MEASURED),


use rule step as cross_validation with:
    input:
        series=RESULTS.series_table(),
        sweep=of_all(RESULTS.of_exam("sweep")),
    output:
        table=tables("crossval"),
        assigned=below("crossval/folds.csv"),
        chosen=below("crossval/thresholds.csv"),
        held_out=below("crossval/held_out.csv"),
    params:
        **step("report.cross_validation.cross_validation", *AT, *FOLDS, "seed", *MEASURED),


use rule step as decomposition with:
    input:
        series=RESULTS.series_table(),
        exams=of_all(RESULTS.of_exam("whole_exam")),
    output:
        tables=tables("whole_exam", "decomposition"),
        figures=figures("whole_exam", "decomposition"),
    params:
        **step("report.decomposition.decomposition", "table_rate", *MEASURED),


use rule step as audit with:
    input:
        series=RESULTS.series_table(),
        quality=of_all(RESULTS.quality(), method=AUDITED),
        mcpd=of_all(RESULTS.mcpd()),
        grid=of_all(RESULTS.of_exam("readings")),
        chosen=rules.cross_validation.output.chosen,
        claims=beside("resources/paper/claims.csv")[0],
        paper=beside(*(f"resources/paper/table{number}.csv" for number in (1, 2, 3))),
    output:
        tables=tables("claims", "readings"),
    params:
        **step("report.audit.audit", *AT, "mcpd_unit", *MEASURED),


use rule step as baseline_tables with:
    input:
        series=RESULTS.series_table(),
        volumes=of_all(RESULTS.volume()),
        quality=of_all(RESULTS.quality(), method=list(dict.fromkeys([*CONFIGURATION.methods, BASELINE]))),
        baselines=of_all(RESULTS.baseline(), baseline=COMPARED_CODECS),
        codec_speed=BENCHMARKS["codec_speed"],
        lossless=BENCHMARKS["lossless"],
    output:
        tables=tables("baselines", "baselines-cost"),
        figures=figures("baselines", "baselines-speed", "baselines-lossless"),
    params:
        **step("baselines.report.baseline_tables", "table_rate", "variants", *MEASURED),
