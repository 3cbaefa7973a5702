CHECKED_STREAM = "results/checks/{exam}/{method}.csv"


# Each table and figure belongs to the first target that builds it, so that no target waits for another's.
TARGETS = {"paper": PAPER, "sweep": SWEEP, "crossval": CROSSVAL, "claims": CLAIMS, "peers": PEERS}
# The figures of an exam bring their provenance with them: no rule over all exams writes files of each exam, for
# Snakemake looks for every output of a job among all its inputs.
FAMILIES = {}
for family, targets in [*((name, [files]) for name, files in TARGETS.items()), ("study", [TABLES, FIGURES])]:
    earlier = {*PAPER_FIGURES, *(file for files in FAMILIES.values() for file in files)}
    FAMILIES[family] = [file for file in shown(*targets) if file not in earlier]


# The streams of the paper are checked alone, so that its tables need no other ones.
CHECKED_TOGETHER = {
    "paper": methods_of("paper"),
    "study": [method for method in methods_of("study") if method not in methods_of("paper")],
}

for family, methods in CHECKED_TOGETHER.items():

    rule:
        name:
            f"check_streams_of_{family}"
        input:
            volume="results/volumes/{exam}.npz",
            streams=expand(STREAM, method=methods, allow_missing=True),
            quality=expand(QUALITY, method=methods, allow_missing=True),
            mcpd="results/mcpd/{exam}.csv" if "3d-wdr-mcpd" in methods else [],
        output:
            expand(CHECKED_STREAM, method=methods, allow_missing=True),
        log:
            f"results/logs/checks/{{exam}}/{family}.log",
        benchmark:
            f"results/logs/benchmarks/checks/{{exam}}/{family}.tsv"
        conda:
            "../../environment.yml"
        params:
            code=code_hash(
                "codec",
                "coherence",
                "study/metrics",
                "data/exam",
                "checks/streams",
                "cli/checks",
            ),
            rates=rates(),
            peak=config["psnr_peak"],
            selection=lambda wildcards, input: (
                ["--mcpd", input.mcpd, "--unit", config["mcpd_unit"], "--threshold", config["threshold"]]
                if input.mcpd
                else []
            ),
        message:
            "{wildcards.exam}: checking its streams"
        shell:
            "python -m wdr_mcpd check-streams {input.volume:q} --stream {input.streams:q} --quality {input.quality:q}"
            " --rates {params.rates} --peak {params.peak} {params.selection:q} --out {output:q} 2> {log:q}"


for family, files in FAMILIES.items():

    rule:
        name:
            f"provenance_of_{family}"
        input:
            files=files,
            table="results/data/series.tsv",
            series=of_all("results/data/series/{exam}/manifest.json"),
            streams=of_all(STREAM, method=methods_of(family)),
        output:
            sidecars(files),
        log:
            f"results/logs/provenance/{family}.log",
        benchmark:
            f"results/logs/benchmarks/provenance/{family}.tsv"
        localrule: True
        conda:
            "../../environment.yml"
        params:
            code=code_hash("checks/provenance", "data/series", "cli/checks"),
            methods=methods_of(family),
            configuration=CONFIGURATION,
        message:
            "Recording where the tables and figures come from"
        shell:
            "python -m wdr_mcpd record-provenance {input.files:q} --results results --series {input.table:q}"
            " --methods {params.methods} --configuration {params.configuration:q} 2> {log:q}"


for target in (*TARGETS.values(), TABLES, FIGURES):
    target += sidecars(shown(target))

CHECKED = {
    "paper": FAMILIES["paper"],
    "study": [f for name, files in FAMILIES.items() if config["peers"] or name != "peers" for f in files],
}
PAPER.append("results/checks/paper.txt")

for family, files in CHECKED.items():

    rule:
        name:
            f"check_{family}"
        input:
            sidecars=sidecars(files),
            figures=of_all("results/figures/{exam}/figure{number}.provenance.json", number=[1, 2]),
            table="results/data/series.tsv",
            streams=of_all(CHECKED_STREAM, method=methods_of(family)),
        output:
            f"results/checks/{family}.txt",
        log:
            f"results/logs/checks/{family}.log",
        benchmark:
            f"results/logs/benchmarks/checks/{family}.tsv"
        localrule: True
        conda:
            "../../environment.yml"
        params:
            code=code_hash("checks", "data/series", "cli/checks"),
        message:
            "Checking the tables and figures against what was measured"
        shell:
            "python -m wdr_mcpd verify-results results --only {input.sidecars:q} --figures-of {input.table:q}"
            " > {output:q} 2> {log:q}"
