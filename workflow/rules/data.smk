use rule step as series_table with:
    input:
        table=GIVEN,
        excluded=str(RESULTS.excluded()) if CONFIGURATION.on_bad_series == "exclude" else [],
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
    conda:
        "../../environment.yml"
    params:
        **step("data.study.excluded_series", "source", "synthetic", "slices", "first_slice"),
    script:
        "../scripts/step.py"


use rule step as sample_archive with:
    output:
        out="results/data/pyradiomics-3.0.1.tar.gz",
    params:
        step="data.sample.sample_archive",
        settings={},
    message:
        "Sample data: downloading with pip (34 MB, once)"


use rule step as local_index with:
    output:
        out="results/data/local.tsv",
    params:
        step="data.local.local_index",
        settings={"data_folder": CONFIGURATION.data_folder},
    message:
        "Listing the DICOM series of data_folder (once; delete {output} to list them again)"


# A series that is there and whole is kept: the step checks it and downloads nothing. So its code has no hash.
use rule step as fetch with:
    input:
        archive=rules.sample_archive.output.out if CONFIGURATION.source == "sample" else [],
        index=rules.local_index.output.out if CONFIGURATION.source == "local" else [],
    output:
        manifest=update(str(RESULTS.manifest())),
    params:
        step="data.fetch.fetch_exam",
        settings=lambda wildcards: {
            "row": asdict(SERIES[wildcards.exam]),
            "base_url": CONFIGURATION.base_url,
            "data_folder": CONFIGURATION.data_folder,
        },


# What is there stays until the new one is whole: slices that an exam does not have delete nothing.
use rule step as volume with:
    input:
        manifest=RESULTS.manifest(),
    output:
        out=update(str(RESULTS.volume())),
    params:
        **step("data.exam.volume_of_exam", "slices", "first_slice"),
