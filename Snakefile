from pathlib import Path

HERE = Path(workflow.current_basedir.get_path_or_uri(secret_free=True))


configfile: HERE / "config" / "config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/plan.smk"
include: "workflow/rules/step.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/measure.smk"
include: "workflow/rules/paper.smk"
include: "workflow/rules/study.smk"
include: "workflow/rules/evidence.smk"
include: "workflow/rules/checks.smk"
include: "workflow/rules/report.smk"


wildcard_constraints:
    exam=r"[^/]+",
    method=r"[^/]+",
    baseline=r"[^/]+",


rule all:
    default_target: True
    input:
        rules.series_table.output,
        with_provenance(*families()),
        of_all(RESULTS.mcpd(), *FIGURES_OF_EXAM, *sidecars(FIGURES_OF_EXAM)),
        rules.report.output,


rule paper:
    input:
        rules.series_table.output,
        rules.results_section.output,
        with_provenance("paper"),
        of_all(*FIGURES_OF_EXAM, *sidecars(FIGURES_OF_EXAM)),
        rules.check_paper.output,


MADE_TABLES, MADE_FIGURES = (
    [path for path in with_provenance(*families("baselines")) if f"/{kind}/" in path]
    for kind in ("tables", "figures")
)
for target, wanted in {
    "tables": [MADE_TABLES],
    "figures": [MADE_FIGURES, of_all(*FIGURES_OF_EXAM, *sidecars(FIGURES_OF_EXAM))],
    "mcpd": [of_all(RESULTS.mcpd())],
    "sweep": [of_all(RESULTS.of_exam("sweep")), with_provenance("sweep")],
    "crossval": [rules.cross_validation.output, with_provenance("crossval")],
    "claims": [with_provenance("claims")],
    "evidence": [rules.controls.output.joined, with_provenance("evidence")],
    "baselines": [rules.baseline_speed.output, with_provenance("baselines")],
}.items():

    rule:
        name:
            target
        input:
            *wanted,


rule part:
    # What is measured of one exam in so many: a large cohort is run in parts, so that no graph is large (docs/cluster.md).
    input:
        measured_of_exam,
    output:
        touch(below("parts/{number}-of-{parts}")),
    wildcard_constraints:
        number=r"[1-9]\d*",
        parts=r"[1-9]\d*",
    localrule: True


finish_steps()
# Where another workflow uses this one, or a program runs it, the words are not ours.
if Path(workflow.main_snakefile).parent.resolve() == HERE.resolve() and Path(sys.argv[0]).name in COMMANDS:
    check_targets(sys.argv[1:], names_here(), made_here)


onsuccess:
    from wdr_mcpd.report.closing import closing

    print(*closing(RESULTS.root, CONFIGURATION.model_dump(warnings=False)), sep="\n", file=sys.stderr)


onerror:
    print(*failures(*log), sep="\n", file=sys.stderr)
