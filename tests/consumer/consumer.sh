#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds and runs a program against an installed copy, as its user would.
# usage: consumer.sh readme-pkg-config|readme-find-package|compare-pkg-config ROOT INSTALLED WORK
set -eu
what=$1 root=$2 installed=$3 work=$4
here=$root/tests/consumer
libdir=$(dirname "$(find "$installed" -name 'libhe.so' | head -n 1)")
export PKG_CONFIG_PATH="$libdir/pkgconfig" LD_LIBRARY_PATH="$libdir"
strict='-std=c11 -Wall -Wextra -Wpedantic -Wconversion -Werror'

rm -rf "$work"
mkdir -p "$work"
cd "$work"

# README.md: the first C block is the program, the first text block what it prints.
"$here/extract.sh" c "$root/README.md" >example.c
"$here/extract.sh" text "$root/README.md" >expected

case $what in
readme-pkg-config)
    # shellcheck disable=SC2046,SC2086 # lists of flags
    "${CC:-cc}" $strict example.c $(pkg-config --cflags --libs libhe) -o example
    ./example >printed
    cmp expected printed
    # shellcheck disable=SC2046,SC2086
    "${CC:-cc}" $strict example.c $(pkg-config --cflags libhe) "$libdir/libhe.a" \
        $(pkg-config --libs-only-l --static libhe | sed 's/-lhe //') -o example-static
    ./example-static >printed
    cmp expected printed
    ;;
readme-find-package)
    cmake -S "$here" -B build -DCMAKE_PREFIX_PATH="$installed" -DEXAMPLE="$work/example.c"
    cmake --build build
    for program in example example_static; do
        "build/$program" >printed
        cmp expected printed
    done
    ;;
compare-pkg-config)
    # shellcheck disable=SC2046,SC2086
    "${CC:-cc}" $strict "$root/examples/8_compare.c" \
        $(pkg-config --cflags --libs libhe_enclave) -o compare
    ./compare "$root/examples/data/wdbc.csv"
    ;;
*)
    echo "consumer.sh: what is $what?" >&2
    exit 2
    ;;
esac
