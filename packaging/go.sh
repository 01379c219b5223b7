#!/bin/sh
# Runs the Go that Unseen is built with: the machine's own if it is new enough,
# else the toolchain named below, which comes through the module proxy like any
# module and is checked against the public checksum database.
#
#   packaging/go.sh ARGUMENTS    runs go with them
#   packaging/go.sh --found      says which go there is to begin with, or fails
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
pinned=1.26.8
least=26 # of 1.26, as go.mod says

# bootstrap: any go at all, to begin with.
bootstrap() {
    for go in "${UNSEEN_GO:-}" "$(command -v go || true)" /usr/local/go/bin/go /usr/lib/go/bin/go /snap/bin/go; do
        [ -n "$go" ] && [ -x "$go" ] && echo "$go" && return 0
    done
    return 1
}

# minor: the 26 of "go version go1.26.8 linux/amd64".
minor() {
    GOTOOLCHAIN=local "$1" version 2>/dev/null | sed -n 's/^go version go1\.\([0-9]*\).*/\1/p'
}

# fetch GO: an old go fetches the toolchain as a module, checks it, and it is
# laid out beside us; go before 1.21 does not know that modules can be tools.
fetch() {
    home=$here/.cache/go$pinned
    if [ ! -x "$home/bin/go" ]; then
        platform=$("$1" env GOOS)-$("$1" env GOARCH)
        module=golang.org/toolchain@v0.0.1-go$pinned.$platform
        echo "Bringing Go $pinned through the module proxy." >&2
        # Outside the repository: an old go cannot read our go.mod.
        nowhere=$(mktemp -d)
        dir=$(cd "$nowhere" && GO111MODULE=on GOFLAGS=-mod=mod GOSUMDB=${GOSUMDB:-sum.golang.org} \
            "$1" mod download -json "$module" | sed -n 's/^.*"Dir": "\(.*\)",*$/\1/p')
        rmdir "$nowhere"
        [ -n "$dir" ] && [ -d "$dir" ] || {
            echo "Go $pinned could not be downloaded: is the module proxy reachable?" >&2
            return 1
        }
        rm -rf "$home.part"
        cp -R "$dir" "$home.part"
        chmod -R u+w "$home.part"
        # Modules have no executables and no modules inside: both are undone.
        find "$home.part" -name _go.mod | while read -r file; do
            mv "$file" "$(dirname "$file")/go.mod"
        done
        chmod +x "$home.part"/bin/* "$home.part"/pkg/tool/*/*
        mv "$home.part" "$home"
    fi
    echo "$home/bin/go"
}

go=$(bootstrap) || {
    echo "There is no Go here: \"make\" brings it, or install golang-go." >&2
    exit 1
}
if [ "${1:-}" = --found ]; then
    echo "$go"
    exit 0
fi

have=$(minor "$go")
export GOTOOLCHAIN=local
if [ "${have:-0}" -lt "$least" ]; then
    if [ "${have:-0}" -lt 21 ]; then
        go=$(fetch "$go")
    else
        GOTOOLCHAIN=go$pinned
        GOSUMDB=${GOSUMDB:-sum.golang.org}
        export GOSUMDB
    fi
fi
# So that what go starts finds the same go.
PATH=$(dirname "$go"):$PATH
export PATH
exec "$go" "$@"
