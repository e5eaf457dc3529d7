#!/bin/sh
# SPDX-License-Identifier: MIT
# Sets up, builds, runs every test.  The output ends with CTest's summary.
#
# Five builds are tested in one run: release (everything), verify (invariants checked at run time)
# and asan (address and undefined-behaviour sanitizers), both with n of at most 4096, ctime (no branch
# on a secret, under valgrind), and fuzz (loaders under libFuzzer, seconds each).
# HE_TEST_SCALE=10 goes long; HE_TEST_SEED changes the random inputs.  Arguments go to CTest:
# scripts/test.sh -R '^bfv$'.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

scripts/setup.sh
if command -v ccache >/dev/null; then
    export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
fi
jobs=$(nproc)

cmake --preset release -DHE_BUILD_BENCHES=ON
cmake --build --preset release -j "$jobs"
for preset in verify asan ctime fuzz; do
    cmake --preset "$preset"
    cmake --build --preset "$preset" -j "$jobs"
done

# One CTest project over all build trees.
echo 'subdirs("release" "verify" "asan" "ctime" "fuzz")' >build/CTestTestfile.cmake
exec ctest --test-dir build --output-on-failure -j "$jobs" "$@"
