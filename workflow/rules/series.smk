from wdr_mcpd.data.series import read_series_table, row_text
from wdr_mcpd.data.synthetic import synthetic_table


def given_table():
    """The committed or generated table that names the exams; None for the synthetic cohort."""
    if config["source"] == "synthetic":
        return None
    if config["series"]:
        given = Path(config["series"])
        return str(given if given.exists() else os.path.relpath(HERE / given))
    if config["source"] == "sample":
        return os.path.relpath(HERE / "config" / "series" / "sample.tsv")
    sys.exit(f"wdr-mcpd: series: {how_to_make_a_table('my.tsv')}")


def how_to_make_a_table(path):
    """The command that makes a table of series for the source in use."""
    where = {"local": config["data_folder"] or "FOLDER"}.get(config["source"], "COLLECTION")
    return (
        f"source {config['source']} needs a table of series; make one: wdr-mcpd series {config['source']} "
        f"{where} --description PATTERN --out {path}"
    )


def series_of_study():
    """Rows of the table, known before anything is downloaded."""
    try:
        table = given_table()
        if table is not None and not Path(table).exists():
            raise InputError(f"{config['series']}: no such file; {how_to_make_a_table(config['series'])}")
        if config["source"] == "local" and not config["data_folder"]:
            raise InputError("data_folder: source local needs the folder with the DICOM series")
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
    return {
        "sample": ["--archive", SAMPLE_ARCHIVE],
        "nbia": ["--base-url", config["base_url"]],
        "local": ["--data-folder", config["data_folder"], "--index", LOCAL_INDEX],
    }.get(config["source"], [])


def fetch_needs():
    """Files that must be there before `wdr-mcpd fetch`."""
    return {"sample": [SAMPLE_ARCHIVE], "local": [LOCAL_INDEX]}.get(config["source"], [])
