#!/usr/bin/env bash
# Bring up a real Slurm of one node on this machine, for the tests: as root, without systemd.
#
#   tests/slurm/up.sh      start (installs slurm-wlm where it is missing)
#   tests/slurm/down.sh    stop
#
# Everything lies in SLURM_TEST_DIR (default: goodunits-slurm in the temporary folder), but for munge,
# which keeps its key and socket where Debian has them, and /etc/slurm/{slurm,cgroup}.conf: the executor
# plugin takes SLURM_CONF away from its jobs, so their configuration must lie in the default place.
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin" LC_ALL=C
umask 022

dir=${SLURM_TEST_DIR:-${TMPDIR:-/tmp}/goodunits-slurm}
port=${SLURM_TEST_PORT:-6917}
memory_mb=$(awk '/^MemTotal/ {print int($2 / 1024 * 0.9)}' /proc/meminfo)
node=$(uname -n)
node=${node%%.*}
mark="# written by tests/slurm/up.sh"
unset SLURM_CONF

die() {
  echo "slurm up: $*" >&2
  tail -n 15 "$dir"/log/*.log >&2 2>/dev/null || true
  exit 1
}

# wait_for SECONDS COMMAND...: try until it succeeds
wait_for() {
  local tries=$(($1 * 5))
  shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    sleep 0.2
  done
}

node_is_up() { timeout 5 sinfo -h -N -n "$node" -o %T | grep -qE '^(idle|mixed|allocated|completing)$'; }
munge_answers() { munge -n | unmunge; }

install_packages() {
  command -v slurmctld slurmd munged >/dev/null && return
  local apt=(apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -y -qq)
  local packages=(slurm-wlm munge)
  export DEBIAN_FRONTEND=noninteractive
  # The package lists may be too old to be of use, or missing.
  { "${apt[@]}" install --no-install-recommends "${packages[@]}" ||
    { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "${packages[@]}"; }; } \
    </dev/null >"$dir/log/apt.log" 2>&1 || die "apt-get could not install ${packages[*]}"
}

write_configuration() {
  # Loopback only where this machine's name leads there; elsewhere a daemon would not find itself.
  local bind=""
  if getent ahostsv4 "$node" | head -1 | grep -q '^127\.'; then
    bind="CommunicationParameters=NoInAddrAny,NoCtldInAddrAny"
  fi
  mkdir -p /etc/slurm
  cat >/etc/slurm/slurm.conf <<CONF
$mark
ClusterName=goodunits
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=root
AuthType=auth/munge
MpiDefault=none
MailProg=/bin/true
$bind
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd.log
# No cgroups, so that it comes up in a container too. A step is its process group: linuxproc loses
# processes whose parent died first. Memory limits are kept by polling.
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
ReturnToService=2
SwitchType=switch/none
PriorityType=priority/basic
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2
AccountingStorageType=accounting_storage/none
# squeue still shows a job this many seconds after its end; the executor plugin relies on it.
MinJobAge=3600
KillWait=5
InactiveLimit=0
NodeName=$node NodeAddr=127.0.0.1 CPUs=4 RealMemory=$memory_mb State=UNKNOWN
PartitionName=test Nodes=$node Default=YES MaxTime=INFINITE DefMemPerCPU=$((memory_mb / 4)) State=UP
CONF
  printf '%s\nCgroupAutomount=no\nConstrainCores=no\nConstrainRAMSpace=no\n' "$mark" >/etc/slurm/cgroup.conf
}

start_munge() {
  munge_answers >/dev/null 2>&1 && return
  local owned=(install -d -o munge -g munge)
  "${owned[@]}" -m 0700 /etc/munge /var/log/munge
  "${owned[@]}" -m 0711 /var/lib/munge
  "${owned[@]}" -m 0755 /run/munge
  if [ ! -s /etc/munge/munge.key ]; then
    head -c 128 /dev/urandom >/etc/munge/munge.key
    chown munge:munge /etc/munge/munge.key
    chmod 0400 /etc/munge/munge.key
  fi
  rm -f /run/munge/munge.socket.2*
  setpriv --reuid munge --regid munge --clear-groups munged --pid-file /run/munge/munged.pid \
    </dev/null >"$dir/log/munged.log" 2>&1 || die "munged did not start"
  wait_for 10 munge_answers || die "munge does not answer"
  cp /run/munge/munged.pid "$dir/munged.pid"
}

[ "$(id -u)" = 0 ] || die "run it as root"
if [ -s /etc/slurm/slurm.conf ] && [ "$(head -1 /etc/slurm/slurm.conf)" != "$mark" ]; then
  die "this machine has a Slurm of its own (/etc/slurm/slurm.conf), which is left alone"
fi
mkdir -p "$dir/log" "$dir/state" "$dir/spool"
install_packages
if ! node_is_up 2>/dev/null; then
  write_configuration
  start_munge
  slurmctld </dev/null >"$dir/log/slurmctld.start.log" 2>&1 || die "slurmctld did not start"
  wait_for 20 scontrol ping || die "slurmctld does not answer"
  slurmd </dev/null >"$dir/log/slurmd.start.log" 2>&1 || die "slurmd did not start"
  wait_for 5 node_is_up || scontrol update nodename="$node" state=resume >/dev/null 2>&1 || true
  wait_for 30 node_is_up || die "node $node does not come up"
fi
