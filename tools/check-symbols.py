#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every symbol with linkage begins he_, and the shared libraries export exactly symbols.txt.

usage: check-symbols.py [--update] LIBDIR
"""
import pathlib
import re
import subprocess
import sys

LIBRARIES = ("he", "he_enclave")
# The lines of symbols.txt are "library symbol".
LIST = pathlib.Path(__file__).with_name("symbols.txt")
# Public headers declare what is exported; these serve libhe_enclave alone.
HEADERS = pathlib.Path(__file__).parent.parent / "include" / "he"
SHARED_WITH_ENCLAVE = re.compile(r"HE_API\b[^;{]*?\b(he_\w+)\s*\(", re.S)


def nm(path, *flags):
    """(type, name) of each defined symbol."""
    out = subprocess.run(["nm", *flags, "--defined-only", path], check=True, capture_output=True,
                         text=True).stdout
    return [line.split()[-2:] for line in out.splitlines()
            if len(line.split()) == 3 and not line.endswith(":")]


def main():
    update = "--update" in sys.argv
    libdir = pathlib.Path(sys.argv[-1])
    complaints, exported = [], []
    for library in LIBRARIES:
        archive, shared = libdir / f"lib{library}.a", libdir / f"lib{library}.so"
        if not archive.exists():
            continue
        for kind, name in nm(archive, "--extern-only"):
            # Sanitizers and coverage add their own.
            if not name.startswith(("he_", "__asan", "__odr_asan", "__gcov", "__gcov_")):
                complaints.append(f"lib{library}.a: {name} ({kind}) does not begin he_")
        exported += sorted(f"{library} {name}" for _, name in nm(shared, "--dynamic")
                           if not name.startswith(("__asan", "__odr_asan")))
    if not exported:
        sys.exit(f"check-symbols.py: no library in {libdir}")
    if update:
        LIST.write_text("".join(f"{line}\n" for line in exported), encoding="utf-8")
    listed = LIST.read_text(encoding="utf-8").splitlines()
    complaints += [f"{line}: exported, but not in symbols.txt" for line in exported
                   if line not in listed]
    complaints += [f"{line}: in symbols.txt, but not exported" for line in listed
                   if line not in exported]
    names = {line.split()[1] for line in exported}
    for header in sorted(HEADERS.glob("*.h")):
        for name in SHARED_WITH_ENCLAVE.findall(header.read_text(encoding="utf-8")):
            if name not in names:
                complaints.append(f"he/{header.name}: {name} is declared but not exported")
    for complaint in complaints:
        print(complaint)
    if complaints:
        sys.exit(f"{len(complaints)} complaints; after a wanted change of the interface run "
                 f"tools/check-symbols.py --update {libdir}")
    print(f"{len(exported)} exported symbols, as listed")


if __name__ == "__main__":
    main()
