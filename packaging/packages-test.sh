#!/bin/sh
# Builds the package as two versions, and lets packaging/root.sh try the one after the
# other in a clean Debian. With UNSEEN_OLD=FILE.deb the first is one that was released.
set -eu
cd "$(dirname "$0")/.."
kept=$(mktemp -d)
trap 'rm -rf "$kept"' EXIT
export UNSEEN_PACKAGES=quick
if [ -n "${UNSEEN_OLD:-}" ]; then
    cp "$UNSEEN_OLD" "$kept/old.deb"
else
    UNSEEN_VERSION=0.0~before packaging/packages.sh >/dev/null
    mv bin/packages/*.deb "$kept/old.deb"
fi
UNSEEN_VERSION=0.0~now packaging/packages.sh >/dev/null
mv bin/packages/*.deb "$kept/new.deb"
packaging/root.sh "$kept/old.deb" "$kept/new.deb"

# Somebody who never saw Unseen gets from the package to the first held pixel, by the
# wizard alone; on a copy of this machine's disk, since it takes Thunderbird and a screen.
# UNSEEN_PICTURES=DIRECTORY keeps a picture of each step.
packaging/bring.sh test
UNSEEN_REAL=1 UNSEEN_STRICT=1 UNSEEN_DEB=$kept/new.deb packaging/go.sh test -count=1 -v -timeout 30m -run '^TestFirstPixel$' ./internal/lab/e2e
