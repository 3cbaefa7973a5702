use rule step as mcpd_of_exam with:
    input:
        volume=RESULTS.volume(),
    output:
        out=RESULTS.mcpd(),
    params:
        **step("coherence.table.mcpd_of_exam", "mcpd_unit", "mcpd_reference"),


use rule step as encode with:
    input:
        volume=RESULTS.volume(),
        mcpd=mcpd_if_selecting,
    output:
        out=RESULTS.stream(),
    params:
        **step("study.encode.encode") | {"settings": encode_settings},


use rule step as quality with:
    input:
        volume=RESULTS.volume(),
        stream=RESULTS.stream(),
    output:
        out=RESULTS.quality(),
    params:
        **step("study.quality.quality", "rates", *MEASURES),


use rule step as sweep_of_exam with:
    input:
        volume=RESULTS.volume(),
        mcpd=RESULTS.mcpd(),
    output:
        out=RESULTS.of_exam("sweep"),
    params:
        **step("study.sweep.sweep_of_exam", "rates", "thresholds", *SELECTION, "coding", "psnr_peak"),


use rule step as whole_exam with:
    input:
        volume=RESULTS.volume(),
        mcpd=RESULTS.mcpd(),
    output:
        out=RESULTS.of_exam("whole_exam"),
    params:
        **step("study.whole_exam.ways_of_exam", "rates", *SELECTION, "coding", *MEASURES),


use rule step as readings_of_exam with:
    input:
        volume=RESULTS.volume(),
        mcpd=RESULTS.mcpd(),
        claims=beside("resources/paper/claims.csv")[0],
    output:
        out=RESULTS.of_exam("readings"),
    params:
        **step("study.readings.readings_of_exam", "table_rate", *SELECTION, "mcpd_reference"),


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
