SUFFIXES = ["csv", "md", "tex"]


rule table1:
    input:
        series="results/data/series.tsv",
        quality=of_all("results/quality/{exam}/3d-wdr.csv"),
        paper=resource("paper/table1.csv"),
    output:
        expand("results/tables/table1.{suffix}", suffix=SUFFIXES),
    log:
        "results/logs/tables/table1.log",
    benchmark:
        "results/logs/benchmarks/tables/table1.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash("paper/tables", "study/cohort", "cli/paper"),
        rate=config["table_rate"],
        readings=readings(),
    message:
        "Table 1: 3D-WDR at {params.rate} bits per voxel"
    shell:
        "python -m wdr_mcpd table1 --series {input.series:q} --quality results/quality --rate {params.rate}"
        " --paper {input.paper:q} --readings {params.readings:q} --out results/tables 2> {log:q}"


rule table2:
    input:
        series="results/data/series.tsv",
        mcpd=of_all("results/mcpd/{exam}.csv"),
        paper=resource("paper/table2.csv"),
    output:
        expand("results/tables/table2.{suffix}", suffix=SUFFIXES),
    log:
        "results/logs/tables/table2.log",
    benchmark:
        "results/logs/benchmarks/tables/table2.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash("paper/tables", "study/cohort", "cli/paper"),
        unit=config["mcpd_unit"],
        threshold=config["threshold"],
    message:
        "Table 2: the slices that T = {params.threshold} selects"
    shell:
        "python -m wdr_mcpd table2 --series {input.series:q} --mcpd results/mcpd --unit {params.unit}"
        " --threshold {params.threshold} --paper {input.paper:q} --out results/tables 2> {log:q}"


rule table3:
    input:
        series="results/data/series.tsv",
        mcpd=of_all("results/mcpd/{exam}.csv"),
        quality=of_all("results/quality/{exam}/{method}.csv", method=["3d-wdr", "3d-wdr-mcpd"]),
        paper=resource("paper/table3.csv"),
    output:
        expand("results/tables/table3.{suffix}", suffix=SUFFIXES),
    log:
        "results/logs/tables/table3.log",
    benchmark:
        "results/logs/benchmarks/tables/table3.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash("paper/tables", "study/cohort", "cli/paper"),
        unit=config["mcpd_unit"],
        threshold=config["threshold"],
        rate=config["table_rate"],
        readings=readings(),
    message:
        "Table 3: 3D-WDR-MCPD at {params.rate} bits per voxel"
    shell:
        "python -m wdr_mcpd table3 --series {input.series:q} --mcpd results/mcpd --unit {params.unit}"
        " --threshold {params.threshold} --quality results/quality --rate {params.rate}"
        " --paper {input.paper:q} --readings {params.readings:q} --out results/tables 2> {log:q}"


rule figures_of_exam:
    input:
        series="results/data/series.tsv",
        volume="results/volumes/{exam}.npz",
        stream="results/streams/{exam}/3d-wdr-mcpd.wdr",
        mcpd="results/mcpd/{exam}.csv",
        quality="results/quality/{exam}/3d-wdr-mcpd.csv",
    output:
        multiext("results/figures/{exam}/figure1", ".png", ".svg"),
        multiext("results/figures/{exam}/figure2", ".png", ".svg"),
        provenance=expand("results/figures/{{exam}}/figure{number}.provenance.json", number=[1, 2]),
    log:
        "results/logs/figures/{exam}.log",
    benchmark:
        "results/logs/benchmarks/figures/{exam}.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash(
            "paper/figures",
            "paper/style",
            "paper/paper.mplstyle",
            "paper/tables",
            "methods",
            "study/cohort",
            "data/exam",
            "cli/paper",
            "checks/provenance",
            "cli/checks",
        ),
        unit=config["mcpd_unit"],
        threshold=config["threshold"],
        rate=config["table_rate"],
        pictures=lambda wildcards, output: output[:4],
        # A function of the input is not compared with the last run: a key that no figure uses draws none anew.
        configuration=lambda wildcards, input: CONFIGURATION,
        slices=[] if config["figure_slices"] == "selected" else ["--slices", *config["figure_slices"]],
    message:
        "{wildcards.exam}: Figures 1 and 2"
    shell:
        "python -m wdr_mcpd figures {wildcards.exam:q} {input.volume:q} {input.stream:q} --series {input.series:q}"
        " --mcpd {input.mcpd:q} --unit {params.unit} --threshold {params.threshold} --quality {input.quality:q}"
        " --rate {params.rate} {params.slices} --out results/figures/{wildcards.exam:q} 2> {log:q}\n"
        "python -m wdr_mcpd record-provenance {params.pictures:q} --results results --exams {wildcards.exam:q}"
        " --methods 3d-wdr-mcpd --configuration {params.configuration:q} 2>> {log:q}"


PAPER_TABLES = expand("results/tables/table{number}.{suffix}", number=[1, 2, 3], suffix=SUFFIXES)
PAPER_FIGURES = figures_of(EXAMS, ["png", "svg"])
# Pages for readers show the figures of a few exams, however large the cohort is.
SHOWN_FIGURES = figures_of(EXAMS[:10], ["png"])
TABLES += PAPER_TABLES
FIGURES += PAPER_FIGURES
PAPER += PAPER_TABLES + PAPER_FIGURES
