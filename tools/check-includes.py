#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The floors: which folder may include which.  Prints every include that breaks the table."""
import pathlib
import re
import sys

# Folder -> the folders that it names directly.  Its own folder and <he/*.h> are always allowed.
DIRECT = {
    "core": [],
    "simd": [],
    "math": ["core"],
    "random": ["math", "simd", "core"],
    "vec": ["math", "simd", "core"],
    "ntt": ["math", "simd", "core"],
    "rns": ["ntt", "vec", "math", "core"],
    "rlwe": ["rns", "random"],
    "bfv": ["rlwe"],
    "ckks": ["rlwe"],
    "circuit": ["bfv", "ckks"],
    "wire": ["rlwe"],
    "program/ir": ["core"],
    "program/plain": ["program/ir", "core"],
    "program/plan": ["circuit", "wire", "program/ir", "program/plain"],
    "program/run": ["circuit", "wire", "program/ir", "program/plan"],
    "enclave": ["enclave/image", "program/ir", "program/plain", "random", "core"],
    "enclave/image": ["program/ir", "program/plain", "core"],
    "client": ["program/ir", "program/plain", "program/plan", "program/run", "enclave", "wire",
               "core"],
}
# For these, "and below" is part of their line: what their neighbours may include, they may too.
AND_BELOW = ["rlwe", "bfv", "ckks", "circuit", "wire", "program/plan", "program/run"]

# Other people's headers -> the folders (or the one file) that may include them.  None of them, and
# nothing of src/, may appear in include/he, tools/he or examples.
FOREIGN = {
    "flint/": ["math/prime.c"],
    "gmp.h": ["math"],
    "sodium.h": ["random", "enclave", "enclave/image"],
    "openssl/": ["enclave"],
}
# Public headers of libhe_enclave, which libhe does not know.
ENCLAVE_HEADERS = {"he/enclave.h": ["enclave", "enclave/image", "client"], "he/client.h": ["client"]}

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)


def allowed(floor):
    found = set(DIRECT[floor])
    if floor in AND_BELOW:
        for below in DIRECT[floor]:
            found |= allowed(below)
    return found


def floor_of(path):
    """program/ir/node.h -> program/ir; vec/vec.h -> vec."""
    parts = path.split("/")[:-1]
    while parts:
        name = "/".join(parts)
        if name in DIRECT:
            return name
        parts.pop()
    return None


def check_source(root, path, complaints):
    relative = path.relative_to(root / "src").as_posix()
    floor = floor_of(relative)
    if floor is None:
        complaints.append(f"src/{relative}: this folder is not in the table")
        return
    may = allowed(floor) | {floor}
    for quote, name in INCLUDE.findall(path.read_text(encoding="utf-8")):
        where = f"src/{relative}: {name}"
        if quote == '"':
            beside = "/" not in name and (path.parent / name).exists()
            target = floor if beside else floor_of(name)
            if target is None or not (beside or (root / "src" / name).exists()):
                complaints.append(f"{where}: include internal headers as \"folder/file.h\"")
            elif target not in may:
                complaints.append(f"{where}: {floor} stands not above {target}")
        for prefix, floors in FOREIGN.items():
            if name.startswith(prefix) and floor not in floors and relative not in floors:
                complaints.append(f"{where}: only {' and '.join(floors)} may know this library")
        if name in ENCLAVE_HEADERS and floor not in ENCLAVE_HEADERS[name]:
            complaints.append(f"{where}: libhe does not know libhe_enclave")


def check_outside(root, path, complaints):
    """Public headers, the tool and the examples know public headers and the C library only."""
    for quote, name in INCLUDE.findall(path.read_text(encoding="utf-8")):
        ours = quote == '"' and not (path.parent / name).exists()
        foreign = any(name.startswith(prefix) for prefix in FOREIGN)
        if ours or foreign:
            complaints.append(f"{path.relative_to(root).as_posix()}: {name}: not a public header")
        if path.parent.name == "he" and path.parent.parent.name == "include":
            low = path.name not in ("enclave.h", "client.h")
            if name in ENCLAVE_HEADERS and low:
                complaints.append(f"include/he/{path.name}: {name}: libhe does not know it")


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    complaints, count = [], 0
    for path in sorted((root / "src").rglob("*")):
        if path.suffix in (".c", ".h", ".inc"):
            check_source(root, path, complaints)
            count += 1
    for folder in ("include/he", "tools/he", "examples"):
        for path in sorted((root / folder).rglob("*.[ch]")):
            check_outside(root, path, complaints)
            count += 1
    for complaint in complaints:
        print(complaint)
    if complaints or count == 0:
        sys.exit(f"{len(complaints)} includes break the table of {sys.argv[0]}, {count} files read")
    print(f"{count} files keep to the table")


if __name__ == "__main__":
    main()
