#!/usr/bin/env bash
# How long a daemon with N records takes to be ready again after kill -9, and what a record takes in memory.
set -euo pipefail
. "$(dirname "$0")/daemon.sh"
records=${1:-1000000}

python3 "$root/bench/make_records.py" "$records" >"$work/records.jsonl"
start_daemon
before=$(resident)
dataset=$(create restart)
began=$(now)
import "$dataset" "$work/records.jsonl" >"$work/answer"
took=$(since "$began")
cancel_runs "$dataset"
sleep 1
awk -v n="$records" -v s="$took" -v bytes="$(stat -c %s "$work/records.jsonl")" \
  'BEGIN { printf "%d records imported in %.1f s: %.0f records/s, %.1f MB/s\n", n, s, n / s, bytes / s / 1e6 }'
printf '%-26s %10s\n' "kill -9, then" seconds
for round in 1 2 3; do
  kill_daemon
  began=$(now)
  start_daemon
  printf '%-26s %10s\n' "ready (round $round)" "$(since "$began")"
  cancel_runs "$dataset"
done
after=$(resident)
found=$(curl -sf "$url/api/v1/datasets/$dataset/health" | grep -o '"records":[0-9]*' | head -1 | cut -d: -f2)
[ "$found" = "$records" ] || { echo "expected $records records, found $found" >&2; exit 1; }
awk -v a="$before" -v b="$after" -v n="$records" \
  'BEGIN { printf "resident: %.1f MB idle and empty, %.1f MB after the restart, %.1f B a record\n", a / 1024, b / 1024, (b - a) * 1024 / n }'
echo "targets: ready in under 2 s; 64 B a record beside caches; an idle daemon under 50 MB"
