# Rates are given against 3D-WDR, whichever methods are compared.
COMPARED = list(dict.fromkeys([*config["methods"], "3d-wdr"]))
PEER_QUALITY = "results/peers/{exam}/{peer}.csv"


rule peer_quality:
    input:
        volume="results/volumes/{exam}.npz",
    output:
        PEER_QUALITY,
    log:
        "results/logs/peers/{exam}/{peer}.log",
    benchmark:
        "results/logs/benchmarks/peers/{exam}/{peer}.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash("peers", "study/peers", "study/quality", "study/frames", "data/exam", "cli/peers"),
        rates=rates(),
        measures=measures(),
    message:
        "{wildcards.exam}: PSNR and SSIM of {wildcards.peer} at {params.rates} bits per voxel"
    shell:
        "python -m wdr_mcpd peer-quality {input.volume:q} --exam {wildcards.exam:q} --peer {wildcards.peer}"
        " --rates {params.rates} {params.measures} --out {output:q} 2> {log:q}"


rule peer_tables:
    input:
        series="results/data/series.tsv",
        volumes=of_all("results/volumes/{exam}.npz"),
        quality=of_all("results/quality/{exam}/{method}.csv", method=COMPARED),
        peers=of_all(PEER_QUALITY, peer=peer_names()),
        benchmarks=expand("results/peers/bench/{name}.csv", name=["codec_speed", "lossless"]),
    output:
        study_tables("peers", "peers-cost"),
        multiext("results/figures/peers", ".png", ".svg"),
        multiext("results/figures/peers-speed", ".png", ".svg"),
        multiext("results/figures/peers-lossless", ".png", ".svg"),
    log:
        "results/logs/tables/peers.log",
    benchmark:
        "results/logs/benchmarks/tables/peers.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash(
            "paper/comparison",
            "paper/peer_figures",
            "paper/labels",
            "paper/render",
            "paper/speed_table",
            "paper/style",
            "study/peers",
            "study/rates",
            "study/statistics",
            "study/cohort",
            "study/frames",
            "data/exam",
            "data/series",
            "cli/peers",
        ),
        rate=config["table_rate"],
        methods=COMPARED,
        peers=peer_names(),
        readings=readings(),
    message:
        "Our methods beside today's codecs"
    shell:
        "python -m wdr_mcpd peers --series {input.series:q} --quality results/quality"
        " --methods {params.methods} --peer-quality results/peers --peers {params.peers}"
        " --volumes results/volumes --benchmarks results/peers/bench --rate {params.rate} --readings {params.readings:q}"
        " --out results 2> {log:q}"


# Speeds are only worth something on a machine that does nothing else: the rule takes all cores.
rule peer_speed:
    input:
        volumes=of_all("results/volumes/{exam}.npz"),
    output:
        expand("results/peers/bench/{name}.csv", name=["codec_speed", "lossless", "notes", "machine"]),
    log:
        "results/logs/peers/bench.log",
    benchmark:
        "results/logs/benchmarks/peers/bench.tsv"
    conda:
        "../../environment.yml"
    threads: workflow.cores
    params:
        code=code_hash("bench", "peers", "codec", "methods", "coherence", "data/exam", "cli/bench"),
        rate=config["table_rate"],
        volumes=lambda wildcards, input: [f"{exam}={volume}" for exam, volume in zip(EXAMS, input.volumes)],
    message:
        "Speed, memory and lossless rate beside today's codecs"
    shell:
        "python -m wdr_mcpd bench {params.volumes:q} --only lossless codec_speed --rate {params.rate} --out results/peers/bench 2> {log:q}"


PEERS += rules.peer_tables.output + rules.peer_speed.output
