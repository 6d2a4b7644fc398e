#!/usr/bin/env bash
# Print running, success or failed for a job id. A scheduler that does not answer just now, or an
# accounting that does not know the job yet, is no failure: running.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/scheduler.sh"

id=$1
# verdict EXIT_STATUS: of a job that has ended
verdict() { if [ "$1" = 0 ]; then echo success; else echo failed; fi; }
# field NAME: value in lines such as "  Exit_status = 0" or "exit_status  0"
field() { sed -n "s/^ *$1 *=\{0,1\} *\([^ ]*\).*/\1/p" | head -1; }

case $scheduler in
  slurm)
    case $(squeue -h -j "$id" --states=all -o %T 2>/dev/null) in
      COMPLETED) echo success ;;
      PENDING | CONFIGURING | RUNNING | COMPLETING | SUSPENDED | REQUEUED | RESIZING | "") echo running ;;
      *) echo failed ;;
    esac
    ;;
  sge)
    if qstat -j "$id" >/dev/null 2>&1; then
      echo running
    else
      record=$(qacct -j "$id" 2>/dev/null)
      exit_status=$(field exit_status <<<"$record")
      failed=$(field failed <<<"$record")
      if [ -z "$exit_status" ]; then echo running; else verdict "$((exit_status + failed))"; fi
    fi
    ;;
  pbs | torque)
    [ "$scheduler" = pbs ] && history=-x || history=
    record=$(qstat $history -f "$id" 2>&1)
    case $(field job_state <<<"$record") in
      F | C) verdict "$(field '[Ee]xit_status' <<<"$record")" ;;
      *) if grep -q 'Unknown Job' <<<"$record"; then echo failed; else echo running; fi ;;
    esac
    ;;
  lsf)
    case $(bjobs -noheader -o stat "$id" 2>&1) in
      DONE) echo success ;;
      EXIT | *"not found"*) echo failed ;;
      *) echo running ;;
    esac
    ;;
esac
