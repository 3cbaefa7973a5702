from pathlib import Path

HERE = Path(workflow.basedir)


configfile: HERE / "config" / "config.yaml"


include: "workflow/rules/common.smk"


config = checked(config)

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
        PAPER,
        TABLES,
        FIGURES,
        MCPD,
        SWEEP,
        CROSSVAL,
        CLAIMS,
        PEERS if config["peers"] else [],
        CHECKS,
        REPORT,


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


rule exams:
    # Everything that is measured exam by exam; a large cohort is run in parts with --batch exams=1/100 (docs/cluster.md).
    input:
        [path for exam in EXAMS for path in of_exam(exam)],


onerror:
    shell("python -m wdr_mcpd failures {log:q}")
