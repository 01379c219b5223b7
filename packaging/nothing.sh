#!/bin/sh
# Tries, in a clean Debian with nothing but git and make, what somebody does who has just
# cloned the repository: "make run" until the demonstration stands there, and then a target
# of the tests. What each says that it installs is shown. As root: it makes a Debian root.
#
#   packaging/nothing.sh [quick|test]      quick if nothing is said
#
# UNSEEN_ROOT names a Debian root to take a copy of instead of making one.
set -eu
cd "$(dirname "$0")/.."
target=${1:-quick}
[ "$(id -u)" = 0 ] || { echo "packaging/nothing.sh has to be run as root: it makes a Debian root." >&2; exit 2; }
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(sed -n 's/^URIs: *//p; s/^deb [^h]*\(http[^ ]*\) .*/\1/p' /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null | head -1)

root=$(mktemp -d)
chmod 755 "$root"
leave() {
    for pid in $(inside); do kill -9 "$pid" 2>/dev/null || true; done
    for dir in proc dev/pts dev/shm dev sys; do umount -l "$root/$dir" 2>/dev/null || true; done
    rm -rf --one-file-system "$root"
}
# inside: the processes that live in the new system, and those of one name with a word.
inside() {
    for link in /proc/[0-9]*/root; do
        pid=${link#/proc/}
        pid=${pid%/root}
        [ "$(readlink "$link" 2>/dev/null)" = "$root" ] || continue
        [ -z "${1:-}" ] || tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q "^$1" || continue
        echo "$pid"
    done
}
trap leave EXIT
trap 'exit 1' INT TERM HUP
step() { echo "- $*"; }
wrong() { echo "not as it should be: $*" >&2; exit 1; }
within() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }

step "a clean Debian $suite with git and make"
if [ -n "${UNSEEN_ROOT:-}" ]; then
    cp -a "$UNSEEN_ROOT/." "$root"
else
    debootstrap --variant=minbase --include=git,make "$suite" "$root" "$mirror" >"$root.log" 2>&1 || { tail "$root.log"; wrong "debootstrap"; }
    rm -f "$root.log"
fi
# The network of this machine is its network: who vouches for servers here, does there.
cp /etc/resolv.conf "$root/etc/resolv.conf"
mkdir -p "$root/usr/local/share/ca-certificates"
cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null || true
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount --rbind /dev "$root/dev"
mount --make-rslave "$root/dev"
for program in go gcc dovecot python3 curl; do
    within sh -c "command -v $program" >/dev/null && wrong "$program is there already"
done
git clone -q . "$root/unseen"
[ ! -d ../shared ] || { mkdir -p "$root/shared" && cp -R ../shared/. "$root/shared/"; }

step "make run"
within make -C /unseen run >"$root/run.log" 2>&1 &
made=$!
# The demonstration says this when it waits for a reader.
until grep -q 'Ctrl-C ends the demo' "$root/run.log"; do
    kill -0 $made 2>/dev/null || { tail -30 "$root/run.log"; wrong "make run ended"; }
    sleep 1
done
grep -E '^To be installed|^go version|^The demonstration' "$root/run.log" | sed 's/^/  /'
grep -q '^To be installed from this system.s packages: .*golang-go' "$root/run.log" || wrong "it does not say what it installs"
for pid in $(inside bin/unseen); do kill -INT "$pid"; done
wait $made || { tail -30 "$root/run.log"; wrong "make run did not succeed"; }
grep 'The demo is over' "$root/run.log" | sed 's/^/  /'

step "make $target"
within make -C /unseen "$target" </dev/null >"$root/test.log" 2>&1 || { tail -60 "$root/test.log"; wrong "make $target"; }
grep -E '^To be installed' "$root/test.log" | sed 's/^/  /' || true
grep -A 20 -E '^[0-9]+ passed' "$root/test.log" | sed 's/^/  /'
echo "All as it should be."
