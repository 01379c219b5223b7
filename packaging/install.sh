#!/bin/sh
# Installs packages, as root, for packaging/bring.sh.
#
# The tests start their own Dovecot and nginx, as programs in directories of their
# own. So the services that the packages bring are neither started nor enabled: a
# server that nobody asked for has no place on anybody's machine.
set -eu
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod +x $policy
    trap 'rm -f $policy' EXIT INT TERM
fi
had_dovecot=no
had_nginx=no
[ -x /usr/sbin/nginx ] && had_nginx=yes
[ -x /usr/sbin/dovecot ] && had_dovecot=yes
apt-get update -q
DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
if [ $had_dovecot = no ] && [ -x /usr/sbin/dovecot ] && command -v systemctl >/dev/null; then
    systemctl disable -q dovecot.service dovecot.socket >/dev/null 2>&1 || true
fi
if [ $had_nginx = no ] && [ -x /usr/sbin/nginx ] && command -v systemctl >/dev/null; then
    systemctl disable -q nginx.service >/dev/null 2>&1 || true
fi
