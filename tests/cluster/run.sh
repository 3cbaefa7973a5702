#!/usr/bin/env bash
# Run the synthetic cohort on this machine, through Slurm, and with a bucket as its storage, and compare every table
# byte for byte; then once through Slurm with a bad series.
# run.sh [SNAKEMAKE [TARGET...]]: needs root and Debian's slurm-wlm and munge; leaves nothing running.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
snakemake=$(realpath -s "${1:-$root/.venv/bin/snakemake}")
python=$(dirname "$snakemake")/python
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
slurm() {
  "$snakemake" "$@" "${common[@]}" --directory "$work/slurm" --workflow-profile profiles/slurm --jobs "$(nproc)" \
    --cores "$(nproc)" --latency-wait 10 --default-resources slurm_partition=main mem_mb=500 runtime=10
}
slurm "${targets[@]}"

diff <(tables "$work/local") <(tables "$work/slurm") || { echo "test-cluster: the runs wrote different files" >&2; exit 1; }
count=0
while read -r table; do
  cmp "$work/local/results/$table" "$work/slurm/results/$table" || exit 1
  count=$((count + 1))
done < <(tables "$work/local")
[ "$count" -gt 0 ] || { echo "test-cluster: no table was written" >&2; exit 1; }
finished() { scontrol --oneliner show jobs | grep "JobState=COMPLETED"; }
jobs=$(finished | wc -l)
[ "$jobs" -gt 0 ] || { echo "test-cluster: no job went through Slurm" >&2; exit 1; }
held=$(finished | sed 's/.*RunTime=\([0-9:]*\).*/\1/' | awk -F: '{s += $1 * 3600 + $2 * 60 + $3} END {print s}')
worked=$(find "$work/slurm/results/logs/benchmarks" -name '*.tsv' -exec tail -qn 1 {} + | awk '{s += $1} END {print s}')
echo "test-cluster: $count tables are the same byte for byte; $jobs submissions held a core for $held s," \
  "the jobs in them took $worked s"

# A series that goes bad stops its exam and no other, and the end says what failed and why.
series=("$work"/slurm/results/data/series/*)
bad=$(basename "${series[0]}") good=$(basename "${series[1]}")
truncate -s 1 "${series[0]}/1-01.dcm"
touch "$work/before"
if slurm mcpd --forcerun volume 2>"$work/end"; then
  echo "test-cluster: a run with a bad series ended well" >&2
  exit 1
fi
grep "^wdr-mcpd: " "$work/end"
grep -q "^wdr-mcpd: volume failed for results/volumes/$bad.npz.*1-01.dcm has 1 bytes" "$work/end"
[ "$work/slurm/results/mcpd/$good.csv" -nt "$work/before" ]
"$python" -m pytest -q "$here/storage.py"
