# What a run makes, from its configuration: exams, methods, and the tables and figures of each target.
CONFIGURATION = or_stop(configuration, config)
config.update(CONFIGURATION.model_dump(warnings=False))  # captions of the report tell keys
RESULTS = Results()
TABLE = or_stop(given_table)
GIVEN = local(str(TABLE)) if TABLE else []
SERIES = or_stop(exams_of_study)

# Keys that many steps receive: how PSNR and SSIM are read, what selects slices, the statistics, the notes of tables.
MEASURES = ("psnr_peak", "ssim_range", "ssim_window")
SELECTION = ("mcpd_unit", "threshold")
STATISTICS = ("bootstrap_samples", "seed")
MEASURED = (*MEASURES, "decomposition", "in_plane_levels", "axial_levels")
AT = ("table_rate", "threshold")
FOLDS = ("folds", "min_selected", "objective")

# Each table and figure belongs to the first target that builds it, so that no target waits for another's.
MADE = {
    "paper": {"tables": ["table1", "table2", "table3"], "figures": []},
    "sweep": {"tables": ["thresholds"], "figures": ["thresholds"]},
    "crossval": {"tables": ["crossval"], "figures": []},
    "claims": {"tables": ["claims", "readings"], "figures": []},
    "study": {
        "tables": ["rates", "bjontegaard", "transmission", "whole_exam", "decomposition", "tumour"],
        "figures": ["rates", "transmission", "whole_exam", "decomposition", "tumour"],
    },
    "baselines": {
        "tables": ["baselines", "baselines-cost"],
        "figures": ["baselines", "baselines-speed", "baselines-lossless"],
    },
}
FIGURES_OF_EXAM = figures("{exam}/figure1", "{exam}/figure2")
# Pages for readers show the figures of a few exams, however large the cohort is.
SHOWN_EXAMS = 10

# The audit compares the paper's two methods, and 3D-WDR with its axial depth chosen by content. The sweep encodes by
# itself, and so do the folds, which rest on it.
AUDITED = [BASELINE, PROPOSED, DEFAULT]
EVERY_METHOD = sorted({*AUDITED, *CONFIGURATION.methods})
STREAMS_OF = {family: EVERY_METHOD for family in MADE}
STREAMS_OF |= {"paper": [BASELINE, PROPOSED], "sweep": [], "crossval": [], "claims": AUDITED}
BEYOND_PAPER = [name for name in EVERY_METHOD if name not in STREAMS_OF["paper"]]
SELECTING = [name for name, method in CONFIGURATION.registry.items() if method.grouping == "mcpd"]
COMPARED_CODECS = [name for name, codec in CODECS.items() if codec.control] if CONFIGURATION.baselines else []
BENCHMARKS = {
    name: f"results/baselines/bench/{name}.csv" for name in ("codec_speed", "lossless", "notes", "machine")
}

# A viewer's page holds every picture of its methods: the paper's and the best one, or the first that are compared.
BEST = next(name for name, method in CONFIGURATION.registry.items() if method.settings.coder == "cc")
VIEWER_METHODS = [name for name in (BASELINE, PROPOSED, BEST) if name in CONFIGURATION.methods]
VIEWER_METHODS = VIEWER_METHODS or CONFIGURATION.methods[:3]

IN_REPORT = {
    "1. Paper tables": {
        "paper": "Section Results, in the paper's order",
        "table1": "Table 1: 3D-WDR, every slice",
        "table2": "Table 2: average MCPD",
        "table3": "Table 3: 3D-WDR-MCPD, selected slices",
    },
    "2. Paper figures": {"figure1": "Figure 1", "figure2": "Figure 2", "viewer": "Interactive viewer"},
    "3. Rates": {
        "rates": "Quality against rate",
        "bjontegaard": "Bjontegaard differences",
        "transmission": "Progressive transmission",
    },
    "4. Threshold": {"thresholds": "Threshold sweep", "crossval": "Cross-validation of the threshold"},
    "5. Whole exam": {
        "whole_exam": "The whole exam at equal bits",
        "decomposition": "What the gain is made of",
    },
    "6. Tumour": {"tumour": "Quality inside the tumour"},
    "7. Baselines": {
        "baselines": "Today's codecs beside ours",
        "baselines-cost": "Speed and memory",
        "baselines-speed": "Speed and quality",
        "baselines-lossless": "Bits per voxel without loss",
    },
    "8. Audit": {
        "claims": "The paper's claims and our verdicts",
        "readings": "Readings of what the paper leaves open",
    },
    "9. Data": {"series": "Series of the study"},
}
TABLES_SHOWN = [name for family in families() for name in MADE[family]["tables"]]
FIGURES_SHOWN = [name for family in families() for name in MADE[family]["figures"]]
SOURCES_OF_PAGES = [
    "results/paper.md",
    *(tables(name)[1] for name in TABLES_SHOWN),
    str(RESULTS.series_table()),
]
REPORT_PAGES = {f"results/report/{Path(source).stem}.html": source for source in SOURCES_OF_PAGES}
