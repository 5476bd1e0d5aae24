#!/bin/sh
# The modules dummy_extractor, dummy_transformer and dummy_loader: copies the input to the output, if both are named.
# Ends with 0, with 1 where the copy failed, with 2 where the arguments are wrong.

set -eu

name=${ETL_MODULE:-copy_file}

wrong() {
  echo "Error: $1" >&2
  exit 2
}

input=
output=
while [ $# -gt 0 ]; do
  case $1 in
    --input | --output | --conf | --config)
      [ $# -ge 2 ] || wrong "falta el valor de $1"
      case $1 in
        --input) input=$2 ;;
        --output) output=$2 ;;
      esac
      shift 2
      ;;
    --input=*) input=${1#*=} && shift ;;
    --output=*) output=${1#*=} && shift ;;
    --conf=* | --config=*) shift ;;
    -h | --help)
      echo "Uso: $name [--input ARCHIVO] [--output ARCHIVO] [--conf ARCHIVO]"
      echo "Copia la entrada en la salida; la configuración no se usa."
      exit 0
      ;;
    *) wrong "no se admite \"$1\"" ;;
  esac
done

if [ -z "$input" ] || [ -z "$output" ]; then
  echo "$name: nada que copiar"
elif [ -f "$output" ] && [ "$(cd "$(dirname "$input")" && pwd)/$(basename "$input")" = \
  "$(cd "$(dirname "$output")" && pwd)/$(basename "$output")" ]; then
  wrong "la salida es la entrada: \"$input\""
else
  cat "$input" >"$output" || exit 1
  echo "$name: \"$input\" copiado en \"$output\""
fi
