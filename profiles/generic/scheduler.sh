# Read by submit.sh, status.sh and cancel.sh: which batch system, and what your site wants.
# shellcheck shell=bash disable=SC2034

# sge, pbs (PBS Pro, OpenPBS), torque, lsf or slurm. Empty: found by the commands of this machine.
scheduler=${GOODUNITS_SCHEDULER:-}
# Options for every job: queue, project, account, such as (-q short.q) or (-P mylab -q normal).
options=()
# The parallel environment of a Grid Engine site.
sge_parallel_environment=smp
# Memory unit of LSF's -M and rusage (LSF_UNIT_FOR_LIMITS in lsf.conf): KB or MB.
lsf_memory_unit=MB

found() { command -v "$1" >/dev/null; }

if [ -z "$scheduler" ]; then
  if found sbatch; then scheduler=slurm
  elif found bsub; then scheduler=lsf
  elif found qconf; then scheduler=sge
  elif found qsub; then scheduler=pbs
  else echo "profiles/generic: none of sbatch, bsub, qconf, qsub is on this machine" >&2 && exit 1
  fi
fi
