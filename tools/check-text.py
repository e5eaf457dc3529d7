#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What can be said of every text file: SPDX line first, 100 columns, no leftovers."""
import pathlib
import re
import subprocess
import sys

SOURCES = (".c", ".h", ".inc", ".cc", ".cmake", ".py", ".sh")
COLUMNS = (".c", ".h", ".inc", ".cc")
LEFTOVER = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")


def files(root):
    """What git knows or would add; every file where this is not a checkout."""
    git = ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(git, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return sorted(root / name for name in done.stdout.split("\0") if name)
    return sorted(p for p in root.rglob("*") if "build" not in p.relative_to(root).parts)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    complaints, count = [], 0
    for path in files(root):
        if not path.is_file() or path.suffix in (".csv", ".json", ".bin", ".txt", ".tsv"):
            continue
        name = path.relative_to(root).as_posix()
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        count += 1
        lines = text.split("\n")
        if path.suffix in SOURCES or path.name == "CMakeLists.txt":
            if not any("SPDX-License-Identifier: MIT" in line for line in lines[:2]):
                complaints.append(f"{name}:1: no SPDX-License-Identifier: MIT")
        if text and not text.endswith("\n"):
            complaints.append(f"{name}: no newline at the end")
        for number, line in enumerate(lines, 1):
            if LEFTOVER.search(line):
                complaints.append(f"{name}:{number}: a leftover: {line.strip()}")
            if line != line.rstrip() and path.suffix != ".md":
                complaints.append(f"{name}:{number}: blanks at the end of the line")
            if path.suffix in COLUMNS and len(line) > 100:
                complaints.append(f"{name}:{number}: {len(line)} columns")
    for complaint in complaints:
        print(complaint)
    if complaints or count == 0:
        sys.exit(f"{len(complaints)} complaints, {count} files read")
    print(f"{count} files")


if __name__ == "__main__":
    main()
