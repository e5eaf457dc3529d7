#!/bin/sh
# SPDX-License-Identifier: MIT
# Proves the README's two commands on a machine that has only a shell, git and this checkout: makes
# a bare Debian 12 root with debootstrap, copies the checkout in, runs them there, prints the times.
#
# usage: tests/fresh/run.sh [--keep] [COMMAND ...]     (as root; default: both commands)
#
# The packages come from where this machine's own apt gets them.  TMPDIR says where the root is made
# (some 4 GB).  Everything runs in a mount and process namespace of its own, so that mounts and
# processes end with this script, however it ends; --keep leaves the root for inspection.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)

fail() {
    echo "tests/fresh/run.sh: $*" >&2
    exit 1
}
seconds() { date +%s; }

[ "$(id -u)" -eq 0 ] || fail "needs root, to make and enter the new root"
command -v debootstrap >/dev/null || fail "needs debootstrap: apt-get install debootstrap"
if [ "${HE_FRESH_NAMESPACE-}" != yes ]; then
    exec env HE_FRESH_NAMESPACE=yes \
        unshare --mount --propagation private --pid --fork --kill-child "$0" "$@"
fi

keep=
if [ "${1-}" = --keep ]; then
    keep=yes
    shift
fi
[ $# -gt 0 ] || set -- scripts/demo.sh scripts/test.sh

bare=$(mktemp -d "${TMPDIR:-/var/tmp}/libhe-fresh.XXXXXX")
chmod 755 "$bare" # it becomes /, which every user of the new root must be able to enter
cleanup() {
    status=$?
    trap - EXIT INT TERM HUP
    for mount in dev/pts dev/shm dev sys proc tmp; do
        ! mountpoint -q "$bare/$mount" || umount "$bare/$mount" || umount --lazy "$bare/$mount"
    done
    if [ -n "$keep" ]; then
        echo "kept: $bare"
    else
        rm -rf --one-file-system "$bare"
    fi
    exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

mirror=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
    awk '$1 == "bookworm" { print $2; exit }')
[ -n "$mirror" ] || fail "this machine's apt knows no mirror of bookworm (apt-get update?)"

start=$(seconds)
log=$bare.log
debootstrap --variant=minbase --include=git,ca-certificates bookworm "$bare" "$mirror" \
    >"$log" 2>&1 || { tail -n 20 "$log" >&2; fail "debootstrap failed"; }
rm -f "$log"

# apt as on this machine: sources, keys, and how they are fetched.
rm -rf "$bare/etc/apt/sources.list" "$bare/etc/apt/sources.list.d"
mkdir -p "$bare/etc/apt/sources.list.d"
[ ! -e /etc/apt/sources.list ] || cp /etc/apt/sources.list "$bare/etc/apt/"
cp -r /etc/apt/sources.list.d/. "$bare/etc/apt/sources.list.d/"
[ ! -d /etc/apt/trusted.gpg.d ] || cp -r /etc/apt/trusted.gpg.d/. "$bare/etc/apt/trusted.gpg.d/"
[ ! -d /usr/share/keyrings ] || cp -r /usr/share/keyrings/. "$bare/usr/share/keyrings/"
[ ! -d /etc/apt/keyrings ] || cp -r /etc/apt/keyrings "$bare/etc/apt/"
apt-config dump | grep -E '^Acquire::(Check|Retries|http|ftp|ForceIPv)' \
    >"$bare/etc/apt/apt.conf.d/99fresh" || true
cp -L /etc/resolv.conf /etc/hosts "$bare/etc/"

mkdir -p "$bare/checkout"
git -C "$root" ls-files -z --cached --others --exclude-standard |
    (cd "$root" && xargs -0 sh -c 'for f; do [ ! -e "$f" ] || printf "%s\0" "$f"; done' sh) |
    tar -C "$root" --null --files-from=- -cf - | tar -C "$bare/checkout" -xf -

mount -t proc proc "$bare/proc"
mount -t sysfs sysfs "$bare/sys" -o ro
mount --bind /dev "$bare/dev"
mount -t devpts devpts "$bare/dev/pts" -o newinstance,ptmxmode=0666
mount -t tmpfs tmpfs "$bare/dev/shm" -o mode=1777
mount -t tmpfs tmpfs "$bare/tmp" -o mode=1777
times="$(($(seconds) - start)) s  a bare bookworm root"

for command; do
    start=$(seconds)
    echo "== $command"
    chroot "$bare" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
        ${HE_TEST_SCALE:+HE_TEST_SCALE="$HE_TEST_SCALE"} \
        sh -c 'cd /checkout && exec sh -c "$1"' sh "$command" ||
        fail "$command failed in the bare root"
    times="$times
$(($(seconds) - start)) s  $command"
done
echo "== passed in a bare root"
echo "$times"
