#!/bin/sh
# SPDX-License-Identifier: MIT
# Sets up, builds, and compares plain, encrypted and enclave on real data: prints the tables, writes
# build/compare.html and build/compare.json.  Arguments go to `he compare` (he compare --help).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

scripts/setup.sh
if command -v ccache >/dev/null; then
    export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
fi
mkdir -p build
echo "building (build/demo.log) ..."
{
    cmake --preset release && cmake --build --preset release -j "$(nproc)" --target he_tool
} >build/demo.log 2>&1 || {
    tail -n 30 build/demo.log >&2
    echo "scripts/demo.sh: the build failed; build/demo.log has all of it" >&2
    exit 1
}

# Only root can give the enclave a user of its own; the table says what is lost without.
same_uid=
[ "$(id -u)" -eq 0 ] || same_uid=--allow-same-uid
# shellcheck disable=SC2086 # one word or none
build/release/bin/he compare $same_uid --html build/compare.html --json build/compare.json "$@"
echo
echo "$root/build/compare.html"
echo "$root/build/compare.json"
