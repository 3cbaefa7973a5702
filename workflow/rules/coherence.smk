rule mcpd_of_exam:
    input:
        volume="results/volumes/{exam}.npz",
    output:
        "results/mcpd/{exam}.csv",
    log:
        "results/logs/mcpd/{exam}.log",
    benchmark:
        "results/logs/benchmarks/mcpd/{exam}.tsv"
    conda:
        "../../environment.yml"
    params:
        code=code_hash("coherence", "data/exam", "cli/coherence"),
        unit=config["mcpd_unit"],
        reference=config["mcpd_reference"],
    message:
        "{wildcards.exam}: average MCPD of each slice (eq. 1)"
    shell:
        "python -m wdr_mcpd mcpd {input.volume:q} --unit {params.unit} --reference {params.reference}"
        " --out {output:q} 2> {log:q}"


MCPD += expand("results/mcpd/{exam}.csv", exam=EXAMS)
