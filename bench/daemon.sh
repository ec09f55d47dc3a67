# For the scripts beside: starts the rftd of the bench build on a free port and a folder of its own. Sourced.
root=$(cd "$(dirname "$0")/.." && pwd)
build=${RFTD_BUILD_DIR:-$root/build/bench}
rftd=$build/api/rftd
work=$(mktemp -d "${RFTD_BENCH_DIR:-/tmp}/rftd-bench-XXXXXX")
pid=
trap '[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null; rm -rf "$work"' EXIT
[ -x "$rftd" ] || { echo "bench: expected $rftd; run: cmake --preset bench && cmake --build --preset bench" >&2; exit 1; }

now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.2f", b - a }'; }

# Returns when /readyz answers 200; $url is then set.
start_daemon() {
  : >"$work/log"
  "$rftd" --data "$work/data" --listen 127.0.0.1:0 >"$work/log" 2>&1 &
  pid=$!
  until port=$(grep -o 'listens on 127.0.0.1:[0-9]*' "$work/log" | grep -o '[0-9]*$'); do
    kill -0 "$pid" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
    sleep 0.01
  done
  url=http://127.0.0.1:$port
  until curl -sf -o /dev/null "$url/readyz"; do sleep 0.01; done
}

kill_daemon() {
  kill -9 "$pid"
  wait "$pid" 2>/dev/null || true
  pid=
}

create() { # NAME
  curl -sf -XPOST "$url/api/v1/datasets" -H 'content-type: application/json' \
    -d "{\"name\":\"$1\",\"objective\":\"bench\"}" | grep -o '"id":"d[0-9]*"' | head -1 | cut -d'"' -f4
}

import() { # DATASET FILE
  curl -sf -XPOST "$url/api/v1/datasets/$1/import" -H 'content-type: application/x-ndjson' -T "$2"
}

# Ends every run of a dataset that finds or gives topics: the benches are about records.
cancel_runs() { # DATASET
  local run
  for run in $(curl -sf "$url/api/v1/datasets/$1/runs" | grep -o '"id":"run[0-9]*","step":"[a-z]*","state":"\(requested\|running\)"' |
    grep -o 'run[0-9]*"' | tr -d '"'); do
    curl -s -o /dev/null -XPOST "$url/api/v1/datasets/$1/runs/$run/cancel"
  done
}

resident() { awk '/^VmRSS/ { print $2 }' "/proc/$pid/status"; }
