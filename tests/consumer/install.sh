#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs a build tree, then moves the result: what is installed must not know where it lay.
# usage: install.sh CMAKE BUILD_TREE INSTALLED
set -eu
cmake=$1 tree=$2 installed=$3
rm -rf "$installed" "$installed.before"
"$cmake" --install "$tree" --prefix "$installed.before" >/dev/null
mv "$installed.before" "$installed"
if grep -rIl --include='*.pc' --include='*.cmake' --include='*.h' -F -e "$tree" -e "$installed" "$installed"; then
    echo "tests/consumer/install.sh: these files know the build tree" >&2
    exit 1
fi
