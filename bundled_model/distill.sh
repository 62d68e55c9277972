#!/usr/bin/env sh
# Stage 2: the distillation. Call it again after an interruption, and it goes on.
set -eu
usage='usage: distill.sh RUN_FOLDER [GROUPS [NAME [OPTION...]]], with the texts in RUN_FOLDER/texts'
run=${1:?$usage}
groups=${2:-3}
name=${3:-groups$groups}
texts=$run/texts
[ $# -gt 3 ] && shift 3 || shift $#
if [ -e "$run/$name/arguments.json" ]; then
  exec albert-tf distill --resume "$run/$name"
fi
exec albert-tf distill "$texts/enwiki.txt.gz" "$texts/imdb.txt.gz" "$texts/squad_questions.txt.gz" \
  "$texts/clinc150.txt.gz" --labelled "$texts/imdb_endings.jsonl.gz" --groups "$groups" --epochs 2 \
  --cache "$run/teacher" --cache-layers 2 3 4 6 --mlm-weight 0.2 --mixed-bfloat16 --output "$run/$name" "$@"
