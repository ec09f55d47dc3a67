#!/usr/bin/env bash
# Spans a second over /v1/traces: protobuf, 2 KB each, durable, four exporters, daemon and exporters on two cores.
set -euo pipefail
. "$(dirname "$0")/daemon.sh"
start_daemon
taskset -acp 0,1 "$pid" >/dev/null
PYTHONDONTWRITEBYTECODE=1 taskset -c 0,1 python3 "$root/bench/traces.py" "$port" "$pid" spans "${1:-30}" "${2:-2048}"
du -sh "$work/data/traces" | awk '{ print "on disk: " $1 }'
