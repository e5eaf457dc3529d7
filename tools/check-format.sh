#!/bin/sh
# SPDX-License-Identifier: MIT
# Every C and C++ file is as .clang-format (version 14) has it.  --fix rewrites those that are not.
set -eu
cd "$(dirname "$0")/.."
format=$(command -v clang-format-14 || command -v clang-format) || {
    echo "tools/check-format.sh: no clang-format-14; scripts/setup.sh installs it" >&2
    exit 1
}
wrong=0
for file in $(find bench examples include src tests tools \( -name '*.[ch]' -o -name '*.cc' \)); do
    if ! "$format" "$file" | cmp -s - "$file"; then
        if [ "${1-}" = --fix ]; then
            "$format" -i "$file"
        else
            echo "$file: not as .clang-format has it"
            wrong=$((wrong + 1))
        fi
    fi
done
[ "$wrong" -eq 0 ] || { echo "$wrong files; tools/check-format.sh --fix"; exit 1; }
