# What the report shows: file below results/ -> category and title. Its caption is workflow/report/STEM.rst.
REPORT_TABLES = {
    "paper": ("1. Paper tables", "Section Results, in the paper's order"),
    "tables/table1": ("1. Paper tables", "Table 1: 3D-WDR, every slice"),
    "tables/table2": ("1. Paper tables", "Table 2: average MCPD"),
    "tables/table3": ("1. Paper tables", "Table 3: 3D-WDR-MCPD, selected slices"),
    "tables/rates": ("3. Rates", "Quality against rate, as a table"),
    "tables/bjontegaard": ("3. Rates", "Bjontegaard differences"),
    "tables/transmission": ("3. Rates", "Progressive transmission, as a table"),
    "tables/thresholds": ("4. Threshold", "Threshold sweep, as a table"),
    "tables/crossval": ("4. Threshold", "Cross-validation of the threshold"),
    "tables/whole_exam": ("5. Whole exam", "The whole exam at equal bits, as a table"),
    "tables/decomposition": ("5. Whole exam", "What the gain is made of, as a table"),
    "tables/tumour": ("6. Tumour", "Quality inside the tumour, as a table"),
    "tables/peers": ("7. Peers", "Today's codecs beside ours, as a table"),
    "tables/peers-cost": ("7. Peers", "Speed and memory, as a table"),
    "tables/claims": ("8. Audit", "The paper's claims and our verdicts"),
    "tables/readings": ("8. Audit", "Readings of what the paper leaves open"),
    "data/series": ("9. Data", "Series of the study"),
}
REPORT_FIGURES = {
    "figure1": ("2. Paper figures", "Figure 1"),
    "figure2": ("2. Paper figures", "Figure 2"),
    "rates": ("3. Rates", "Quality against rate"),
    "transmission": ("3. Rates", "Progressive transmission"),
    "thresholds": ("4. Threshold", "Threshold sweep"),
    "whole_exam": ("5. Whole exam", "The whole exam at equal bits"),
    "decomposition": ("5. Whole exam", "What the gain is made of"),
    "tumour": ("6. Tumour", "Quality inside the tumour"),
    "peers": ("7. Peers", "Today's codecs beside ours"),
    "peers-speed": ("7. Peers", "Speed and quality"),
    "peers-lossless": ("7. Peers", "Bits per voxel without loss"),
}


def caption(name):
    return str(HERE / "workflow" / "report" / f"{name}.rst")


def made_by_this_configuration():
    """Outputs that a run makes for its readers."""
    return [*TABLES, *FIGURES, *PAPER, *CLAIMS, *CROSSVAL, *SWEEP, *(PEERS if config["peers"] else [])]


def shown_tables():
    stems = {os.path.splitext(path)[0] for path in made_by_this_configuration()}
    return [name for name in REPORT_TABLES if f"results/{name}" in stems]


def shown_figures():
    made = {*made_by_this_configuration()} - {*PAPER_FIGURES} | {*SHOWN_FIGURES}
    return sorted(path for path in made if path.endswith(".png") and Path(path).stem in REPORT_FIGURES)


def table_source(name):
    """A table is shown as its readers' page where it has one, else as it is."""
    return f"results/{name}.tsv" if name.startswith("data/") else f"results/{name}.md"


def flagged_page(name):
    category, title = REPORT_TABLES[name]
    return report(
        f"results/report/{os.path.basename(name)}.html",
        category=category,
        caption=caption(os.path.basename(name)),
        labels={"item": title},
    )


def flagged_figure(path):
    category, title = REPORT_FIGURES[Path(path).stem]
    folder = Path(path).parent.name
    return report(
        path,
        category=category,
        caption=caption(Path(path).stem),
        labels={"item": title if folder == "figures" else f"{title}, exam {folder}"},
    )
