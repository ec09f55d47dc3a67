#!/usr/bin/env bash
# Pages of the records list, filtered and sorted, over N records: latency of single requests, one client.
set -euo pipefail
. "$(dirname "$0")/daemon.sh"
records=${1:-1000000}

python3 "$root/bench/make_records.py" "$records" >"$work/records.jsonl"
start_daemon
dataset=$(create list)
import "$dataset" "$work/records.jsonl" >/dev/null
cancel_runs "$dataset"
sleep 1
python3 - "$port" "/api/v1/datasets/$dataset/records" <<'PYTHON'
import http.client, json, sys, time

connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))


def get(query):
    began = time.perf_counter()
    connection.request("GET", sys.argv[2] + query)
    body = connection.getresponse().read()
    return time.perf_counter() - began, json.loads(body)


print(f"{'query':<44} {'p50 ms':>8} {'p99 ms':>8}")
for query in ("?limit=50", "?limit=50&sort=-id", "?limit=50&valid=true", "?limit=50&valid=true&sort=-tokens",
              "?limit=50&topic=none&sort=-line", "?limit=50&confidence_lt=0.7&sort=confidence", "?limit=50&valid=false"):
    times, cursor = [], ""
    for _ in range(100):
        seconds, page = get(query + cursor)
        if "items" not in page:
            print(f"{query:<44} {page.get('detail', page)}")
            break
        times.append(seconds)
        cursor = "&cursor=" + page["next"] if page.get("next") else ""
    if times:
        times.sort()
        print(f"{query:<44} {1e3 * times[len(times) // 2]:8.1f} {1e3 * times[int(len(times) * 0.99) - 1]:8.1f}")
PYTHON
echo "target: p99 under 20 ms"
