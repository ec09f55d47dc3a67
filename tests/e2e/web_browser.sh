#!/usr/bin/env bash
# The built page in Debian's Chromium against the real daemon: web/e2e. Pictures of every screen stay in
# BUILD/web-screens.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${1:-$root/build/dev}" && pwd)
if [ ! -d "$build/web/dist" ]; then
  echo "web_browser: skipped, $build was configured without the page (see its line \"web:\")"
  exit 0
fi
PATH=$build/web/bin:$PATH
exec node "$root/web/e2e/run.mjs" "$build"
