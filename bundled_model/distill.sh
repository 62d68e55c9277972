#!/usr/bin/env sh
# Stage 2: the distillation. Call it again after an interruption, and it goes on.
set -eu
run=${1:?usage: distill.sh RUN_FOLDER [GROUPS], with the texts in RUN_FOLDER/texts}
groups=${2:-3}
texts=$run/texts
if [ -e "$run/groups$groups/arguments.json" ]; then
  exec albert-tf distill --resume "$run/groups$groups"
fi
exec albert-tf distill "$texts/enwiki.txt.gz" "$texts/imdb.txt.gz" "$texts/squad_questions.txt.gz" \
  "$texts/clinc150.txt.gz" --groups "$groups" --cache "$run/teacher" --cache-layers 2 3 4 6 \
  --output "$run/groups$groups"
