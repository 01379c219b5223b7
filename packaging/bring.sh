#!/bin/sh
# Brings what building and testing Unseen needs, on Debian and Ubuntu.
#
#   packaging/bring.sh build     what "make build" and "make run" need
#   packaging/bring.sh window    that, and what "make window" compiles with
#   packaging/bring.sh packages  that, and what "make packages" makes packages with
#   packaging/bring.sh test      all of it, and the mail programs of the tests
#   packaging/bring.sh bench     that, and what Unseen is measured beside
#
# It says first what would be installed. As root it installs it; otherwise it
# asks, and installs through sudo. If the answer is no, or nobody can be asked,
# it installs nothing and ends well: what can run runs, and what was left out is
# written to .cache/left-out, from which packaging/left-out.sh makes the last
# lines of the run. With UNSEEN_STRICT=1 it fails instead.
set -eu
cd "$(dirname "$0")/.."
mkdir -p .cache
: >.cache/left-out

what=${1:-build}
bench_packages=""
if [ "$what" = bench ]; then
    what=test
    bench_packages="nginx-light libnginx-mod-mail"
fi
go_packages="golang-go"
window_packages="gcc libc6-dev pkg-config libgl-dev libegl-dev libx11-dev libxrandr-dev libxxf86vm-dev libxi-dev libxcursor-dev libxinerama-dev libwayland-dev libxkbcommon-dev"
package_tools="gcc-mingw-w64-x86-64-win32 zip binutils debootstrap"
screen_packages="openbox imagemagick xfce4-panel xfconf libgl1-mesa-dri"
test_packages="dovecot-imapd thunderbird isync libsasl2-modules mutt neomutt offlineimap3 curl python3 claws-mail xvfb xdotool libnss3-tools bsdutils chromium geary evolution evolution-data-server gir1.2-camel-1.2 python3-gi gnome-keyring libsecret-tools dbus-daemon systemd npm openssl gnupg openssh-client poppler-utils qpdf procmail maildrop dovecot-sieve notmuch aerc w3m groff unzip"

