#!/bin/sh
# The numbers of docs/benchmarks.md, side by side in one run. BENCHTIME is how
# long each takes, in Go's form: 2s, or 5x for five rounds.
set -eu
cd "$(dirname "$0")/.."
export UNSEEN_REAL=1
time=${BENCHTIME:-2s}

echo "# $(packaging/go.sh version), $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)"
[ -d ../shared/mail/real ] || echo "# without ../shared/mail/real: with made-up mail instead"
packaging/go.sh test -run '^$' -bench . -benchmem -benchtime "$time" -cpu 1 \
    ./detect/... ./rules/... ./internal/plan/ ./internal/gate/ ./internal/store/ ./proxy/...
packaging/go.sh test -run '^$' -bench . -benchmem -benchtime "$time" ./imapfilter/...
CGO_ENABLED=0 packaging/go.sh test -run '^$' -bench . -benchtime "$time" ./gui/model/ ./gui/tray/
packaging/go.sh test -run '^$' -bench . -benchtime "$time" -timeout 30m ./internal/lab/e2e/
packaging/left-out.sh
