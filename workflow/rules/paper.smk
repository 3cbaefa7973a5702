use rule step as table1 with:
    input:
        series=RESULTS.series_table(),
        quality=of_all(RESULTS.quality(method=BASELINE)),
        paper=beside("resources/paper/table1.csv")[0],
    output:
        out=tables("table1"),
    params:
        **step("paper.table1.table1", "table_rate", *MEASURED),


use rule step as table2 with:
    input:
        series=RESULTS.series_table(),
        mcpd=of_all(RESULTS.mcpd()),
        paper=beside("resources/paper/table2.csv")[0],
    output:
        out=tables("table2"),
    params:
        **step("paper.table2.table2", *SELECTION),


use rule step as table3 with:
    input:
        series=RESULTS.series_table(),
        mcpd=of_all(RESULTS.mcpd()),
        quality=of_all(RESULTS.quality(), method=STREAMS_OF["paper"]),
        paper=beside("resources/paper/table3.csv")[0],
    output:
        out=tables("table3"),
    params:
        **step("paper.table3.table3", "table_rate", *SELECTION, *MEASURED),


use rule step as figures_of_exam with:
    input:
        series=RESULTS.series_table(),
        volume=RESULTS.volume(),
        stream=RESULTS.stream(method=PROPOSED),
        mcpd=RESULTS.mcpd(),
        quality=RESULTS.quality(method=PROPOSED),
    output:
        figure1=figures("{exam}/figure1"),
        figure2=figures("{exam}/figure2"),
    params:
        **step("paper.figures.figures", "table_rate", *SELECTION, "figure_slices"),


use rule step as results_section with:
    input:
        **COHORTS,
        tables=[path for path in shown("paper") if not path.endswith(".tex")],
        figures=pictures_shown,
        quality=of_all(RESULTS.quality(), method=STREAMS_OF["paper"]),
    output:
        out=below("paper.md"),
    params:
        **step("paper.results_section.results_section", "table_rate"),
