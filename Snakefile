from pathlib import Path

HERE = Path(workflow.basedir)


configfile: HERE / "config" / "config.yaml"


include: "workflow/rules/common.smk"


config = checked(config)
CONFIGURATION = json.dumps(config, sort_keys=True)  # as provenance records it

# What the named targets build: each stage below appends its outputs.
EXAMS = []
MCPD, PAPER, TABLES, FIGURES, SWEEP, CROSSVAL, CLAIMS, PEERS, REPORT = ([] for _ in range(9))
CHECKS = ["results/checks/paper.txt", "results/checks/study.txt"]


include: "workflow/rules/series.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/coherence.smk"
include: "workflow/rules/codec.smk"
include: "workflow/rules/study.smk"
include: "workflow/rules/peers.smk"
include: "workflow/rules/paper.smk"
include: "workflow/rules/report_items.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/checks.smk"


rule all:
    default_target: True
    input:
        list(dict.fromkeys([*PAPER, *TABLES, *FIGURES, *MCPD, *SWEEP, *CROSSVAL, *CLAIMS, *CHECKS, *REPORT])),
        PEERS if config["peers"] else [],


rule paper:
    input:
        PAPER,


rule tables:
    input:
        TABLES,


rule figures:
    input:
        FIGURES,


rule mcpd:
    input:
        MCPD,


rule sweep:
    input:
        SWEEP,


rule crossval:
    input:
        CROSSVAL,


rule claims:
    input:
        CLAIMS,


rule peers:
    input:
        PEERS,


rule part:
    # What is measured of one exam in so many: a large cohort is run in parts, so that no graph is large (docs/cluster.md).
    input:
        lambda wildcards: [file for exam in part_of(EXAMS, wildcards) for file in of_exam(exam)],
    output:
        touch("results/parts/{number}-of-{parts}"),
    wildcard_constraints:
        number=r"[1-9]\d*",
        parts=r"[1-9]\d*",
    localrule: True
    message:
        "Part {wildcards.number} of {wildcards.parts} is finished"


onerror:
    shell("python -m wdr_mcpd failures {log:q}")
