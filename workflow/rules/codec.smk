STREAM = "results/streams/{exam}/{method}.wdr"
QUALITY = "results/quality/{exam}/{method}.csv"


rule encode:
    input:
        volume="results/volumes/{exam}.npz",
    output:
        STREAM,
    log:
        "results/logs/encode/{exam}/{method}.log",
    benchmark:
        "results/logs/benchmarks/encode/{exam}/{method}.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash("methods", "data/exam", "cli/codec"),
        options=encode_options,
    message:
        "{wildcards.exam}: encoding with {wildcards.method}"
    shell:
        "python -m wdr_mcpd encode {input.volume:q} {output:q} {params.options:q} 2> {log:q}"


rule quality:
    input:
        volume="results/volumes/{exam}.npz",
        stream=STREAM,
    output:
        QUALITY,
    log:
        "results/logs/quality/{exam}/{method}.log",
    benchmark:
        "results/logs/benchmarks/quality/{exam}/{method}.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash("study/quality", "study/frames", "data/exam", "cli/study"),
        rates=rates(),
        measures=measures(),
    message:
        "{wildcards.exam}: PSNR and SSIM of {wildcards.method} at {params.rates} bits per voxel"
    shell:
        "python -m wdr_mcpd quality {input.volume:q} {input.stream:q} --exam {wildcards.exam:q} --method {wildcards.method}"
        " --rates {params.rates} {params.measures} --out {output:q} 2> {log:q}"
