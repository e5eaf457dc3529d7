#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the benchmarks, runs them pinned to one core, prints a table.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'END'
usage: scripts/bench.sh [AREA|REGEX ...] [--json FILE] [--peer 'COMMAND']

AREA     ntt vec rns random context keys bfv ckks circuit wire enclave, or
         kernels (= ntt vec rns random context); no AREA: everything
REGEX    any other word selects the rows whose name it matches
--json   also writes every measurement as Google Benchmark's JSON
--peer   a program that prints Google Benchmark JSON: its rounds alternate with ours, and the rows
         that bench/peers.tsv names stand side by side.  BENCHMARK_FORMAT, BENCHMARK_REPETITIONS
         and BENCHMARK_MIN_TIME are set in its environment, which Google Benchmark reads as flags.

HE_BENCH_ROUNDS (5) rounds of HE_BENCH_REPETITIONS (4) repetitions of at least
HE_BENCH_MIN_TIME (0.05) seconds each; HE_BENCH_CORE picks the core (default: the last allowed).
END
}

filter= json= peer=
add() { filter=${filter:+$filter|}$1; }
while [ $# -gt 0 ]; do
    case $1 in
    --json) json=${2:?--json needs a file}; shift ;;
    --peer) peer=${2:?--peer needs a command}; shift ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    kernels) add '^(ntt|vec|rns|random|context)/' ;;
    ntt | vec | rns | random | context | keys | bfv | ckks | circuit | wire | enclave) add "^$1/" ;;
    *) add "$1" ;;
    esac
    shift
done
case $json in '' | /*) ;; *) json=$PWD/$json ;; esac

rounds=${HE_BENCH_ROUNDS:-5}
export BENCHMARK_FORMAT=json
export BENCHMARK_REPETITIONS="${HE_BENCH_REPETITIONS:-4}"
export BENCHMARK_MIN_TIME="${HE_BENCH_MIN_TIME:-0.05}"

cd "$root"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
{
    cmake --preset release -DHE_BUILD_BENCHES=ON &&
        cmake --build --preset release --target he_bench
} >"$work/build.log" 2>&1 || { cat "$work/build.log" >&2; exit 1; }

core=${HE_BENCH_CORE:-$(taskset -cp $$ | sed 's/.*[^0-9]\([0-9][0-9]*\)$/\1/')}
round=1
while [ "$round" -le "$rounds" ]; do
    echo "round $round of $rounds" >&2
    taskset -c "$core" build/release/bin/he_bench --benchmark_filter="${filter:-.}" \
        >"$work/ours.$round.json" 2>"$work/log" || {
        cat "$work/log" >&2
        echo "scripts/bench.sh: no row was measured (filter: ${filter:-everything})" >&2
        exit 1
    }
    if [ -n "$peer" ]; then
        taskset -c "$core" sh -c "$peer" >"$work/peer.$round.json" 2>"$work/log" || {
            cat "$work/log" >&2
            echo "scripts/bench.sh: the peer's command failed" >&2
            exit 1
        }
    fi
    round=$((round + 1))
done
python3 bench/report.py --core "$core" ${json:+--json "$json"} --peers bench/peers.tsv "$work"
