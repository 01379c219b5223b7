#!/bin/sh
# Runs the tests: "all" with real mail programs, "quick" without. UNSEEN_LONG=1
# gives the full numbers, UNSEEN_STRICT=1 makes whatever is missing a failure.
set -eu
cd "$(dirname "$0")/.."
mkdir -p .cache bin
[ -e .cache/left-out ] || : >.cache/left-out

# The toolkit forgets what was drawn a minute ago, also in the middle of a test on a
# busy machine.
export FYNE_CACHE=24h

case ${1:-quick} in
all)
    export UNSEEN_REAL=1
    limit=45m
    [ "${UNSEEN_LONG:-}" = 1 ] && limit=4h
    ;;
quick)
    unset UNSEEN_REAL UNSEEN_STRICT UNSEEN_LONG || true
    limit=8m
    : >.cache/left-out
    ;;
*)
    echo "usage: packaging/test.sh all|quick" >&2
    exit 2
    ;;
esac

if ! packaging/go.sh --found >/dev/null 2>&1; then
    echo "No test was run."
    packaging/left-out.sh
    exit 1
fi

packaging/go.sh build -o bin/report ./packaging/report
status=0
# tests: what go test tells, and that it went wrong where it never came to a
# test, as with a go.mod that has to be brought up to date.
tests() { "$go" test -json -timeout "$limit" ./... 2>&1 || echo '{"Action":"build-fail"}'; }
go=$PWD/packaging/go.sh
# The exit code is the report's: it fails if a test or a build failed. The module of
# unseen-beam is in no other's "./...".
{
    tests
    (cd cmd/unseen-beam && tests)
} | bin/report -skips .cache/left-out || status=$?
packaging/left-out.sh
exit $status
