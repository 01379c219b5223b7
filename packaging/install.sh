#!/bin/sh
# Installs packages, as root, for packaging/bring.sh.
#
# The tests start their own Dovecot, as a program in a directory of its own. So
# the service that the package brings is neither started nor enabled: a mail
# server that nobody asked for has no place on anybody's machine.
set -eu
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod +x $policy
    trap 'rm -f $policy' EXIT INT TERM
fi
had_dovecot=no
[ -x /usr/sbin/dovecot ] && had_dovecot=yes
apt-get update -q
DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
if [ $had_dovecot = no ] && [ -x /usr/sbin/dovecot ] && command -v systemctl >/dev/null; then
    systemctl disable -q dovecot.service dovecot.socket >/dev/null 2>&1 || true
fi