# there PACKAGE: is what we need of a package on this machine?
there() {
    case $1 in
    ca-certificates) [ -e /etc/ssl/certs/ca-certificates.crt ] ;;
    dovecot-imapd) [ -x /usr/lib/dovecot/imap ] ;;
    thunderbird) command -v thunderbird >/dev/null ;;
    isync) command -v mbsync >/dev/null ;;
    libsasl2-modules) ls /usr/lib/*/sasl2/libplain.so >/dev/null 2>&1 ;;
    mutt | neomutt | curl | python3 | claws-mail | xdotool | chromium) command -v "$1" >/dev/null ;;
    geary) command -v geary >/dev/null ;;
    evolution) command -v evolution >/dev/null ;;
    evolution-data-server) ls /usr/lib/evolution-data-server/camel-providers/libcamelimapx.so /usr/lib/*/evolution-data-server/camel-providers/libcamelimapx.so 2>/dev/null | grep -q . ;;
    gir1.2-camel-1.2) ls /usr/lib/*/girepository-1.0/Camel-1.2.typelib >/dev/null 2>&1 ;;
    python3-gi) /usr/bin/python3 -c 'import gi' >/dev/null 2>&1 ;;
    nginx-light) [ -x /usr/sbin/nginx ] || command -v nginx >/dev/null ;;
    libnginx-mod-mail) [ -e /usr/lib/nginx/modules/ngx_mail_module.so ] ;;
    gnome-keyring) command -v gnome-keyring-daemon >/dev/null ;;
    libsecret-tools) command -v secret-tool >/dev/null ;;
    dbus-daemon) command -v dbus-run-session >/dev/null ;;
    systemd) command -v systemd-analyze >/dev/null && command -v systemd-socket-activate >/dev/null ;;
    npm) command -v npm >/dev/null ;;
    openssl) command -v openssl >/dev/null ;;
    poppler-utils) command -v pdftotext >/dev/null ;;
    openssh-client) command -v ssh-keygen >/dev/null ;;
    offlineimap3) command -v offlineimap >/dev/null ;;
    xvfb) command -v Xvfb >/dev/null ;;
    procmail | maildrop | notmuch | w3m | groff | unzip | qpdf) command -v "$1" >/dev/null ;;
    dovecot-sieve) command -v sievec >/dev/null ;;
    libnss3-tools) command -v certutil >/dev/null ;;
    bsdutils) command -v script >/dev/null ;;
    gcc-mingw-w64-x86-64-win32) command -v x86_64-w64-mingw32-gcc >/dev/null ;;
    binutils) command -v objdump >/dev/null ;;
    zip | debootstrap) command -v "$1" >/dev/null ;;
    golang-go) packaging/go.sh --found >/dev/null 2>&1 ;;
    gcc | pkg-config | openbox) command -v "$1" >/dev/null ;;
    xfce4-panel) command -v xfce4-panel >/dev/null ;;
    imagemagick) command -v import >/dev/null ;;
    xfconf) ls /usr/lib/*/xfce4/xfconf/xfconfd >/dev/null 2>&1 ;;
    libgl1-mesa-dri) ls /usr/lib/*/dri/swrast_dri.so >/dev/null 2>&1 ;;
    libc6-dev) [ -e /usr/include/stdio.h ] ;;
    libgl-dev) pkg-config --exists gl 2>/dev/null ;;
    libegl-dev) pkg-config --exists egl 2>/dev/null ;;
    libwayland-dev) pkg-config --exists wayland-client 2>/dev/null ;;
    libx11-dev | libxrandr-dev | libxxf86vm-dev | libxi-dev | libxcursor-dev | libxinerama-dev | libxkbcommon-dev)
        module=${1#lib}
        pkg-config --exists "${module%-dev}" 2>/dev/null
        ;;
    esac
}

# tests PACKAGE: what is left out without it?
tests() {
    case $1 in
    dovecot-imapd) echo "the tests against a real mail server (all real mail programs need it)" ;;
    thunderbird | libnss3-tools) echo "the tests with Thunderbird" ;;
    isync | libsasl2-modules) echo "the tests with mbsync" ;;
    mutt | neomutt) echo "the tests with $1" ;;
    procmail | maildrop | notmuch | dovecot-sieve) echo "the recipe for $1" ;;
    unzip) echo "what is in the bundle for those who help" ;;
    groff) echo "whether the manual pages can be read" ;;
    w3m) echo "the recipes for mutt and neomutt" ;;
    bsdutils) echo "the tests with mutt and neomutt" ;;
    offlineimap3) echo "the tests with offlineimap" ;;
    curl) echo "the tests with curl" ;;
    chromium) echo "the page of all vectors in a browser, and the tests of the gateway's pages" ;;
    npm) echo "the tests of the pages with axe, and of studies with DuckDB and Frictionless Data" ;;
    poppler-utils) echo "the tests of reports on paper" ;;
    openssl | openssh-client) echo "the tests that verify evidence with standard tools" ;;
    claws-mail | xvfb | xdotool) echo "the tests with Claws Mail" ;;
    geary | gnome-keyring | libsecret-tools) echo "the tests with Geary" ;;
    evolution) echo "the test with Evolution's windows" ;;
    evolution-data-server | gir1.2-camel-1.2 | python3-gi) echo "the tests with Evolution's mail library" ;;
    nginx-light | libnginx-mod-mail) echo "nginx's mail proxy beside Unseen in the benchmarks" ;;
    dbus-daemon) echo "the tests with Geary and Evolution's mail library" ;;
    python3) echo "the tests with Python's imaplib" ;;
    openbox | imagemagick | xfce4-panel | xfconf | libgl1-mesa-dri) echo "the tests of the window and the icon on a screen" ;;
    gcc | pkg-config | libc6-dev | libgl-dev | libegl-dev | libx11-dev | libxrandr-dev | libxxf86vm-dev | libxi-dev | libxcursor-dev | libxinerama-dev | libwayland-dev | libxkbcommon-dev) echo "the window, which needs C" ;;
    gcc-mingw-w64-x86-64-win32 | zip) echo "what is made for Windows" ;;
    binutils) echo "what the window needs of other packages" ;;
    debootstrap) echo "trying the package in a clean Debian" ;;
    golang-go) echo "everything: there is no Go to build with" ;;
    ca-certificates) echo "downloading Go and its modules" ;;
    esac
}

wanted="ca-certificates $go_packages"
[ "$what" = build ] || wanted="$wanted $window_packages"
[ "$what" = packages ] && wanted="$wanted $package_tools"
[ "$what" = test ] && wanted="$wanted $test_packages $screen_packages $bench_packages"
missing=""
for package in $wanted; do
    there "$package" || missing="$missing $package"
done

install() {
    if [ "$(id -u)" = 0 ]; then
        packaging/install.sh $missing
    else
        sudo packaging/install.sh $missing
    fi
}

# may_install: root may; anybody else is asked, if there is somebody to ask.
may_install() {
    command -v apt-get >/dev/null || {
        echo "This is not Debian or Ubuntu: please install the like of them yourself."
        return 1
    }
    [ "$(id -u)" = 0 ] && return 0
    command -v sudo >/dev/null || {
        echo "There is no sudo here. As root: apt-get install$missing"
        return 1
    }
    [ -t 0 ] || {
        echo "Nobody can be asked here, so nothing is installed."
        return 1
    }
    printf 'Install them with sudo? [y/N] '
    read -r answer || answer=n
    case $answer in
    [yY]*) return 0 ;;
    esac
    return 1
}

if [ -n "$missing" ]; then
    echo "To be installed from this system's packages:$missing"
    case $missing in
    *dovecot*) echo "(No mail server is left running: the tests start their own.)" ;;
    esac
    if may_install; then
        install || echo "The installation did not succeed."
    fi
fi

for package in $missing; do
    there "$package" || echo "$package is not installed: left out: $(tests "$package")" >>.cache/left-out
done

# axe-core finds what keeps people from using a page. It is no part of Unseen, and
# is kept in .cache, one version of it.
axe=4.14.1
axe_there() { grep -q "\"version\": \"$axe\"" .cache/axe/node_modules/axe-core/package.json 2>/dev/null; }
if [ "$what" = test ] && ! axe_there && command -v npm >/dev/null; then
    npm install --no-save --no-audit --no-fund --ignore-scripts --prefix .cache/axe "axe-core@$axe" >/dev/null 2>&1 ||
        echo "Fetching axe-core did not succeed."
fi
if [ "$what" = test ] && ! axe_there; then
    echo "axe-core is not there: left out: whether the pages can be used by everybody" >>.cache/left-out
fi

# DuckDB runs the SQL that datasets of studies ship with. It is no part of Unseen, and is
# kept in .cache, one version of it.
duckdb=1.5.6-r.1
duckdb_there() { grep -q "\"version\": \"$duckdb\"" .cache/duckdb/node_modules/@duckdb/node-api/package.json 2>/dev/null; }
if [ "$what" = test ] && ! duckdb_there && command -v npm >/dev/null; then
    npm install --no-save --no-audit --no-fund --ignore-scripts --prefix .cache/duckdb "@duckdb/node-api@$duckdb" >/dev/null 2>&1 ||
        echo "Fetching DuckDB did not succeed."
fi
if [ "$what" = test ] && ! duckdb_there; then
    echo "DuckDB is not there: left out: whether the SQL of datasets makes the figures again" >>.cache/left-out
fi

# The reference implementation of Frictionless Data checks what datasets of studies say of
# themselves. It is no part of Unseen, and is kept in .cache, one version of it.
frictionless=1.1.10
frictionless_there() { grep -q "\"version\": \"$frictionless\"" .cache/frictionless/node_modules/datapackage/package.json 2>/dev/null; }
if [ "$what" = test ] && ! frictionless_there && command -v npm >/dev/null; then
    npm install --no-save --no-audit --no-fund --ignore-scripts --prefix .cache/frictionless "datapackage@$frictionless" >/dev/null 2>&1 ||
        echo "Fetching Frictionless Data did not succeed."
fi
if [ "$what" = test ] && ! frictionless_there; then
    echo "Frictionless Data is not there: left out: whether datasets are what they say of themselves" >>.cache/left-out
fi

# The TypeScript compiler checks the types of the add-on's scripts.
if [ "$what" = test ] && command -v npm >/dev/null && ! packaging/check-addon.sh --bring; then
    echo "TypeScript is not there: left out: the types of the add-on's scripts" >>.cache/left-out
fi

if packaging/go.sh --found >/dev/null 2>&1; then
    packaging/go.sh version || echo "Go could not be brought up to date: left out: everything" >>.cache/left-out
fi

if [ -s .cache/left-out ] && [ "${UNSEEN_STRICT:-}" = 1 ]; then
    cat .cache/left-out
    echo "Nothing may be left out here."
    exit 1
fi
