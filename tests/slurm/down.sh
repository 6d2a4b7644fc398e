#!/usr/bin/env bash
# Stop what up.sh started, each process by the id in its file, and remove its folder.
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin" LC_ALL=C

dir=${SLURM_TEST_DIR:-${TMPDIR:-/tmp}/goodunits-slurm}
mark="# written by tests/slurm/up.sh"
unset SLURM_CONF

# runs PID NAME: is it still that program, and no zombie?
runs() { [ "$(cat "/proc/$1/comm" 2>/dev/null)" = "$2" ] && ! grep -q '^State:.Z' "/proc/$1/status"; }

# stop NAME: ask it to end, and end it after 15 s
stop() {
  local pid tries=150
  pid=$(cat "$dir/$1.pid" 2>/dev/null) || return 0
  runs "$pid" "$1" && kill -TERM "$pid"
  while runs "$pid" "$1"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { kill -KILL "$pid" && break; }
    sleep 0.1
  done
  rm -f "$dir/$1.pid"
}

# Processes that jobs left behind: Slurm names its cluster in their environment.
job_processes() {
  local folder
  for folder in /proc/[0-9]*; do
    { tr '\0' '\n' <"$folder/environ" | grep -qxF SLURM_CLUSTER_NAME=goodunits; } 2>/dev/null &&
      echo "${folder#/proc/}"
  done
  return 0
}

[ -z "${SLURM_JOB_ID:-}" ] || { echo "slurm down: not from inside a job" >&2; exit 1; }
[ -d "$dir" ] || exit 0
if timeout 5 scontrol ping >/dev/null 2>&1; then
  timeout 20 scancel --user=root || true
  for _ in $(seq 1 50); do
    [ -z "$(timeout 5 squeue -h -o %A)" ] && break
    sleep 0.2
  done
fi
stop slurmd
for pid in $(job_processes); do kill -KILL "$pid" 2>/dev/null || true; done
stop slurmctld
stop munged
# With a configuration and no controller behind it every snakemake that has the executor plugin waits 9 s.
for file in /etc/slurm/slurm.conf /etc/slurm/cgroup.conf; do
  if [ "$(head -1 "$file" 2>/dev/null)" = "$mark" ]; then rm -f "$file"; fi
done
rm -rf "${dir:?}"
