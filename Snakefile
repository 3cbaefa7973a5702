from pathlib import Path

HERE = Path(workflow.basedir)


configfile: HERE / "config" / "config.yaml"


include: "workflow/rules/common.smk"


config = checked(config)

# What the named targets build: each stage below appends its outputs.
EXAMS = []
MCPD, PAPER, TABLES, FIGURES, SWEEP, CROSSVAL, CLAIMS, PEERS, REPORT = ([] for _ in range(9))
CHECKS = ["results/checks/paper.txt", "results/checks/study.txt"]

for stage in ("series", "data", "coherence", "codec", "study", "peers", "paper", "report", "checks"):
    rules_of_stage = HERE / "workflow" / "rules" / f"{stage}.smk"
    if rules_of_stage.exists():

        include: rules_of_stage


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


onerror:
    shell("python -m wdr_mcpd failures {log:q}")
