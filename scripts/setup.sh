#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what libhe needs to be built and tested on Debian 12; does nothing where it is there.
# As root it also makes the system user he-enclave, under which `he serve --enclave` runs the
# enclave, so that the account which serves cannot look into it.
set -eu

packages='build-essential ca-certificates cmake git pkg-config python3
    libgmp-dev libflint-dev libsodium-dev
    libcriterion-dev libbenchmark-dev valgrind
    clang libclang-rt-14-dev clang-format-14'

installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo "scripts/setup.sh: no apt here.  Install by other means what these Debian packages hold:" >&2
    echo "$packages" >&2
    exit 1
fi

missing=
for package in $packages; do
    installed "$package" || missing="$missing $package"
done

if [ "$(id -u)" -eq 0 ]; then
    as_root=
    can_be_root=yes
elif command -v sudo >/dev/null && { [ -n "$missing" ] || sudo -n true 2>/dev/null; }; then
    as_root=sudo
    can_be_root=yes
else
    can_be_root=
fi

if [ -n "$missing" ]; then
    if [ -z "$can_be_root" ]; then
        echo "scripts/setup.sh: packages are missing, and this is neither root nor is there sudo." >&2
        echo "As root: apt-get update && apt-get install --no-install-recommends$missing" >&2
        exit 1
    fi
    echo "installing:$missing"
    $as_root apt-get -q update
    # shellcheck disable=SC2086 # a list of words
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -y -o Dpkg::Use-Pty=0 --no-install-recommends install $missing
fi

if [ -n "$can_be_root" ] && ! getent passwd he-enclave >/dev/null; then
    $as_root useradd --system --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin he-enclave
fi
