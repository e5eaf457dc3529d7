#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads the rounds that scripts/bench.sh left in a folder and prints one table."""
import argparse
import glob
import json
import os
import statistics
import sys

NANOSECONDS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}


def rounds(folder, who):
    """The first round's context, and every single measurement of all rounds in order."""
    context, rows = {}, []
    files = glob.glob(os.path.join(folder, who + ".*.json"))
    for path in sorted(files, key=lambda p: int(p.split(".")[-2])):
        with open(path, encoding="utf-8") as f:
            report = json.load(f)
        context = context or {k: v for k, v in report.get("context", {}).items()
                              if k not in ("host_name", "executable")}
        rows += [r for r in report["benchmarks"]
                 if r.get("run_type", "iteration") == "iteration" and not r.get("error_occurred")]
    return context, rows


def samples(rows):
    """Row name -> wall-clock nanoseconds of each repetition."""
    found = {}
    for row in rows:
        name = row.get("run_name", row["name"]).removesuffix("/real_time")
        found.setdefault(name, []).append(row["real_time"] * NANOSECONDS[row["time_unit"]])
    return found


def in_order(names):
    """Rows of one operation together, in the order in which operations, sizes, sets first came."""
    def parts(name):
        operation, _, rest = name.partition("/n=")
        n, _, rest = rest.partition("/")
        return operation, int(n) if n.isdigit() else 0, rest
    first = {}
    for name in names:
        for part in (parts(name)[0], parts(name)[2]):
            first.setdefault(part, len(first))
    return sorted(names, key=lambda name: (first[parts(name)[0]], parts(name)[1],
                                           first[parts(name)[2]]))


def duration(ns):
    for unit in ("ns", "us", "ms", "s"):
        if ns < 1000 * NANOSECONDS[unit] or unit == "s":
            return f"{ns / NANOSECONDS[unit]:.4g} {unit}"
    raise AssertionError


def peer_names(path):
    """Our row -> the peer's row; two columns separated by a tab, # begins a comment."""
    names = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            for line in f:
                if line.strip() and not line.startswith("#"):
                    ours, theirs = line.rstrip("\n").split("\t")[:2]
                    names[ours] = theirs
    return names


def table(rows):
    widths = [max(len(r[i]) for r in rows) for i in range(len(rows[0]))]
    for r in rows:
        cells = [r[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(r[1:], widths[1:])]
        print("  ".join(cells).rstrip())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--core", required=True)
    parser.add_argument("--json")
    parser.add_argument("--peers", required=True)
    args = parser.parse_args()

    context, rows = rounds(args.folder, "ours")
    peer_context, peer_rows = rounds(args.folder, "peer")
    ours, theirs = samples(rows), samples(peer_rows)
    if not ours:
        sys.exit("report.py: no measurement")

    print(f"libhe {context['he_version']}, {context['he_compiler']}, {context['he_build_type']}")
    print(f"{context['he_cpu']}, core {args.core}, widest instruction set {context['he_isa']}, "
          f"{context['he_threads']} thread")
    fewest = min(len(v) for v in ours.values())
    print(f"wall-clock time, min and median of {fewest} repetitions or more\n")

    names = peer_names(args.peers) if peer_rows else {}
    head = ["row", "min", "median", "n"]
    lines = [head + (["peer min", "peer median", "n", "peer/ours"] if peer_rows else [])]
    for name in in_order(ours):
        times = ours[name]
        median = statistics.median(times)
        line = [name, duration(min(times)), duration(median), str(len(times))]
        if peer_rows:
            other = theirs.get(names.get(name, name))
            line += ["-", "-", "-", "-"] if other is None else [
                duration(min(other)), duration(statistics.median(other)), str(len(other)),
                f"{statistics.median(other) / median:.2f}"]
        lines.append(line)
    table(lines)

    if args.json:
        report = {"context": context, "benchmarks": rows}
        if peer_rows:
            report["peer"] = {"context": peer_context, "benchmarks": peer_rows}
        partial = args.json + ".part"
        with open(partial, "w", encoding="utf-8") as f:
            json.dump(report, f, indent=1)
            f.write("\n")
        os.replace(partial, args.json)
        print(f"\nwrote {args.json}")


if __name__ == "__main__":
    main()
