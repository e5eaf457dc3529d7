#!/bin/sh
# SPDX-License-Identifier: MIT
# Each public header alone is valid C11, C17 and, where there is a C++ compiler, C++17.
set -eu
cd "$(dirname "$0")/.."
strict='-pedantic-errors -Wall -Wextra -Wundef -Werror -fsyntax-only -Iinclude'
count=0
for header in include/he/*.h; do
    for standard in c11 c17; do
        # shellcheck disable=SC2086 # a list of flags
        echo "#include <he/${header##*/}>" | "${CC:-cc}" -std=$standard $strict -x c -
    done
    if command -v "${CXX:-c++}" >/dev/null; then
        # shellcheck disable=SC2086
        echo "#include <he/${header##*/}>" | "${CXX:-c++}" -std=c++17 $strict -x c++ -
    fi
    count=$((count + 1))
done
echo "$count headers"
