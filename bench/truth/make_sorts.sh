#!/bin/sh
# Simulate, sort and compare one recording after the other: make_sorts.sh OUT SEED...
# Run it in the environment of requirements.txt; a seed that is done is passed over.
here=$(dirname "$0")
out=$1
shift
for seed in "$@"; do
  folder=$out/pool_$seed
  [ -e "$folder/truth.json" ] && continue
  python "$here/simulate.py" "$seed" "$out" &&
    python "$here/sort.py" "$folder" &&
    python "$here/truth.py" "$folder"
  rm -f "$folder/rec.ap.bin"
done
