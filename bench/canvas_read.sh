#!/usr/bin/env bash
# The canvas read by 64 connections while an import is running, beside /healthz (the cheapest answer there is).
set -euo pipefail
. "$(dirname "$0")/daemon.sh"
seconds=${1:-10}

start_daemon
dataset=$(create canvas)
import "$dataset" "$root/tools/sample/chess_tutor.jsonl" >/dev/null
python3 "$root/bench/make_records.py" 400000 >"$work/records.jsonl"
until curl -sf "$url/api/v1/datasets/$dataset/coverage" | grep -q '"balance":[0-9]'; do sleep 0.1; done

measure() { # LABEL PATH
  wrk -t1 -c64 -d"${seconds}s" --latency "$url$2" >"$work/wrk"
  awk -v label="$1" '/^ +50%/ { p50 = $2 } /^ +99%/ { p99 = $2 } /Requests\/sec/ { rate = $2 } /Non-2xx|Socket errors/ { bad = " " $0 }
    END { printf "%-32s %12.0f %10s %10s%s\n", label, rate, p50, p99, bad }' "$work/wrk"
}
printf '%-32s %12s %10s %10s\n' "64 connections" requests/s p50 p99
measure "healthz, idle" /healthz
measure "canvas, idle" "/api/v1/datasets/$dataset/canvas"
(while import "$dataset" "$work/records.jsonl" >/dev/null; do :; done) &
loop=$!
sleep 1
measure "healthz, importing" /healthz
measure "canvas, importing" "/api/v1/datasets/$dataset/canvas"
kill "$loop" 2>/dev/null || true
echo "target: p99 of the canvas under 5 ms while importing"
