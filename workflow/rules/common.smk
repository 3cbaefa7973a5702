import gc
import json
import os
import sys
from dataclasses import asdict

import yaml

from wdr_mcpd.arguments import check_targets
from wdr_mcpd.baselines.codecs import CODECS
from wdr_mcpd.config import configuration
from wdr_mcpd.data.study import read_excluded
from wdr_mcpd.data.study import check_slices, how_to_make_a_table, series_of_study
from wdr_mcpd.errors import InputError
from wdr_mcpd.failures import failures
from wdr_mcpd.methods import ALONE, BASELINE, DEFAULT, PROPOSED
from wdr_mcpd.places import Results, sidecar_of
from wdr_mcpd.step import code_hash
from wdr_mcpd.study.cohort import first_exams, grouped_exams

RULES = workflow.current_basedir
IN_BUCKET = bool(workflow.storage_settings.default_storage_provider)  # where files have other names
COMMANDS = ("snakemake", "__main__.py")

# The graph of a large cohort is millions of objects that stay to the end: looking for garbage among them all the time
# takes a fifth of the time to build it, and finds none.
gc.set_threshold(1_000_000, 100, 1000)


def or_stop(function, *arguments):
    """What a function gives, or one line that says what is wrong, before anything runs."""
    try:
        return function(*arguments)
    except InputError as error:
        sys.exit(f"wdr-mcpd: {error}")


def step(function, *names, **values):
    """Parameters of a step: its function, the keys and values that it gets by name, and the hash of its code."""
    settings = {name: CONFIGURATION.value(name) for name in names} | values
    return {"step": function, "settings": settings, "code": code_hash(function)}


def as_cut(cutting):
    """A step that cuts slices out of a series, which may have a `slice_step` of its own in the table of series."""

    def settings(wildcards):
        own = SERIES[wildcards.exam].slice_step
        return cutting["settings"] | ({"slice_step": own} if own else {})

    return cutting | {"settings": settings}


def several(**steps):
    """Parameters of a job that runs several steps in one process, by the name of the output that each makes."""
    of_each = {name: {made: one[name] for made, one in steps.items()} for name in ("step", "settings")}
    return of_each | {"code": " ".join(one["code"] for one in steps.values())}


def finish_steps():
    """Give every step its script, log and benchmark, by rule and wildcards; what is there goes before new series."""
    like = rules.step.rule
    for one in workflow.rules:
        one.priority = int(one.name != "fetch")
        if one.norun and "step" in one.params.keys():  # one without a name of its own, made in a loop
            for kind in ("norun", "script", "conda_env", "run_func", "run_func_src", "basedir"):
                setattr(one, kind, getattr(like, kind))
        if one.script and not one.log:
            wildcards = sorted(one.wildcard_names) if one.has_wildcards() else []
            stem = Path(one.name, *(f"{{{name}}}" for name in wildcards))
            one.log_modifier = one.benchmark_modifier = workflow.modifier.path_modifier
            one.set_log(below(f"logs/{stem}.log"))
            one.benchmark = below(f"logs/benchmarks/{stem}.tsv")


def made_here(path):
    """Say whether some rule makes a file; one of an exam only if the study has this exam."""
    found = [one.get_wildcards(path) for one in workflow.rules if one.is_producer(path)]
    return IN_BUCKET or any(wildcards.get("exam", "") in {"", *SERIES} for wildcards in found)


def names_here():
    """Give the names of the rules and of the files that do not depend on an exam."""
    whole = [str(path) for one in workflow.rules for path in one.output if not one.has_wildcards()]
    return [*(one.name for one in workflow.rules), *whole]


def beside(*names):
    """Files of the checkout, whatever the working folder is and whoever uses this workflow as a module."""
    return [local(os.path.relpath(HERE / name)) for name in names]


def given_table():
    """The table that names the exams, in the working folder or beside this file; None for the synthetic cohort."""
    if CONFIGURATION.source == "synthetic":
        return None
    if CONFIGURATION.source == "local" and not CONFIGURATION.data_folder:
        raise InputError("data_folder: source local needs the folder with the DICOM series")
    named = CONFIGURATION.series or ("config/series/sample.tsv" if CONFIGURATION.source == "sample" else None)
    places = [Path(named), Path(os.path.relpath(HERE / named))] if named else []
    found = next((place for place in places if place.exists()), None)
    if found is None:
        hint = how_to_make_a_table(CONFIGURATION.source, CONFIGURATION.data_folder, named or "my.tsv")
        raise InputError(f"series: {named or 'is not set'}; {hint}")
    return found


def exams_of_study():
    """The row of each exam; where a bad series stops the run, each has as many images as slices are taken."""
    rows = series_of_study(CONFIGURATION.source, TABLE, CONFIGURATION.value("synthetic"))
    if CONFIGURATION.on_bad_series == "fail":
        for row in rows:
            check_slices(row, CONFIGURATION.slices, CONFIGURATION.first_slice, CONFIGURATION.slice_step)
    return {row.exam_id: row for row in rows}


