STUDY_SUFFIXES = ["csv", "md", "tex"]
PICTURES = ["png", "svg"]
STUDY_TABLE = (
    "paper/study_tables",
    "paper/study_figures",
    "paper/render",
    "paper/style",
    "paper/tables",
    "study",
    "data/series",
    "cli/study_tables",
)
SELECTION = (
    f"--threshold {config['threshold']} --mcpd-unit {config['mcpd_unit']}"
    f" --mcpd-reference {config['mcpd_reference']}"
)
SETTINGS = (
    f"--decomposition {config['decomposition']} --in-plane-levels {config['in_plane_levels']}"
    f" --axial-levels {config['axial_levels']}"
)
RATE_AND_THRESHOLD = f"--rate {config['table_rate']} --threshold {config['threshold']}"
STATISTICS = f"--samples {config['bootstrap_samples']} --seed {config['seed']}"
# The audit compares the paper's two methods, and 3D-WDR with its axial depth chosen by content.
AUDITED = ["3d-wdr", "3d-wdr-mcpd", "3d-wdr-auto"]


rule sweep_of_exam:
    input:
        volume="results/volumes/{exam}.npz",
    output:
        "results/sweep/{exam}.csv",
    log:
        "results/logs/sweep/{exam}.log",
    benchmark:
        "results/logs/benchmarks/sweep/{exam}.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash(
            "coherence",
            "codec",
            "study/sweep",
            "study/metrics",
            "study/frames",
            "data/exam",
            "data/volume",
            "cli/study",
        ),
        grid=thresholds(),
        rates=rates(),
        selection=SELECTION,
        settings=SETTINGS,
        peak=config["psnr_peak"],
    message:
        "{wildcards.exam}: sweep of the threshold"
    shell:
        "python -m wdr_mcpd sweep {input.volume:q} --exam {wildcards.exam:q} {params.grid:q} {params.selection}"
        " {params.settings} --rates {params.rates} --peak {params.peak} --out {output:q} 2> {log:q}"


rule whole_exam:
    input:
        volume="results/volumes/{exam}.npz",
    output:
        "results/whole_exam/{exam}.csv",
    log:
        "results/logs/whole_exam/{exam}.log",
    benchmark:
        "results/logs/benchmarks/whole_exam/{exam}.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash(
            "coherence",
            "codec",
            "study/whole_exam",
            "study/allocation",
            "study/metrics",
            "study/frames",
            "data/exam",
            "data/volume",
            "cli/study",
        ),
        rates=rates(),
        selection=SELECTION,
        settings=SETTINGS,
        measures=measures(),
    message:
        "{wildcards.exam}: ways to spend the same bits on the whole exam"
    shell:
        "python -m wdr_mcpd whole-exam {input.volume:q} --exam {wildcards.exam:q} {params.selection}"
        " {params.settings} --rates {params.rates} {params.measures} --out {output:q} 2> {log:q}"


rule readings_of_exam:
    input:
        volume="results/volumes/{exam}.npz",
        claims=resource("paper/claims.csv"),
    output:
        "results/readings/{exam}.csv",
    log:
        "results/logs/readings/{exam}.log",
    benchmark:
        "results/logs/benchmarks/readings/{exam}.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash(
            "coherence",
            "codec",
            "study/readings",
            "study/paper_claims",
            "study/metrics",
            "study/frames",
            "data/exam",
            "data/volume",
            "cli/study",
        ),
        rate=config["table_rate"],
        selection=SELECTION,
    message:
        "{wildcards.exam}: each reading of what the paper leaves open"
    shell:
        "python -m wdr_mcpd readings {input.volume:q} --exam {wildcards.exam:q} --rate {params.rate}"
        " {params.selection} --claims {input.claims:q} --out {output:q} 2> {log:q}"


rule rates:
    input:
        series="results/data/series.tsv",
        quality=of_all(QUALITY, method=config["methods"]),
    output:
        study_tables("rates", "bjontegaard", "tumour"),
        study_figures("rates", "tumour"),
    log:
        "results/logs/rates.log",
    benchmark:
        "results/logs/benchmarks/rates.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash(*STUDY_TABLE),
        methods=config["methods"],
        readings=readings(),
        statistics=STATISTICS,
    message:
        "Quality against rate, of exams and of tumours"
    shell:
        "python -m wdr_mcpd rates --series {input.series:q} --quality results/quality --methods {params.methods}"
        " --readings {params.readings:q} {params.statistics} --tables results/tables --figures results/figures"
        " 2> {log:q}"


