import json

CHECKED_STREAM = "results/checks/{exam}/{method}.csv"


# Each table and figure belongs to the first target that builds it, so that no target waits for another's.
TARGETS = {"paper": PAPER, "sweep": SWEEP, "crossval": CROSSVAL, "claims": CLAIMS, "peers": PEERS}
FAMILIES = {}
for family, targets in [*((name, [files]) for name, files in TARGETS.items()), ("study", [TABLES, FIGURES])]:
    earlier = {file for files in FAMILIES.values() for file in files}
    FAMILIES[family] = [file for file in shown(*targets) if file not in earlier]


rule check_stream:
    input:
        volume="results/volumes/{exam}.npz",
        stream=STREAM,
        quality=QUALITY,
        mcpd=lambda wildcards: "results/mcpd/{exam}.csv" if wildcards.method == "3d-wdr-mcpd" else [],
        src=sources(
            "codec",
            "coherence",
            "study/metrics",
            "data/exam",
            "checks/streams",
            "cli/checks",
        ),
    output:
        CHECKED_STREAM,
    log:
        "results/logs/checks/{exam}/{method}.log",
    benchmark:
        "results/logs/benchmarks/checks/{exam}/{method}.tsv"
    conda:
        "../../environment.yml"
    params:
        rates=rates(),
        peak=config["psnr_peak"],
        selection=lambda wildcards, input: (
            ["--mcpd", input.mcpd, "--unit", config["mcpd_unit"], "--threshold", config["threshold"]]
            if input.mcpd
            else []
        ),
    message:
        "{wildcards.exam}: checking the stream of {wildcards.method}"
    shell:
        "python -m wdr_mcpd check-stream {input.volume:q} {input.stream:q} {input.quality:q} --rates {params.rates}"
        " --peak {params.peak} {params.selection:q} --out {output:q} 2> {log:q}"


for family, files in FAMILIES.items():

    rule:
        name:
            f"provenance_of_{family}"
        input:
            files=files,
            series=expand("results/data/series/{exam}/manifest.json", exam=EXAMS),
            streams=expand(STREAM, exam=EXAMS, method=methods_of(family)),
            src=sources("checks/provenance", "cli/checks"),
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
            exams=list(EXAMS),
            methods=methods_of(family),
            configuration=json.dumps(config, sort_keys=True),
        message:
            "Recording where the tables and figures come from"
        shell:
            "python -m wdr_mcpd record-provenance {input.files:q} --results results --exams {params.exams:q}"
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
            streams=expand(CHECKED_STREAM, exam=EXAMS, method=methods_of(family)),
            src=sources("checks", "cli/checks"),
        output:
            f"results/checks/{family}.txt",
        log:
            f"results/logs/checks/{family}.log",
        benchmark:
            f"results/logs/benchmarks/checks/{family}.tsv"
        localrule: True
        conda:
            "../../environment.yml"
        message:
            "Checking the tables and figures against what was measured"
        shell:
            "python -m wdr_mcpd verify-results results --only {input.sidecars:q} > {output:q} 2> {log:q}"
