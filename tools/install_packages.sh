#!/usr/bin/env bash
# Installs what building and testing need on Debian 12. Calls apt only when something is missing, so that a
# second call costs nothing and needs neither network nor root.
set -euo pipefail

packages=(
  # compiler, sanitizer run times, linker, checks
  clang-19 libclang-rt-19-dev lld-19 llvm-19 clang-tidy-19 clang-format-19
  # build
  cmake ninja-build ccache pkg-config ca-certificates
  # libraries that the daemon and rftctl link; Boost 1.74, Debian's default, lacks what api/ uses
  libboost1.81-dev librocksdb-dev libflatbuffers-dev flatbuffers-compiler nlohmann-json3-dev libsimdjson-dev
  libspdlog-dev libtomlplusplus-dev libcli11-dev libcurl4-openssl-dev libssl-dev libsystemd-dev libseccomp-dev libpcre2-dev
  libzstd-dev libxxhash-dev zlib1g-dev libopenblas-dev libicu-dev libprotobuf-dev protobuf-compiler
  # tests, packaging and the scripts of tools/
  catch2 python3 systemd dpkg-dev file zstd gzip chromium
)

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
# npm comes with a Node.js that somebody has put here; Debian's would replace that, so it is taken only
# where there is none.
command -v npm >/dev/null 2>&1 || missing+=(npm)

# V8. Beside a Node.js from elsewhere apt would take that away for libnode-dev, or refuse: then the build unpacks the same
# packages for itself (tools/assets/fetch_v8).
if ! dpkg-query -W -f '${db:Status-Status}' libnode-dev 2>/dev/null | grep -q '^installed$' && ! command -v node >/dev/null 2>&1; then
  missing+=(libnode-dev)
fi

if [ ${#missing[@]} -eq 0 ]; then
  echo "install_packages: everything is here"
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null 2>&1; then
    echo "install_packages: expected root or sudo to install: ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "install_packages: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get -o Acquire::Retries=3 update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get -o Acquire::Retries=3 install -q -y --no-install-recommends "${missing[@]}"
