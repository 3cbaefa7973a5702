# What a run makes, from its configuration: exams, methods, and the tables and figures of each target.
CONFIGURATION = or_stop(configuration, config)
config.update(CONFIGURATION.model_dump(warnings=False))  # captions of the report tell keys
RESULTS = Results.of_run(CONFIGURATION.run)
TABLE = or_stop(given_table)
GIVEN = local(str(TABLE)) if TABLE else []
SERIES = or_stop(exams_of_study)

MAY_EXCLUDE = "exclude" in (CONFIGURATION.on_bad_series, CONFIGURATION.on_missing)

# Keys that many steps receive: what cuts the slices of the study, how PSNR and SSIM are read, what selects slices, the statistics, the notes of tables.
CUT = ("slices", "first_slice", "slice_step", "slice_average", "slice_axis")
MEASURES = ("psnr_peak", "ssim_range", "ssim_window")
SELECTION = ("mcpd_unit", "threshold")
CODED = ("coding", "psnr_peak")
MEASURED = (*MEASURES, "decomposition", "in_plane_levels", "axial_levels")
AT = ("table_rate", "threshold")
READ = ("table_rate", *SELECTION, "mcpd_reference")
FOLDS = ("folds", "min_selected", "objective")

# Each table and figure belongs to the first target that builds it, so that no target waits for another's.
MADE = {
    "paper": ("table1 table2 table3", ""),
    "sweep": ("thresholds", "thresholds"),
    "crossval": ("crossval", ""),
    "claims": ("claims readings", ""),
    "study": (
        "rates bjontegaard transmission whole_exam decomposition controls tumour fidelity recommendations",
        "rates transmission whole_exam decomposition controls tumour",
    ),
    "evidence": (
        "standing groupings spacing rate_law alternatives bounds orders units joint_readings",
        "standing laws",
    ),
    "baselines": ("baselines baselines-cost", "baselines baselines-speed baselines-lossless"),
}
MADE = {
    family: {"tables": tables.split(), "figures": figures.split()}
    for family, (tables, figures) in MADE.items()
}
FIGURES_OF_EXAM = figures("{exam}/figure1", "{exam}/figure2")
# Pages for readers show the figures of a few exams, however large the cohort is.
SHOWN_EXAMS = 10

# The audit compares the paper's two methods, every slice alone, and 3D-WDR with its axial depth chosen by content. The
# sweep encodes by itself, and so do the folds, which rest on it.
AUDITED = [BASELINE, PROPOSED, ALONE, DEFAULT]
EVERY_METHOD = sorted({*AUDITED, *CONFIGURATION.methods})
STREAMS_OF = {family: EVERY_METHOD for family in MADE}
STREAMS_OF |= {"paper": [BASELINE, PROPOSED, ALONE], "sweep": [], "crossval": [], "claims": AUDITED}
SELECTING = [name for name, method in CONFIGURATION.registry.items() if method.grouping == "mcpd"]
STREAM_JOBS = {}
for name in EVERY_METHOD:
    group = ("paper" if name in STREAMS_OF["paper"] else "study") + "_selecting" * (name in SELECTING)
    STREAM_JOBS.setdefault(group, []).append(name)
OTHERS = [name for name in EVERY_METHOD if name not in STREAMS_OF["paper"]]
CHECKING = step("checks.streams.check", "rates", "psnr_peak", *SELECTION, selecting=SELECTING)
COMPARED_CODECS = [name for name, codec in CODECS.items() if codec.control] if CONFIGURATION.baselines else []
BENCHMARKS = {
    name: below(f"baselines/bench/{name}.csv") for name in ("codec_speed", "lossless", "notes", "machine")
}

IN_REPORT = yaml.safe_load((HERE / "workflow/report/contents.yaml").read_text(encoding="utf-8"))
TABLES_SHOWN = [name for family in families() for name in MADE[family]["tables"]]
FIGURES_SHOWN = [name for family in families() for name in MADE[family]["figures"]]
# What a plain run does not measure is shown as it was committed, once it is.
COMMITTED = [f"cohorts/cohorts{of}" for of in ("", "-rates", "-spacing", "-draws", "-groupings")]
if not CONFIGURATION.evidence:
    COMMITTED += [f"evidence/{kind}/{name}" for kind, names in MADE["evidence"].items() for name in names]
COMMITTED = [
    f"results/reference/{name}{suffix}"
    for name in COMMITTED
    for suffix in ((".png",) if Path(name).parent.name == "figures" else (".csv", ".md"))
    if (HERE / f"results/reference/{name}{suffix}").exists()
]

# What open cohorts say stands at the beginning of the report and of paper.md.
COHORTS = {
    "cohorts": beside(*(path for path in COMMITTED if path.endswith(("cohorts.csv", "-rates.csv")))),
    "of_cohorts": beside(
        *(str(Path(path).with_suffix(".png")) for path in COMMITTED if path.endswith("cohorts.csv"))
    ),
}

# Polite to the archives, also where many jobs run at a time; --resources downloads=N goes before it.
if "downloads" not in workflow.global_resources:
    workflow.register_resource("downloads", CONFIGURATION.parallel_downloads)
