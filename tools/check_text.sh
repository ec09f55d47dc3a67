#!/usr/bin/env bash
# Tracked files name no machine's paths and no registry's hosts: a checkout must build anywhere, and lock
# files must not tie it to a mirror. Exits 1 and names the lines otherwise. Optional argument: the root.
set -euo pipefail
root=${1:-$(cd "$(dirname "$0")/.." && pwd)}
cd "$root"

tracked() {
  if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git ls-files -z
  else
    find . -type f -not -path './build*' -not -path '*/node_modules/*' -printf '%P\0'
  fi
}

# Split, so that this file does not find itself.
paths='(^|[^A-Za-z0-9_./-])/(wo''rk|ho''me/[a-z]+|ro''ot|Us''ers)/[A-Za-z0-9_.-]+'
hosts='(registry\.npm''js\.org|registry\.yarn''pkg|pypi\.''org|files\.python''hosted|deb\.deb''ian\.org|static\.crates''\.io|proxy\.gol''ang\.org|artifact''ory|nex''us\.)'

# Inputs of tests are kept as they came; a package's own name for its source is no registry we ask.
found=$(tracked | grep -zvE '^(tests/data/|tests/fuzz/corpus/)' |
  xargs -0 -r grep -nHIE "$paths|$hosts" -- 2>/dev/null | cut -c 1-200 || true)
if [ -n "$found" ]; then
  echo "$found"
  echo "text: $(printf '%s\n' "$found" | wc -l) lines name a machine's path or a registry's host"
  exit 1
fi
echo "text: no machine's path, no registry's host"
