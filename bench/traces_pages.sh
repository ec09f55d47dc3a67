#!/usr/bin/env bash
# The first page of filtered lists, and facets, over N calls: latency of single requests, one client.
set -euo pipefail
. "$(dirname "$0")/daemon.sh"
start_daemon
PYTHONDONTWRITEBYTECODE=1 python3 "$root/bench/traces.py" "$port" "$pid" pages "${1:-1000000}"
