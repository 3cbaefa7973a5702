#!/usr/bin/env bash
# A Slurm of one node on the loopback interface, for tests: one-node-slurm.sh start|stop FOLDER
# Needs root and Debian's slurm-wlm and munge; no systemd. State, logs and process ids are kept in FOLDER.
set -euo pipefail
action=${1:?start or stop} folder=${2:?folder for the state}
node=$(hostname -s)
etc=/etc/slurm/slurm.conf # Jobs find it here: Snakemake's plugin removes SLURM_CONF from their environment.

alive() { [ -s "$1" ] && kill -0 "$(cat "$1")" 2>/dev/null; }

stop() {
  for daemon in slurmd slurmctld munged; do
    ! alive "$folder/$daemon.pid" || kill "$(cat "$folder/$daemon.pid")"
  done
  [ "$(readlink -f "$etc")" != "$folder/slurm.conf" ] || rm -f "$etc"
}

configuration() {
  cat <<CONF
ClusterName=wdrmcpdtest
SlurmctldHost=$node(127.0.0.1)
SlurmUser=root
SlurmctldPort=17817
SlurmdPort=17818
# Only the loopback interface.
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$folder/munge.socket
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
# Without an accounting daemon squeue is asked for states, so finished jobs have to stay listed.
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MinJobAge=86400
# No control groups in a container.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=2,bf_interval=2
ReturnToService=2
NodeName=$node NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=$(awk '/MemTotal/ {print int($2 / 1024 * 0.8)}' /proc/meminfo) State=UNKNOWN
PartitionName=main Nodes=$node Default=YES MaxTime=INFINITE State=UP
CONF
}

start() {
  [ "$(id -u)" = 0 ] || { echo "one-node-slurm: needs root" >&2; exit 2; }
  for program in slurmctld slurmd munged srun; do
    PATH=$PATH:/usr/sbin command -v "$program" >/dev/null ||
      { echo "one-node-slurm: $program is missing: apt-get install slurm-wlm munge" >&2; exit 2; }
  done
  if [ -e "$etc" ] && [ "$(readlink -f "$etc")" != "$folder/slurm.conf" ]; then
    echo "one-node-slurm: $etc exists; this machine has a Slurm of its own" >&2
    exit 2
  fi
  mkdir -p "$folder/state" "$folder/spool" "$(dirname "$etc")"
  chmod 755 "$folder"
  [ -s "$folder/munge.key" ] || head -c 1024 /dev/urandom >"$folder/munge.key"
  chmod 600 "$folder/munge.key"
  configuration >"$folder/slurm.conf"
  ln -sfn "$folder/slurm.conf" "$etc"
  alive "$folder/munged.pid" || munged --force --socket="$folder/munge.socket" --pid-file="$folder/munged.pid" \
    --log-file="$folder/munged.log" --seed-file="$folder/munged.seed" --key-file="$folder/munge.key"
  alive "$folder/slurmctld.pid" || slurmctld -c
  alive "$folder/slurmd.pid" || slurmd -c
  for _ in $(seq 30); do
    if sinfo --noheader --format=%T 2>/dev/null | grep -q idle; then
      srun --nodes=1 true
      return
    fi
    sleep 1
  done
  echo "one-node-slurm: the node is not idle after 30 s; see $folder/slurmd.log" >&2
  exit 1
}

export PATH=$PATH:/usr/sbin
"$action"
