#!/bin/sh
# SPDX-License-Identifier: MIT
# Two builds of one source, in different places, give the same image byte for byte.
# usage: reproducible.sh CMAKE SOURCE_DIR IMAGE WORK_DIR
set -eu
cmake=$1 source=$2 image=$3 work=$4
rm -rf "$work"
trap 'rm -rf "$work"' EXIT
copy=$work/another/place/with-a-longer-name
mkdir -p "$copy"
cp -R "$source/CMakeLists.txt" "$source/cmake" "$source/include" "$source/src" "$copy"
"$cmake" -S "$copy" -B "$work/b" -DCMAKE_BUILD_TYPE=Release -DHE_BUILD_TESTS=OFF \
    -DHE_BUILD_TOOLS=OFF -DHE_BUILD_EXAMPLES=OFF -DHE_INSTALL=OFF >"$work/log" 2>&1 &&
    "$cmake" --build "$work/b" --target he_enclave_image >>"$work/log" 2>&1 || {
    tail -n 20 "$work/log"
    exit 1
}
cmp "$image" "$work/b/libexec/he/he-enclave-image"
echo "the same $(wc -c <"$image") bytes"
