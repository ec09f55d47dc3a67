#!/bin/sh
# Builds llama-server from the source bundle in npm's node-llama-cpp (MIT): build_server.sh DIR, then DIR/llama-server and
# DIR/vocab.gguf. About 18 CPU-minutes, once; nothing of it ships, and no CI run needs it.
set -eu
target=${1:?expected a folder}
[ -x "$target/llama-server" ] && exit 0
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$target"
target=$(cd "$target" && pwd)
"$root/tools/assets/fetch_package" node-llama-cpp@3.22.1 \
  a0d9dd80eacd2ab1cfe71aee57ac8a806487fd70b3d2a38fbec637752d9e5c5f "$target" package/llama/gitRelease.bundle
[ -d "$target/source" ] || git clone -q "$target/package/llama/gitRelease.bundle" "$target/source"
launcher=
if command -v ccache >/dev/null; then launcher="-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache"; fi
# shellcheck disable=SC2086 # two options or none
cmake -S "$target/source" -B "$target/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
  -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19 -DBUILD_SHARED_LIBS=OFF -DGGML_NATIVE=OFF \
  -DLLAMA_OPENSSL=OFF -DLLAMA_CURL=OFF -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_BUILD_TESTS=OFF \
  -DLLAMA_BUILD_EXAMPLES=OFF $launcher >"$target/configure.log"
cmake --build "$target/build" --target llama-server
cp "$target/source/models/ggml-vocab-llama-spm.gguf" "$target/vocab.gguf"
cp "$target/build/bin/llama-server" "$target/llama-server"
