#!/bin/sh
# SPDX-License-Identifier: MIT
# Doxygen's warnings about the public headers are errors.
set -eu
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
{ cat tools/Doxyfile.lint; echo "OUTPUT_DIRECTORY = $out"; } | doxygen - >"$out/warnings" 2>&1
if [ -s "$out/warnings" ]; then
    sed "s|$PWD/||" "$out/warnings"
    exit 1
fi
