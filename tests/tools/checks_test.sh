#!/usr/bin/env bash
# The checks of tools/ must find what they are for: each is given a tree with one violation.
set -euo pipefail
tools=$(cd "$(dirname "$0")/../../tools" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{schemas,store,engine,steps/text,api,tools,tests}
failed=0

# expect good|bad SCRIPT FILE CONTENT: the script's verdict on a tree with that file alone.
expect() {
  local verdict=$1 script=$2 file=$3 content=$4 found=good
  printf '%s\n' "$content" > "$tree/$file"
  "$tools/$script" "$tree" >"$tree/output" 2>&1 || found=bad
  if [ "$found" != "$verdict" ]; then
    echo "$script: expected $verdict for $file with '${content:0:60}', found $found"
    failed=1
  fi
  if [ "$verdict" = bad ] && ! grep -q "$file" "$tree/output"; then
    echo "$script: expected $file to be named"
    failed=1
  fi
  rm "$tree/$file"
}

expect good check_includes.sh engine/a.cpp '#include "store/event_log.hpp"'
expect bad check_includes.sh store/a.cpp '#include "engine/engine.hpp"'
expect bad check_includes.sh schemas/a.hpp '  #  include "steps/catalog.hpp"'
expect bad check_includes.sh steps/a.cpp '#include "api/json.hpp"'
expect bad check_includes.sh api/a.cpp '#include "tests/support/x.hpp"'
expect bad check_includes.sh api/a.cpp '#include "tools/rftctl/json.hpp"'
expect bad check_includes.sh tools/a.cpp '#include "tests/support/x.hpp"'
expect good check_includes.sh engine/a.cpp '#include <boost/asio/post.hpp>'
expect bad check_includes.sh engine/a.hpp '#include <boost/asio/post.hpp>'
expect bad check_includes.sh steps/a.cpp '#include <boost/beast/http.hpp>'
expect good check_includes.sh steps/a.cpp '#include <nlohmann/json.hpp>'
expect bad check_includes.sh steps/a.hpp '#include <nlohmann/json.hpp>'
expect bad check_includes.sh engine/a.cpp '#include <nlohmann/json.hpp>'
expect bad check_includes.sh engine/a.cpp '#include <rocksdb/db.h>'
expect good check_includes.sh store/a.cpp '#include <rocksdb/db.h>'
expect bad check_includes.sh steps/a.cpp '#include <simdjson.h>'
expect good check_includes.sh steps/text/a.cpp '#include <simdjson.h>'
expect good check_includes.sh api/a.cpp "$(seq 400)"
expect bad check_includes.sh api/a.cpp "$(seq 401)"

expect good check_text.sh api/a.cpp '// listens on 127.0.0.1, keeps state in /var/lib/rftd'
expect bad check_text.sh api/a.cpp '// see /ho''me/somebody/notes'
expect bad check_text.sh api/a.cpp 'const char* path = "/wo''rk/main";'
expect bad check_text.sh api/lock.json '"resolved": "https://registry.npm''js.org/x"'

exit $failed
