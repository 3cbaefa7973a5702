# Every rule that computes is this one with other files: `use rule step as NAME with`, input, output (named) and
# params: **step("room.module.function", KEYS). finish_steps() gives it its log and its benchmark.
rule step:
    conda:
        "../../environment.yml"
    script:
        "../scripts/step.py"
