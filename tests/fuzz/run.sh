#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh PROGRAM: one fuzz target for 5 s, a minute where HE_TEST_SCALE is 10; a crash leaves its
# input beside the program.
set -eu
seconds=5
[ "${HE_TEST_SCALE:-1}" -ge 10 ] && seconds=60
corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT
"$1" -max_total_time=$seconds -max_len=4096 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$(dirname "$1")/" "$corpus"
