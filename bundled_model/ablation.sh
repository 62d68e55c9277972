#!/usr/bin/env sh
# The students of the ablation, on a share of the texts. Needs the teacher's answers of distill.sh.
set -eu
run=${1:?usage: ablation.sh RUN_FOLDER, after distill.sh}
here=$(dirname "$0")
for groups in 1 2 3; do
  "$here/distill.sh" "$run" "$groups" "ablation_groups$groups" --training-texts 24000 --epochs 1
done
