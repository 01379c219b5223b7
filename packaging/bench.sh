#!/bin/sh
# The numbers of docs/benchmarks.md: every benchmark in one run, then each row of what
# is to be reached beside what was measured.
#
#   packaging/bench.sh           all of it, about half an hour
#   packaging/bench.sh FILE      the table again, of a run that was kept
#
# What the benchmarks say is kept in .cache/bench.txt. BENCHTIME is how long each
# takes, in Go's form: 2s, or 5x for five rounds; BENCHCOUNT how often it is measured:
# of several times the best counts, which helps on a busy machine. With BENCHDRAW=DIRECTORY how cost
# grows is drawn there.
set -eu
cd "$(dirname "$0")/.."
go=$PWD/packaging/go.sh
show() { "$go" run ./internal/lab/figures/print ${BENCHDRAW:+-draw "$BENCHDRAW"} "$@"; }
if [ $# -gt 0 ]; then
    show "$@"
    exit
fi
export UNSEEN_REAL=1
time=${BENCHTIME:-2s}
mkdir -p .cache
kept=$PWD/.cache/bench.txt
status=$PWD/.cache/bench.failed
rm -f "$status"

# bench ARGUMENTS: go test that measures, and goes on where something fails.
bench() { "$go" test -run '^$' -bench . -benchtime "$time" -count "${BENCHCOUNT:-1}" "$@" || echo "$*" >>"$status"; }

{
    echo "# $("$go" version), $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)"
    echo "# load $(cut -d' ' -f1-3 /proc/loadavg) when it began, $(date -u +%Y-%m-%dT%H:%MZ)"
    [ -d ../shared/mail/real ] || echo "# without ../shared/mail/real: with made-up mail instead"
    bench -benchmem -cpu 1 ./detect/... ./rules/catalogue/... ./internal/rulefiles/ ./internal/plan/ ./internal/gate/ ./proxy/...
    bench -benchmem -cpu 1 -bench PlanLinks ./internal/daemon/
    bench -benchmem ./rules/consent/ ./internal/store/ ./imapfilter/...
    CGO_ENABLED=0 bench ./gui/model/ ./gui/tray/
    CGO_ENABLED=0 bench -timeout 60m -count 1 ./gui/window/
    (cd internal/lab/peers && bench -benchmem -cpu 1 .)
    bench -timeout 120m -count 1 ./internal/lab/e2e/
    echo "# load $(cut -d' ' -f1-3 /proc/loadavg) when it ended, $(date -u +%Y-%m-%dT%H:%MZ)"
} | tee "$kept"

echo
show "$kept"
packaging/go.sh test -run '^$' -bench Study -benchtime 1x -timeout 60m ./internal/study/
# The scan by cores and by shards, and Beam on Prism beside it.
(cd cmd/unseen-beam && "$go" test -run '^$' -bench Scan -benchtime 1x -timeout 60m ./internal/pipeline/) || echo cmd/unseen-beam >>"$status"
packaging/left-out.sh
if [ -e "$status" ]; then
    echo
    echo "Did not end well:"
    cat "$status"
    exit 1
fi
