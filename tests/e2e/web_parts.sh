#!/usr/bin/env bash
# The page without a browser: its types are those of the contract, it compiles, its component tests pass, and it is no
# bigger than we allow. Takes the build folder that has the built page.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${1:-$root/build/dev}" && pwd)
if [ ! -d "$build/web/dist" ]; then
  echo "web_parts: skipped, $build was configured without the page (see its line \"web:\")"
  exit 0
fi
cd "$root/web"
PATH=$build/web/bin:$PWD/node_modules/.bin:$PATH

openapi-typescript ../schemas/openapi.yaml -o "$build/web/schema.ts" >/dev/null
if ! cmp -s "$build/web/schema.ts" src/api/schema.ts; then
  echo "web_parts: expected src/api/schema.ts to be what schemas/openapi.yaml gives; run 'npm run types' in web/ and commit it"
  exit 1
fi
tsc --noEmit
vitest run
node scripts/budget.mjs "$build/web/dist"

# Colours stand in one file only, so that both schemes and every contrast can be looked after there.
if grep -rnE '#[0-9a-fA-F]{3,8}\b|rgba?\(' src --include='*.css' --include='*.tsx' | grep -v 'styles/tokens.css'; then
  echo "web_parts: expected colours in src/styles/tokens.css only, found those above"
  exit 1
fi
