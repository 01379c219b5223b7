#!/bin/sh
# The last lines of a run: what was left out, and why. Nothing if nothing was.
set -eu
cd "$(dirname "$0")/.."
if [ -s .cache/left-out ]; then
    echo
    echo "Left out of this run:"
    sed 's/^/  /' .cache/left-out
fi
