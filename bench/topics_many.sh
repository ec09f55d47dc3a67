#!/usr/bin/env bash
# N chat records from a file to topics and categories: wall time of the whole and of each step, memory, and categorizing all of
# them again with the vectors that are kept. topics_many.sh [N] [quality | fast]
set -euo pipefail
. "$(dirname "$0")/daemon.sh"
records=${1:-100000}
mode=${2:-quality}

# Requests of clinc_3000 (9 words on average), the copies with a number each, so that no two records are alike.
requests() { # N
  python3 - "$root/tests/data/topics/clinc_3000.jsonl" "$1" <<'PYTHON'
import json, sys
texts = [json.loads(line)["messages"][0]["content"] for line in open(sys.argv[1], encoding="utf8")]
for n in range(int(sys.argv[2])):
    text = texts[n % len(texts)] + (f", case {n}" if n >= len(texts) else "")
    print(json.dumps({"messages": [{"role": "user", "content": text}]}))
PYTHON
}
requests 3000 >"$work/few.jsonl"
requests "$records" >"$work/records.jsonl"
start_daemon
set_mode() {
  curl -sf -o /dev/null -XPATCH "$url/api/v1/datasets/$dataset" -H 'content-type: application/json' -d "{\"settings\":{\"embedder\":\"$mode\"}}"
}
state() { # STEP: the state of its newest run
  curl -sf "$url/api/v1/datasets/$dataset/runs?limit=50" | python3 -c '
import json, sys
runs = [r for r in json.load(sys.stdin)["items"] if r["step"] == sys.argv[1]]
print(max(runs, key=lambda r: int(r["id"][3:]))["state"] if runs else "none")' "$1"
}
await() { # STEP
  until [ "$(state "$1")" = completed ]; do
    case $(state "$1") in failed | parked | cancelled) echo "topics_many: $1 ended as $(state "$1")" >&2; exit 1 ;; esac
    sleep 0.2
  done
  echo "$1 done: $(since "$began") s after the import began"
}
# A small dataset first: what a daemon needs once (the encoder's weights, buffers) is then there.
dataset=$(create few)
set_mode
began=$(now)
import "$dataset" "$work/few.jsonl" >"$work/answer"
await coverage >/dev/null
before=$(resident)

dataset=$(create many)
set_mode
began=$(now)
import "$dataset" "$work/records.jsonl" >"$work/answer"
echo "import: $(since "$began") s"
await validate
await topics
await categorize
await coverage
whole=$(since "$began")
after=$(resident)
topics=$(curl -sf "$url/api/v1/datasets/$dataset/topics" | grep -o '"id":"t[0-9]*"' | wc -l)
awk -v n="$records" -v s="$whole" -v t="$topics" -v a="$before" -v b="$after" \
  'BEGIN { printf "%d records, %d topics: %.1f s in all, %.0f records/s; resident %.1f MB more than with 3,000, %.0f B a record\n", n, t, s, n / s, (b - a) / 1024, (b - a) * 1024 / n }'
began=$(now)
curl -s -o /dev/null --fail -XPOST "$url/api/v1/datasets/$dataset/categorize" -H 'content-type: application/json' -d '{"scope":"all","confirm":true}'
await categorize
echo "targets: 100,000 records in under 180 s on two cores, 1,024 B a record; 100,000 records/s again with kept vectors"
