#!/usr/bin/env bash
# Checks the direction of every include and the length of every file. Prints one line for each violation and
# exits 1 when there is one. Optional argument: the root of the tree (for its own test).
set -euo pipefail
root=${1:-$(cd "$(dirname "$0")/.." && pwd)}
cd "$root"

# Each folder may include itself and what stands to its left.
layers=(schemas store engine steps api)
lines_good=300
lines_max=400
bad=0

violation() {
  echo "$1"
  bad=$((bad + 1))
}

# Prints "file:line:included" for every #include of the files given on standard input.
includes_of() {
  xargs -r -d '\n' grep -nHE '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]' |
    sed -E 's/^([^:]+:[0-9]+):[^<"]*[<"]([^>"]+)[>"].*/\1:\2/'
}

sources_in() {
  local folder
  for folder in "$@"; do
    [ -d "$folder" ] && find "$folder" -type f \( -name '*.cpp' -o -name '*.hpp' -o -name '*.h' -o -name '*.cc' \)
  done | sort
}

rank_of() {
  local i
  for i in "${!layers[@]}"; do
    if [ "${layers[$i]}" = "$1" ]; then
      echo "$i"
      return
    fi
  done
  echo 99
}

check_layers() {
  local folder rank file line included target
  for folder in "${layers[@]}"; do
    rank=$(rank_of "$folder")
    while IFS=: read -r file line included; do
      [ -n "${file:-}" ] || continue
      target=${included%%/*}
      [ "$target" != "$included" ] || continue
      case $target in
        tests | tools | bench | web)
          violation "$file:$line: $folder/ must not include $target/ ($included)"
          ;;
        schemas | store | engine | steps | api)
          if [ "$(rank_of "$target")" -gt "$rank" ]; then
            violation "$file:$line: $folder/ must not include $target/ ($included)"
          fi
          ;;
      esac
    done < <(sources_in "$folder" | includes_of)
  done
  # What ships includes no tests either; bench/ does not ship and may share their temp folders.
  while IFS=: read -r file line included; do
    case ${included:-} in
      tests/*) violation "$file:$line: tools/ must not include tests/ ($included)" ;;
    esac
  done < <(sources_in tools | includes_of)
}

# allow LIBRARY-PATTERN FILE-PATTERN TEXT: includes that match the first are for files that match the second.
allow() {
  local library=$1 files=$2 text=$3 file line included
  while IFS=: read -r file line included; do
    if [[ ${included:-} =~ $library && ! $file =~ $files ]]; then
      violation "$file:$line: $text ($included)"
    fi
  done < <(sources_in "${layers[@]}" tools bench tests | includes_of)
}

check_libraries() {
  allow '^boost/beast' '^(api|tests|bench|steps/llm)/' 'Beast is for api/, tests and bench'
  allow '^boost/asio' '^(api|tests|bench)/|^(engine|steps)/.*(\.cpp|_impl\.hpp)$' 'Asio is for api/, and for .cpp and private headers of engine/ and steps/'
  allow '^nlohmann/' '^(api|tools|tests|bench)/|^steps/.*\.cpp$' 'nlohmann is for api/, tools/, tests and .cpp files of steps/'
  allow '^simdjson' '^steps/text/.*\.cpp$|^(tests|bench)/' 'simdjson is for the .cpp files of steps/text/'
  allow '^rocksdb/' '^(store|tests|bench)/' 'RocksDB is for store/'
  allow '^CLI/' '^(tools|bench|api/main)' 'CLI11 is for tools/ and main'
  allow '^toml\+\+' '^api/.*\.cpp$|^tests/' 'toml++ is for the .cpp files of api/'
}

check_lengths() {
  local file lines
  while read -r file; do
    lines=$(wc -l < "$file")
    if [ "$lines" -gt "$lines_max" ]; then
      violation "$file: $lines lines; more than $lines_max is refused, aim at $lines_good"
    elif [ "$lines" -gt "$lines_good" ]; then
      echo "note: $file has $lines lines; aim at $lines_good"
    fi
  done < <(sources_in "${layers[@]}" tools bench tests)
}

check_layers
check_libraries
check_lengths
if [ "$bad" -gt 0 ]; then
  echo "layering: $bad violations"
  exit 1
fi
echo "layering: every include points to the left"
