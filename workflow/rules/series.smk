from wdr_mcpd.data.series import read_series_table, row_text
from wdr_mcpd.data.synthetic import synthetic_table


def given_table():
    """The committed or generated table that names the exams; None for the synthetic cohort."""
    if config["source"] == "synthetic":
        return None
    sample = os.path.relpath(HERE / "config" / "series" / "sample.tsv")
    path = config["series"] or (sample if config["source"] == "sample" else None)
    if path is None:
        sys.exit(
            f"wdr-mcpd: series: source {config['source']} needs a table of series; "
            f"`wdr-mcpd series {config['source']} --out my.tsv` makes one"
        )
    return path


def series_of_study():
    """Rows of the table, known before anything is downloaded."""
    try:
        table = given_table()
        rows = synthetic_table(**config["synthetic"]) if table is None else read_series_table(Path(table))
        for row in rows:
            if row.source != config["source"]:
                raise InputError(f"series: {table} is of source {row.source}, not {config['source']}")
        return {row.exam_id: row for row in rows}
    except InputError as error:
        sys.exit(f"wdr-mcpd: {error}")


SERIES_OF_EXAM = series_of_study()
EXAMS += SERIES_OF_EXAM


def fetch_options():
    """What `wdr-mcpd fetch` needs beside the row of the table."""
    options = {"sample": ["--archive", SAMPLE_ARCHIVE], "nbia": ["--base-url", config["base_url"]]}
    return options.get(config["source"], [])
