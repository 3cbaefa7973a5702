#!/usr/bin/env bash
# Run the synthetic cohort on this machine and through Slurm, and compare every table byte for byte.
# run.sh [SNAKEMAKE [TARGET...]]: needs root and Debian's slurm-wlm and munge; leaves nothing running.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
snakemake=$(realpath -s "${1:-$root/.venv/bin/snakemake}")
targets=("${@:2}")
work=$(mktemp -d)
finish() {
  status=$?
  "$here/one-node-slurm.sh" stop "$work/slurm-state"
  if [ "$status" = 0 ]; then rm -rf "$work"; else echo "test-cluster: failed; files kept in $work" >&2; fi
}
trap finish EXIT
tables() { (cd "$1/results" && find . -path ./logs -prune -o -path ./benchmarks -prune -o \
  \( -name '*.csv' -o -name '*.tsv' -o -name '*.md' -o -name '*.tex' \) -print | sort); }

"$here/one-node-slurm.sh" start "$work/slurm-state"
cd "$root"
common=(--configfile "$here/cohort.yaml" --snakefile "$root/Snakefile")
"$snakemake" "${targets[@]}" "${common[@]}" --directory "$work/local"
"$snakemake" "${targets[@]}" "${common[@]}" --directory "$work/slurm" --workflow-profile profiles/slurm \
  --jobs "$(nproc)" --cores "$(nproc)" --latency-wait 10 --default-resources slurm_partition=main mem_mb=500 runtime=10

diff <(tables "$work/local") <(tables "$work/slurm") || { echo "test-cluster: the runs wrote different files" >&2; exit 1; }
count=0
while read -r table; do
  cmp "$work/local/results/$table" "$work/slurm/results/$table" || exit 1
  count=$((count + 1))
done < <(tables "$work/local")
[ "$count" -gt 0 ] || { echo "test-cluster: no table was written" >&2; exit 1; }
jobs=$(grep -c "JobId=.*JobState=COMPLETED" <(scontrol --oneliner show jobs) || true)
[ "$jobs" -gt 0 ] || { echo "test-cluster: no job went through Slurm" >&2; exit 1; }
echo "test-cluster: $count tables are the same byte for byte; $jobs jobs went through Slurm"
