#!/bin/sh
# Makes what people install, in bin/packages:
#
#   unseen_VERSION_amd64.deb, .rpm   programs, the window, icon, manual, completion
#   unseen_VERSION_arm64.deb         the same without the window
#   unseen-VERSION-SYSTEM.tar.gz     the daemon and command line, for systems by name
#   unseen-VERSION-windows.zip       the same for Windows, with the window
#   unseen.xpi                       the add-on for Thunderbird
#   sbom.cdx.json                    what they are made of (CycloneDX)
#   SHA256SUMS                       of all of these
#
# The same commit gives the same octets: "packaging/packages.sh again" makes them
# twice, in two directories, and compares. Files have the time of the commit.
#
# UNSEEN_VERSION names the version; without it, it is that of the last tag, or the
# day and name of the commit. UNSEEN_PACKAGES=quick leaves out what is for other
# machines than this one.
set -eu
cd "$(dirname "$0")/.."
nfpm=github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.0

SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
commit_day=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d)
version=${UNSEEN_VERSION:-$(git describe --tags --match 'v*' 2>/dev/null | sed 's/^v//; s/-\([0-9]*\)-g/+\1.g/')}
version=${version:-0.0~$commit_day.$(git rev-parse --short=8 HEAD)}
host=$(packaging/go.sh env GOARCH)

# tool: nfpm, kept outside the repository's modules: only packaging needs it.
tool() {
    [ -x .cache/tools/nfpm ] || GOBIN=$PWD/.cache/tools packaging/go.sh install "$nfpm"
}

# build SYSTEM ARCH DIR: the daemon with the command line, and the icon, without C.
build() {
    mkdir -p "$3"
    GOOS=$1 GOARCH=$2 CGO_ENABLED=0 packaging/go.sh build -buildvcs=true -trimpath -ldflags "-s -w" -o "$3/" ./cmd/unseen ./cmd/unseen-tray
}

# stage DIR: what does not depend on the machine it is for.
stage() {
    rm -rf "$1"
    mkdir -p "$1/completion"
    build linux "$host" "$1/$host"
    CGO_ENABLED=1 packaging/go.sh build -buildvcs=true -trimpath -ldflags "-s -w" -tags gui -o "$1/unseen-gui" ./cmd/unseen-gui
    (
        # As it will be called: lines for shells name it.
        PATH=$1/$host:$PATH
        unseen man "$1/man" >/dev/null
        find "$1/man" -name '*.1' -exec gzip -9n {} +
        for shell in bash zsh fish; do
            unseen completion $shell >"$1/completion/$shell"
        done
        unseen addon pack --output "$1/unseen.xpi" >/dev/null
    )
    packaging/go.sh build -o "$1/modules" ./packaging/modules
    "$1/modules" -sbom "$1/sbom.json" "$1/$host/unseen" "$1/$host/unseen-tray" "$1/unseen-gui"
    "$1/modules" -licences "$1/licences.txt" "$1/$host/unseen" "$1/$host/unseen-tray" "$1/unseen-gui"
}

# What the window opens by name as it starts, on X11 and on Wayland (GLFW 3.4), which
# no tool can read from it; the rest of what it needs is found by "libraries".
by_name="libgl1, libegl1, libx11-6, libxcursor1, libxi6, libxinerama1, libxrandr2, libxrender1, libxxf86vm1, libxkbcommon0, libwayland-egl1, libwayland-cursor0"

# libraries PROGRAM: the Debian packages of the shared libraries it is linked with.
libraries() {
    objdump -p "$1" | sed -n 's/^ *NEEDED *//p' | while read -r so; do
        path=$(readlink -f "$(ldconfig -p | sed -n "s|^[[:space:]]*$so (.*) => ||p" | head -1)")
        # Since /lib is a link to /usr/lib, packages name their files by either.
        { dpkg -S "$path" || dpkg -S "${path#/usr}"; } 2>/dev/null | sed 's/:.*//'
    done | sort -u | while read -r name; do printf '%s, ' "$name"; done
}