rule thresholds:
    input:
        series="results/data/series.tsv",
        sweep=of_all("results/sweep/{exam}.csv"),
    output:
        study_tables("thresholds"),
        study_figures("thresholds"),
    log:
        "results/logs/thresholds.log",
    benchmark:
        "results/logs/benchmarks/thresholds.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash(*STUDY_TABLE),
        at=RATE_AND_THRESHOLD,
        readings=readings(),
        statistics=STATISTICS,
    message:
        "What each threshold selects and gains"
    shell:
        "python -m wdr_mcpd thresholds --series {input.series:q} --sweep results/sweep {params.at}"
        " --readings {params.readings:q} {params.statistics} --tables results/tables --figures results/figures"
        " 2> {log:q}"


rule cross_validation:
    input:
        series="results/data/series.tsv",
        sweep=of_all("results/sweep/{exam}.csv"),
    output:
        study_tables("crossval"),
        expand("results/crossval/{name}.csv", name=["folds", "thresholds", "held_out"]),
    log:
        "results/logs/crossval.log",
    benchmark:
        "results/logs/benchmarks/crossval.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash(*STUDY_TABLE),
        at=RATE_AND_THRESHOLD,
        folds=config["folds"],
        least=config["min_selected"],
        objective=config["objective"],
        readings=readings(),
        statistics=STATISTICS,
    message:
        "Cross-validation of the threshold, by subject"
    shell:
        "python -m wdr_mcpd crossval --series {input.series:q} --sweep results/sweep {params.at}"
        " --folds {params.folds} --min-selected {params.least} --objective {params.objective}"
        " --readings {params.readings:q} {params.statistics} --out results/crossval --tables results/tables"
        " 2> {log:q}"


rule decomposition:
    input:
        series="results/data/series.tsv",
        exams=of_all("results/whole_exam/{exam}.csv"),
    output:
        study_tables("whole_exam", "decomposition"),
        study_figures("whole_exam", "decomposition"),
    log:
        "results/logs/decomposition.log",
    benchmark:
        "results/logs/benchmarks/decomposition.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash(*STUDY_TABLE),
        at=RATE_AND_THRESHOLD,
        readings=readings(),
        statistics=STATISTICS,
    message:
        "The whole exam at equal bits, and what the gain is made of"
    shell:
        "python -m wdr_mcpd decomposition --series {input.series:q} --whole-exam results/whole_exam {params.at}"
        " --readings {params.readings:q} {params.statistics} --tables results/tables --figures results/figures"
        " 2> {log:q}"


rule audit:
    input:
        series="results/data/series.tsv",
        quality=of_all(QUALITY, method=AUDITED),
        mcpd=of_all("results/mcpd/{exam}.csv"),
        readings=of_all("results/readings/{exam}.csv"),
        chosen="results/crossval/thresholds.csv",
        paper=expand(resource("paper/{name}.csv"), name=["claims", "table1", "table2", "table3"]),
    output:
        study_tables("claims", "readings"),
    log:
        "results/logs/audit.log",
    benchmark:
        "results/logs/benchmarks/audit.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash(*STUDY_TABLE, "coherence"),
        at=RATE_AND_THRESHOLD,
        unit=config["mcpd_unit"],
        methods=AUDITED,
        paper=lambda wildcards, input: os.path.dirname(input.paper[0]),
        readings=readings(),
        statistics=STATISTICS,
    message:
        "The paper's claims beside our measurements"
    shell:
        "python -m wdr_mcpd audit --series {input.series:q} --quality results/quality --mcpd results/mcpd"
        " --mcpd-unit {params.unit} --grid results/readings --chosen {input.chosen:q} --paper {params.paper:q}"
        " --methods {params.methods} {params.at} --readings {params.readings:q} {params.statistics}"
        " --tables results/tables 2> {log:q}"


SWEEP += expand("results/sweep/{exam}.csv", exam=EXAMS) + rules.thresholds.output
CROSSVAL += rules.cross_validation.output
CLAIMS += rules.audit.output
TABLES += study_tables(
    "rates",
    "bjontegaard",
    "tumour",
    "thresholds",
    "crossval",
    "whole_exam",
    "decomposition",
    "claims",
    "readings",
)
FIGURES += study_figures("rates", "tumour", "thresholds", "whole_exam", "decomposition")
