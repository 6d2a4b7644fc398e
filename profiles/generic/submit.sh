#!/usr/bin/env bash
# Submit a job script of Snakemake and print the job id.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/scheduler.sh"

script=$1
# The line "# properties = {...}" of the script, as JSON.
properties=$(sed -n 's/^# properties = //p' "$script")
number() { grep -o "\"$1\": [0-9]*" <<<"$properties" | head -1 | grep -o '[0-9]*$'; }
threads=$(number threads || echo 1)
mem_mb=$(number mem_mb)
minutes=$(number runtime)
time_limit=$(printf '%d:%02d:00' $((minutes / 60)) $((minutes % 60)))
name=$(basename "$script" .sh)
name=${name#snakejob.}
logs=$PWD/logs/cluster
mkdir -p "$logs"

case $scheduler in
  slurm)
    sbatch --parsable --job-name="$name" --output="$logs/%j.log" --cpus-per-task="$threads" \
      --mem="$mem_mb" --time="$minutes" "${options[@]}" "$script" | cut -d ';' -f 1
    ;;
  sge)
    # Grid Engine counts memory per slot.
    qsub -terse -V -cwd -j y -o "$logs" -N "$name" -pe "$sge_parallel_environment" "$threads" \
      -l h_vmem=$(((mem_mb + threads - 1) / threads))M -l h_rt=$((minutes * 60)) "${options[@]}" "$script"
    ;;
  pbs)
    qsub -V -j oe -o "$logs/" -N "${name:0:15}" -l "select=1:ncpus=$threads:mem=${mem_mb}mb" \
      -l "walltime=$time_limit" "${options[@]}" "$script"
    ;;
  torque)
    qsub -V -j oe -o "$logs/" -N "${name:0:15}" -l "nodes=1:ppn=$threads" -l "mem=${mem_mb}mb" \
      -l "walltime=$time_limit" "${options[@]}" "$script"
    ;;
  lsf)
    memory=$mem_mb
    [ "$lsf_memory_unit" = MB ] || memory=$((mem_mb * 1024))
    bsub -J "$name" -oo "$logs/%J.log" -n "$threads" -R "span[hosts=1] rusage[mem=$memory]" \
      -M "$memory" -W "$minutes" "${options[@]}" "$script" | sed -n 's/^Job <\([0-9]*\)>.*/\1/p'
    ;;
esac
