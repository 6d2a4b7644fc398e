#!/usr/bin/env bash
# Cancel the jobs with the given ids.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/scheduler.sh"

case $scheduler in
  slurm) scancel "$@" ;;
  lsf) bkill "$@" ;;
  *) qdel "$@" ;;
esac
