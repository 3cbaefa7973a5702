# Whether coding the similar slices together pays: controls and fidelity are part of a plain run, the rest is
# the target evidence.
use rule step as controls with:
    input:
        series=RESULTS.series_table(),
        exams=of_all(RESULTS.of_exam("controls")),
    output:
        table=tables("controls"),
        figure=figures("controls"),
        joined=below("controls.csv"),
    params:
        **step("report.controls.controls", "table_rate", *MEASURED),


use rule step as fidelity with:
    input:
        series=RESULTS.series_table(),
        exams=of_all(RESULTS.of_exam("fidelity")),
    output:
        tables=tables("fidelity", "recommendations"),
    params:
        **step("report.fidelity.fidelity", "variants", *MEASURED),


use rule step as draws_of_exam with:
    input:
        volume=RESULTS.volume(),
        controls=RESULTS.of_exam("controls"),
    output:
        out=RESULTS.of_exam("draws"),
    params:
        **step("study.controls.draws_of_exam", "draws", "seed", "table_rate", *CODED),


OF_VOLUME = {
    "draws_of_10": step("study.controls.draws_of_exam", "draws", "seed", "table_rate", *CODED, sizes=[10]),
    "groupings_of_exam": step("study.grouping.groupings_of_exam", "table_rate", *SELECTION),
    "joint_readings_of_exam": step(
        "study.joint_readings.joint_readings_of_exam", "table_rate", "orders", "seed"
    ),
}
for kind, parameters in OF_VOLUME.items():

    rule:
        name:
            kind
        input:
            volume=RESULTS.volume(),
        output:
            out=RESULTS.of_exam(kind.removesuffix("_of_exam")),
        params:
            **parameters,


use rule step as evidence_tables with:
    input:
        series=RESULTS.series_table(),
        controls=of_all(RESULTS.of_exam("controls")),
        draws=of_all(RESULTS.of_exam("draws")),
        groupings=of_all(RESULTS.of_exam("groupings")),
        mcpd=of_all(RESULTS.mcpd()),
        alone=of_all(RESULTS.quality(method=ALONE)),
    output:
        tables=tables("standing", "groupings"),
        figure=figures("standing"),
        joined=below("groupings.csv"),
    params:
        **step("report.evidence.evidence", "table_rate", "mcpd_unit", *MEASURED),


use rule step as laws_of_exam with:
    input:
        manifest=RESULTS.manifest(),
        volume=RESULTS.volume(),
    output:
        spacing=RESULTS.of_exam("spacing"),
        rate_law=RESULTS.of_exam("rate_law"),
    params:
        **step(
            "study.laws.laws_of_exam",
            *("slices", "slice_axis", *SELECTION, "rates", "table_rate", "coding", "psnr_peak"),
        ),


use rule step as alternatives_of_exam with:
    input:
        manifest=RESULTS.manifest(),
    output:
        out=RESULTS.of_exam("alternatives"),
    params:
        **as_cut(
            step(
                "study.laws.alternatives_of_exam",
                *(*CUT, *SELECTION, "mcpd_reference", "table_rate", "coding", "psnr_peak"),
            )
        ),


use rule step as alternatives with:
    input:
        series=RESULTS.series_table(),
        exams=of_all(RESULTS.of_exam("alternatives")),
    output:
        table=tables("alternatives"),
    params:
        **step("report.laws.alternatives", "threshold", *MEASURED),


use rule step as laws with:
    input:
        series=RESULTS.series_table(),
        spacing=of_all(RESULTS.of_exam("spacing")),
        rate_law=of_all(RESULTS.of_exam("rate_law")),
    output:
        tables=tables("spacing", "rate_law"),
        figure=figures("laws"),
    params:
        **step("report.laws.laws", "threshold", *MEASURED),


use rule step as orders_of_exam with:
    input:
        volume=RESULTS.volume(),
    output:
        out=RESULTS.of_exam("orders"),
        units=RESULTS.of_exam("units"),
    params:
        **step("study.forensics.orders_of_exam", "seed"),


use rule step as forensics with:
    input:
        series=RESULTS.series_table(),
        orders=of_all(RESULTS.of_exam("orders")),
        units=of_all(RESULTS.of_exam("units")),
        joint=of_all(RESULTS.of_exam("joint_readings")),
        paper=beside(*(f"resources/paper/table{number}.csv" for number in (1, 2, 3))),
    output:
        tables=tables("bounds", "orders", "units", "joint_readings"),
    params:
        **step("report.forensics.forensics"),


rule cohort:
    # What report.cohorts compares between runs of several cohorts (make cohorts).
    input:
        rules.exam_table.output,
        rules.controls.output,
        rules.laws.output,
        of_all(RESULTS.of_exam("orders")),
        of_all(RESULTS.of_exam("draws_of_10"), among=first_exams),
        of_all(
            RESULTS.of_exam("groupings"),
            among=lambda found: grouped_exams(found, SERIES[found[0]].series_description),
        ),