# package FORMAT ARCH STAGE TO: one package, by packaging/nfpm.yaml.
package() {
    window=""
    deb="" rpm=""
    if [ "$2" = "$host" ]; then
        window="  - {src: \"$3/unseen-gui\", dst: /usr/bin/unseen-gui, file_info: {mode: 0755}}"
        deb=$(libraries "$3/unseen-gui")$by_name
        rpm="libGL.so.1()(64bit), libX11.so.6()(64bit)"
    fi
    awk -v arch="$2" -v version="$version" -v stage="$3" -v window="$window" -v deb="$deb" -v rpm="$rpm" \
        -v mtime="$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)" '{
        gsub(/\$\{ARCH\}/, arch); gsub(/\$\{VERSION\}/, version); gsub(/\$\{STAGE\}/, stage)
        gsub(/\$\{WINDOW\}/, window); gsub(/\$\{DEB_DEPENDS\}/, deb); gsub(/\$\{RPM_DEPENDS\}/, rpm)
        gsub(/\$\{MTIME\}/, mtime); print }' packaging/nfpm.yaml >"$3/nfpm.yaml"
    .cache/tools/nfpm package -f "$3/nfpm.yaml" -p "$1" -t "$4" >/dev/null
}

# archive NAME DIR TO: files that are the same each time.
archive() {
    find "$2" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    case $1 in
    *.zip) (cd "$2/.." && find "$(basename "$2")" -type f | LC_ALL=C sort | TZ=UTC zip -qX9 - -@) >"$3/$1" ;;
    *) tar -C "$2/.." --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
        -cf - "$(basename "$2")" | gzip -9n >"$3/$1" ;;
    esac
}

# others STAGE TO: archives for systems that have no package here.
others() {
    for target in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64; do
        system=${target%/*} arch=${target#*/}
        name=unseen-$version-$system-$arch
        build "$system" "$arch" "$1/$name"
        cp README.md LICENSE SECURITY.md "$1/licences.txt" "$1/unseen.xpi" "$1/$name"
        if [ "$system" = windows ]; then
            GOOS=windows GOARCH=amd64 CGO_ENABLED=1 CC=x86_64-w64-mingw32-gcc packaging/go.sh build -buildvcs=true -trimpath \
                -ldflags "-s -w -H windowsgui" -tags gui -o "$1/$name/unseen-gui.exe" ./cmd/unseen-gui
            archive "$name.zip" "$1/$name" "$2"
        else
            cp -R "$1/man" "$1/completion" "$1/$name"
            archive "$name.tar.gz" "$1/$name" "$2"
        fi
    done
}

# all TO: everything, into a directory.
all() {
    work=$(mktemp -d)
    rm -rf "$1"
    mkdir -p "$1"
    stage "$work"
    package deb "$host" "$work" "$1"
    package rpm "$host" "$work" "$1"
    if [ "${UNSEEN_PACKAGES:-}" != quick ]; then
        build linux arm64 "$work/arm64"
        package deb arm64 "$work" "$1"
        others "$work" "$1"
    fi
    cp "$work/unseen.xpi" "$1/unseen.xpi"
    cp "$work/sbom.json" "$1/sbom.cdx.json"
    (cd "$1" && sha256sum -- * >SHA256SUMS)
    rm -rf "$work"
}

tool
case ${1:-} in
"")
    all bin/packages
    cat bin/packages/SHA256SUMS
    ;;
again)
    # From a second copy of the repository, in another place: no path of this one
    # may have got into what is made. The copy has what is committed, and no more.
    if [ -n "$(git status --porcelain --untracked-files=no)" ]; then
        echo "There are changes that are not committed: what is made twice would differ by them." >&2
        exit 2
    fi
    all bin/packages
    copy=$(mktemp -d)
    trap 'rm -rf "$copy"' EXIT
    git clone -q . "$copy/elsewhere"
    mkdir -p "$copy/elsewhere/.cache"
    cp -R .cache/tools "$copy/elsewhere/.cache/"
    (cd "$copy/elsewhere" && packaging/packages.sh >/dev/null)
    diff bin/packages/SHA256SUMS "$copy/elsewhere/bin/packages/SHA256SUMS"
    echo "Made twice, the same octets: $(wc -l <bin/packages/SHA256SUMS) files."
    ;;
*)
    echo "usage: packaging/packages.sh [again]" >&2
    exit 2
    ;;
esac
