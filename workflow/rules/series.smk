import json
import re
import subprocess

from wdr_mcpd.data.excluded import read_excluded
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
    where = "--collection COLLECTION"
    if config["source"] == "local":
        where = f"--data-folder {config['data_folder'] or 'FOLDER'}"
    return (
        f"source {config['source']} needs a table of series; make one: wdr-mcpd series list --source {config['source']} "
        f"{where} --description PATTERN --out {path}"
    )


def synthetic_cohort():
    """What draws the synthetic cohort, in the order of the commands."""
    return {name: config["synthetic"][name] for name in ("subjects", "slices", "size", "seed")}


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


def runs_jobs():
    """Tell whether this is the process that builds results, not one that only looks at the workflow."""
    looks = {"--unlock", "--lint", "--summary", "--dag", "--rulegraph", "--filegraph", "--report", "--touch"}
    looks |= {"-n", "--dry-run", "--dryrun", "--list-rules", "--delete-all-output", "--cleanup-metadata"}
    dry = any(re.fullmatch(r"-[a-z]*n[a-z]*", argument) for argument in sys.argv)
    return workflow.is_main_process and not dry and not looks & set(sys.argv)


def find_bad_series():
    """List the series that cannot be used, in a run of Snakemake of its own: the graph of this one must know them."""
    Path("results/data").mkdir(parents=True, exist_ok=True)
    Path("results/data/configuration.json").write_text(json.dumps(config))
    command = [sys.executable, "-m", "snakemake", EXCLUDED, "--snakefile", str(HERE / "Snakefile")]
    command += ["--cores", "all", "--configfile", "results/data/configuration.json"]
    environment = {**os.environ, "WDR_MCPD_FINDS_BAD_SERIES": "1"}
    if subprocess.run(command, env=environment).returncode != 0:
        sys.exit("wdr-mcpd: the series could not be fetched and read; the message is above")


EXCLUDED = "results/data/excluded.tsv"
SERIES_OF_EXAM = series_of_study()
EXAMS += SERIES_OF_EXAM

if config["on_bad_series"] == "exclude" and "WDR_MCPD_FINDS_BAD_SERIES" not in os.environ:
    if runs_jobs():
        find_bad_series()
    if Path(EXCLUDED).exists():
        left_out = read_excluded(Path(EXCLUDED))
        EXAMS[:] = [exam for exam in EXAMS if exam not in left_out]


def fetch_options():
    """What `wdr-mcpd fetch` needs beside the row of the table."""
    return {
        "sample": ["--sample", SAMPLE_ARCHIVE],
        "nbia": ["--base-url", config["base_url"]],
        "local": ["--data-folder", config["data_folder"], "--index", LOCAL_INDEX],
    }.get(config["source"], [])


def fetch_needs():
    """Files that must be there before `wdr-mcpd fetch`."""
    return {"sample": [SAMPLE_ARCHIVE], "local": [LOCAL_INDEX]}.get(config["source"], [])


def table_command():
    """Kind of table that `wdr-mcpd series` makes, with what a synthetic one needs."""
    if given_table() is not None:
        return ["check"]
    return ["synthetic", *(f"--{name}={value}" for name, value in synthetic_cohort().items())]