def exams():
    """Exams of the study without those that are left out, which are known once all series are there."""
    if not MAY_EXCLUDE:
        return list(SERIES)
    left_out = read_excluded(Path(checkpoints.excluded.get().output.out))
    return [exam for exam in SERIES if exam not in left_out]


def of_all(*paths, among=list, only=None, **values):
    """Files of all exams, as a function: only a process whose graph holds the rule makes the list, not each job."""
    patterns = [str(path) for path in paths]
    return lambda wildcards: expand(patterns, exam=among(exams())[:only], **values)


def pictures_shown(wildcards):
    """Figures 1 and 2 of the exams that pages for readers show, exam by exam."""
    pictures = [path for path in FIGURES_OF_EXAM if path.endswith(".png")]
    return [path.format(exam=exam) for exam in exams()[:SHOWN_EXAMS] for path in pictures]


def of_methods(path, methods):
    """Files of one exam, one for each method."""
    return expand(str(path), method=methods, allow_missing=True)


def below(path):
    """A file of this run's results."""
    return str(RESULTS.root / path)


def tables(*names):
    """Files of tables."""
    return [str(path) for name in names for path in RESULTS.table(name)]


def figures(*names):
    """Files of figures."""
    return [str(path) for name in names for path in RESULTS.figure(name)]


def sidecars(paths):
    """Provenance of tables and figures: one file for all with the same stem."""
    return list(dict.fromkeys(str(sidecar_of(Path(path))) for path in paths))


def families(*left_out):
    """Names of the families of tables and figures that this configuration makes."""
    asked = {"baselines": CONFIGURATION.baselines, "evidence": CONFIGURATION.evidence}
    return [name for name in MADE if name not in left_out and asked.get(name, True)]


def shown(*names):
    """Tables and figures of families."""
    return [
        path for name in names for path in tables(*MADE[name]["tables"]) + figures(*MADE[name]["figures"])
    ]


def with_provenance(*names):
    """Tables and figures of families and their provenance."""
    return shown(*names) + sidecars(shown(*names))


def encoding(methods):
    """The step that encodes an exam by some methods; its settings hold only what changes a stream."""
    known = {name: CONFIGURATION.registry[name] for name in methods}
    selection = SELECTION if set(SELECTING) & set(methods) else ()
    codings = {
        name: {"grouping": one.grouping, "coding": asdict(one.settings)} for name, one in known.items()
    }
    return step("study.encode.encode", *selection, methods=codings, rate=max(CONFIGURATION.rates))


def checked(methods):
    """What the check of an exam's streams reads."""
    coded, measured = (of_methods(path, methods) for path in (RESULTS.stream(), RESULTS.quality()))
    return {"volume": RESULTS.volume(), "mcpd": RESULTS.mcpd(), "coded": coded, "measured": measured}


def verified(family, *shown_families):
    """What the check of all tables and figures of a target reads."""
    made, methods = shown(*(shown_families or [family])), STREAMS_OF[family]
    of_streams = of_all(RESULTS.stream(), RESULTS.quality(), method=methods)
    of_exams = of_all(RESULTS.manifest(), RESULTS.mcpd(), *FIGURES_OF_EXAM)
    return {
        "series": RESULTS.series_table(),
        "sidecars": sidecars(made),
        "of_exams": of_all(*sidecars(FIGURES_OF_EXAM)),
        "checked": of_all(RESULTS.checked_stream(), method=methods),
        "files": made,
        # Where there is a folder they are there; in the graph of a large cohort they would be a third of all.
        "measured": (lambda wildcards: of_streams(wildcards) + of_exams(wildcards)) if IN_BUCKET else [],
    }


def measured_of_exam(wildcards):
    """What is measured of each exam of one part; tables and figures over all exams are made from these files."""
    part = exams()[int(wildcards.number) - 1 :: int(wildcards.parts)]
    kinds = [RESULTS.of_exam(kind) for kind in ("sweep", "whole_exam", "readings", "controls", "fidelity")]
    per_exam = [RESULTS.mcpd(), *kinds, *sidecars(FIGURES_OF_EXAM)]
    measured = expand([str(path) for path in per_exam], exam=part)
    for path in (RESULTS.quality(), RESULTS.checked_stream()):
        measured += expand(str(path), exam=part, method=STREAMS_OF["study"])
    return measured + expand(str(RESULTS.baseline()), exam=part, baseline=COMPARED_CODECS)


def in_report(path):
    """A file of the report with its section, title and caption (workflow/report/NAME.rst)."""
    folder, name = os.path.splitext(path)[0].split("/")[-2:]
    exam = {"few": name}.get(folder, "" if folder in ("tables", "figures", "data", "cohorts") else folder)
    stem = "viewer" if folder == "few" else name
    section, item = next((title, items[stem]) for title, items in IN_REPORT.items() if stem in items)
    labels = {
        "item": f"{item}, {exam}" if exam else item,
        "kind": "figure" if path.endswith(".png") else "table",
    }
    # A caption is a file to Snakemake, not its name, where the inputs of a rule are a function.
    caption = RULES.join(f"../report/{stem}.rst")
    return report(path, category=section, caption=caption, labels=labels)
