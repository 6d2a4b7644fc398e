#!/usr/bin/env bash
#SBATCH --job-name=goodunits
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=8
#SBATCH --mem=16G
#SBATCH --time=04:00:00
#SBATCH --output=goodunits-%j.log
# Time limit near: let Snakemake cancel its jobs and clean up, two minutes before the kill.
#SBATCH --signal=B:INT@120
#
# The whole run in one allocation. From the folder that shall get results/, with Snakemake active:
#
#   sbatch <goodunits>/profiles/slurm-onenode/job.sh --snakefile <goodunits>/Snakefile [more of Snakemake's options]
#
# Options of sbatch before job.sh win over the lines above: sbatch --partition=short --mem=64G job.sh ...
set -euo pipefail

# A background job of a script ignores Ctrl-C; the trap passes it on.
set -m
snakemake --workflow-profile slurm-onenode --cores "$SLURM_CPUS_PER_TASK" \
  --resources mem_mb="$SLURM_MEM_PER_NODE" "$@" &
trap 'kill -INT $!' INT TERM
wait $! || wait $!
