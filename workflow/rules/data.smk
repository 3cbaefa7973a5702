use rule step as series_table with:
    input:
        table=GIVEN,
        excluded=str(RESULTS.excluded()) if MAY_EXCLUDE else [],
    output:
        out=RESULTS.series_table(),
    params:
        **step("data.study.series_table", "source", "synthetic"),


checkpoint excluded:
    input:
        table=GIVEN,
        manifests=expand(str(RESULTS.manifest()), exam=SERIES),
    output:
        out=RESULTS.excluded(),
    params:
        **step("data.study.excluded_series", "source", "synthetic", "on_bad_series", *CUT),


use rule step as sample_archive with:
    output:
        out=directory("results/data/sample"),
    localrule: CONFIGURATION.fetch_locally
    params:
        step="data.sample.sample_archive",
        settings={},
    message:
        "Sample data: downloading (69 MB, once)"


use rule step as local_index with:
    output:
        out=below("data/local.tsv"),
    params:
        step="data.local.local_index",
        settings={"data_folder": CONFIGURATION.data_folder},
    message:
        "Listing the DICOM series of data_folder (once; delete {output} to list them again)"


FETCHING = {name: CONFIGURATION.value(name) for name in ("base_url", "idc_endpoint", "data_folder")}
FETCHING |= {"limits": CONFIGURATION.download_limits, "exclude": MAY_EXCLUDE}


# A series that is there and whole is kept: the step checks it and downloads nothing. So its code has no hash.
use rule step as fetch with:
    input:
        sample=rules.sample_archive.output.out if CONFIGURATION.source == "sample" else [],
        index=rules.local_index.output.out if CONFIGURATION.source == "local" else [],
    output:
        **({} if CONFIGURATION.keep_series else {"fetched": temp(str(RESULTS.fetched()))}),
        manifest=update(str(RESULTS.manifest())),
    localrule: CONFIGURATION.fetch_locally
    resources:
        downloads=1,
    params:
        step="data.fetch.fetch_exam",
        settings=lambda wildcards: {"row": asdict(SERIES[wildcards.exam]), **FETCHING},


# What is there stays until the new one is whole: slices that an exam does not have delete nothing.
use rule step as volume with:
    input:
        **({} if CONFIGURATION.keep_series else {"fetched": str(RESULTS.fetched())}),
        manifest=RESULTS.manifest(),
    output:
        out=update(str(RESULTS.volume())) if CONFIGURATION.keep_series else temp(str(RESULTS.volume())),
        facts=update(str(RESULTS.facts())),
    params:
        **as_cut(step("data.cut.volume_of_exam", "keep_series", *CUT)),


use rule step as exam_table with:
    input:
        series=RESULTS.series_table(),
        facts=of_all(RESULTS.facts()),
    output:
        out=RESULTS.exam_table(),
    params:
        **step("data.study.exam_table"),
