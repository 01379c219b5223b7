#!/bin/sh
# Tries the package in a clean Debian, made with debootstrap in a directory, as root:
# installs it, reads the manual, runs the demonstration, upgrades it with data of the
# version before, is refused its removal while a mail program reads through it, and
# is then removed without a trace. Says each step, and ends with 1 at the first that
# is not as it should be.
#
#   packaging/root.sh OLD.deb NEW.deb
#
# UNSEEN_ROOT names a Debian root to take a copy of instead of making one.
set -eu
old=$(realpath "$1") new=$(realpath "$2")
[ "$(id -u)" = 0 ] || { echo "packaging/root.sh has to be run as root: it makes a Debian root." >&2; exit 2; }
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(sed -n 's/^URIs: *//p; s/^deb [^h]*\(http[^ ]*\) .*/\1/p' /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null | head -1)

root=$(mktemp -d)
chmod 755 "$root"
leave() {
    umount -l "$root/proc" 2>/dev/null || true
    rm -rf "$root"
}
trap leave EXIT
trap 'exit 1' INT TERM HUP
step() { echo "- $*"; }
wrong() { echo "not as it should be: $*" >&2; exit 1; }
# within: as the root of the new system; reader: as its one user.
within() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
reader() { within runuser -u reader -- env HOME=/home/reader XDG_RUNTIME_DIR=/home/reader/run "$@"; }

step "a clean Debian $suite"
if [ -n "${UNSEEN_ROOT:-}" ]; then
    cp -a "$UNSEEN_ROOT/." "$root"
else
    debootstrap --variant=minbase --include=ca-certificates,man-db,procps "$suite" "$root" "$mirror" >"$root.log" 2>&1 || { tail "$root.log"; wrong "debootstrap"; }
    rm -f "$root.log"
fi
mount -t proc proc "$root/proc"
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp -R /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
# The manual is left out of small systems; here it is what is looked at.
rm -f "$root"/etc/dpkg/dpkg.cfg.d/docker "$root"/etc/dpkg/dpkg.cfg.d/excludes
within useradd -m reader
within install -d -o reader -m 700 /home/reader/run
cp "$old" "$root/old.deb"
cp "$new" "$root/new.deb"

step "installing $(basename "$old")"
within apt-get update -q >/dev/null
within apt-get install -y -q --no-install-recommends /old.deb >"$root/install.log" 2>&1 || { tail -20 "$root/install.log"; wrong "the installation"; }
before=$(reader unseen --version)
reader unseen demo --once | tail -1

step "data of the version before"
reader unseen completion bash >/dev/null
reader sh -c 'unseen run >/home/reader/log 2>&1 & for i in $(seq 100); do unseen status >/dev/null 2>&1 && break; sleep 0.1; done; unseen level own >/dev/null; kill $!; wait'
[ -s "$root/home/reader/.local/share/unseen/unseen.db" ] || ls -R "$root/home/reader/.local" || wrong "there is no store"

step "upgrading to $(basename "$new")"
within apt-get install -y -q --no-install-recommends /new.deb >"$root/install.log" 2>&1 || { tail -20 "$root/install.log"; wrong "the upgrade"; }
after=$(reader unseen --version)
echo "  $before -> $after"
level=$(reader sh -c 'unseen run >/home/reader/log 2>&1 & for i in $(seq 100); do unseen status >/dev/null 2>&1 && break; sleep 0.1; done; unseen level; kill $!; wait')
echo "  $level"
case $level in *own*) ;; *) wrong "the level of the version before was not kept" ;; esac

step "what was installed"
for file in /usr/bin/unseen-gui /usr/bin/unseen-tray /usr/share/applications/io.github.unseen_mail.Unseen.desktop /usr/lib/systemd/user/unseen.service \
    /usr/share/bash-completion/completions/unseen /usr/share/doc/unseen/copyright /usr/share/unseen/unseen.xpi; do
    [ -e "$root$file" ] || wrong "$file is not there"
done
within man -w unseen unseen-consent >/dev/null || wrong "the manual"
within env LC_ALL=C.UTF-8 LANGUAGE=fr man -w -L fr unseen | grep -q /fr/ || wrong "the French manual"
within sh -c 'ldd /usr/bin/unseen-gui | grep "not found"' && wrong "the window lacks libraries"
within sh -c '! ldd /usr/bin/unseen 2>/dev/null | grep -q "=>"' || wrong "unseen needs libraries"

step "removing it while Thunderbird reads through it is refused"
mkdir -p "$root/home/reader/.local/share/unseen/setup"
echo '[{"profile":"/home/reader/.thunderbird/x","changes":[]}]' >"$root/home/reader/.local/share/unseen/setup/setup.json"
if within apt-get remove -y -q unseen >"$root/remove.log" 2>&1; then wrong "it was removed"; fi
grep -q 'mail programs of reader still read through it' "$root/remove.log" || { cat "$root/remove.log"; wrong "the reason is not said"; }
grep -q 'unseen leave' "$root/remove.log" || wrong "unseen leave is not named"
reader unseen --version >/dev/null || wrong "it does not run any more"
within sh -c 'dpkg -s unseen | grep -q "install ok installed"' || wrong "it is half removed"

step "removing it after leaving"
rm "$root/home/reader/.local/share/unseen/setup/setup.json"
within apt-get purge -y -q unseen >"$root/remove.log" 2>&1 || { cat "$root/remove.log"; wrong "the removal"; }
within sh -c 'find / -xdev \( -path /proc -o -path /home -o -path /var/log -o -path "/var/cache/*" -o -name "*.log" -o -name "*.deb" \) -prune -o -iname "*unseen*" -print' | grep -v '^/var/lib/apt' >"$root/left" || true
[ ! -s "$root/left" ] || { cat "$root/left"; wrong "something was left"; }
[ -s "$root/home/reader/.local/share/unseen/unseen.db" ] || wrong "the reader's data went with it"
echo "All as it should be."
