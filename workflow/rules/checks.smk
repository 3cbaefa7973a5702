# The figures of an exam have a rule of their own: no rule over all exams writes files of each exam, for Snakemake
# looks for every output of a job among all its inputs.
use rule step as provenance_of_figures with:
    input:
        files=FIGURES_OF_EXAM,
        series=RESULTS.series_table(),
        manifests=RESULTS.manifest(),
        streams=RESULTS.stream(method=PROPOSED),
    output:
        out=sidecars(FIGURES_OF_EXAM),
    localrule: True
    params:
        # A function of the input is not compared with the last run: a key that no figure uses reruns none.
        **step("checks.provenance.provenance")
        | {"settings": lambda wildcards, input: {"configuration": CONFIGURATION.model_dump(warnings=False)}},


for family in MADE:

    rule:
        name:
            f"provenance_of_{family}"
        input:
            files=shown(family),
            series=RESULTS.series_table(),
            manifests=of_all(RESULTS.manifest()),
            streams=of_all(RESULTS.stream(), method=STREAMS_OF[family]),
        output:
            out=sidecars(shown(family)),
        localrule: True
        params:
            **step("checks.provenance.provenance", configuration=CONFIGURATION.model_dump(warnings=False)),


use rule step as check_paper with:
    input:
        **verified("paper"),
    output:
        out=below("checks/paper.txt"),
    localrule: True
    params:
        **step("checks.results.check"),


use rule check_paper as check_study with:
    input:
        **verified("study", *families()),
    output:
        out=below("checks/study.txt"),
