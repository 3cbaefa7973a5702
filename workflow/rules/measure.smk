use rule step as mcpd_of_exam with:
    input:
        volume=RESULTS.volume(),
    output:
        out=RESULTS.mcpd(),
    params:
        **step("coherence.table.mcpd_of_exam", "mcpd_unit", "mcpd_reference"),


# An exam is coded, measured and checked in few jobs, for a start costs more than many of their steps: the methods of
# the paper that select no slices, those that do, and all others. A key of the measures codes nothing anew.
for group, methods in STREAM_JOBS.items():

    rule:
        name:
            f"encode_{group}"
        input:
            volume=RESULTS.volume(),
            mcpd=RESULTS.mcpd() if set(methods) & set(SELECTING) else [],
        output:
            out=of_methods(RESULTS.stream(), methods),
        params:
            **encoding(methods),

    rule:
        name:
            f"quality_{group}"
        input:
            volume=RESULTS.volume(),
            streams=of_methods(RESULTS.stream(), methods),
        output:
            out=of_methods(RESULTS.quality(), methods),
        params:
            **step("study.quality.quality", "rates", *MEASURES),


use rule step as check_exam with:
    input:
        **checked(STREAMS_OF["paper"]),
    output:
        out=of_methods(RESULTS.checked_stream(), STREAMS_OF["paper"]),
    params:
        **CHECKING,


# What a tumour is judged by, and the check of the study's other streams: both decode every rate.
use rule step as fidelity_of_exam with:
    input:
        **checked(OTHERS),
        streams=of_methods(RESULTS.stream(), CONFIGURATION.methods),
    output:
        fidelity=RESULTS.of_exam("fidelity"),
        checked=of_methods(RESULTS.checked_stream(), OTHERS),
    params:
        **several(checked=CHECKING, fidelity=step("study.fidelity.fidelity_of_exam", "rates")),


use rule step as selection_of_exam with:
    input:
        volume=RESULTS.volume(),
        mcpd=RESULTS.mcpd(),
        claims=beside("resources/paper/claims.csv")[0],
    output:
        sweep=RESULTS.of_exam("sweep"),
        whole_exam=RESULTS.of_exam("whole_exam"),
        readings=RESULTS.of_exam("readings"),
        controls=RESULTS.of_exam("controls"),
    params:
        **several(
            sweep=step("study.sweep.sweep_of_exam", "rates", "thresholds", *SELECTION, *CODED),
            whole_exam=step("study.whole_exam.ways_of_exam", "rates", *SELECTION, "coding", *MEASURES),
            readings=step("study.readings.readings_of_exam", *READ),
            controls=step("study.controls.controls_of_exam", *READ, *CODED),
        ),


use rule step as baseline_quality with:
    input:
        volume=RESULTS.volume(),
    output:
        out=RESULTS.baseline(),
    params:
        **step("baselines.measure.baseline_quality", "rates", "table_rate", *MEASURES),


# Speeds are only worth something on a machine that does nothing else: the rule takes all cores.
use rule step as baseline_speed with:
    input:
        volumes=of_all(RESULTS.volume()),
    output:
        **BENCHMARKS,
    threads: workflow.cores
    params:
        **step("bench.run.baseline_speed", "table_rate"),
