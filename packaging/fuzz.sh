#!/bin/sh
# Runs every fuzz target there is, one after the other, FUZZTIME each. "keep" as
# argument fuzzes nothing: of what was found it puts into each package's
# testdata/fuzz a few short inputs that reach all that is reached (packaging/keep).
#
#   FUZZTIME=10m   how long each target runs (20s)
#   FUZZFOR=30m    stop in front of the first target that would begin later;
#                  none if empty. The next run goes on there.
#   FUZZONLY=Plan  only targets whose package or name has this in it
#
# What was done is noted in .cache/fuzz/done, so that a run that was stopped,
# by FUZZFOR or by Ctrl-C, goes on with the next target; when all are done the
# next run begins anew. Inputs that reach new code stay in Go's build cache
# ("go env GOCACHE", below fuzz) and are tried first the next time. An input that
# fails is written to the package's testdata/fuzz, where every "make test" tries
# it: commit it with what mends the fault.
set -eu
cd "$(dirname "$0")/.."
export UNSEEN_REAL=1 # a target that compares with Dovecot is nothing without it
time=${FUZZTIME:-20s}
state=.cache/fuzz
mkdir -p "$state"

# seconds DURATION: of 90, 90s, 10m or 2h.
seconds() {
    case $1 in
    *h) echo $((${1%h} * 3600)) ;;
    *m) echo $((${1%m} * 60)) ;;
    *) echo "${1%s}" ;;
    esac
}

# targets: lines of a package and a target, asked of the tests themselves.
targets() {
    packaging/go.sh test -list '^Fuzz' ./... >"$state/list" || {
        grep -E '^(FAIL|---|#)' "$state/list" >&2 || true
        echo "fuzz: the tests do not build" >&2
        return 1
    }
    awk '/^Fuzz/ { name[n++] = $1 }
        /^ok/ { for (i = 0; i < n; i++) print $2, name[i]; n = 0 }' "$state/list"
}

# fuzz PACKAGE TARGET: runs one, and notes how it went.
fuzz() {
    printf '%-70s ' "${1#github.com/unseen-mail/unseen/} $2"
    log=$state/$(echo "$1 $2" | tr '/ ' '__').log
    if packaging/go.sh test -run '^$' -fuzz "^$2\$" -fuzztime "$time" "$1" >"$log" 2>&1 </dev/null; then
        how=ok
    else
        how=FAILED
    fi
    execs=$(sed -n 's/.*execs: \([0-9]*\).*/\1/p' "$log" | tail -1)
    new=$(sed -n 's/.*new interesting: \([0-9]*\).*/\1/p' "$log" | tail -1)
    total=$(sed -n 's/.*(total: \([0-9]*\)).*/\1/p' "$log" | tail -1)
    echo "$how: ${execs:-0} runs, ${new:-0} new inputs of ${total:-0}"
    if [ "$how" = ok ] && [ -z "$execs" ]; then
        how=LEFT # what it compares with is missing
        grep -m 1 -E 'left out|not installed' "$log" || true
    fi
    if [ $how = FAILED ]; then
        sed -n '/^--- FAIL/,$p' "$log" | head -40
    fi
    echo "$1 $2 $how ${execs:-0} ${new:-0}" >>"$state/done"
}

# keep PACKAGE TARGET: see packaging/keep. What is counted is the code that takes
# mail apart, and the package's own.
keep() {
    binary=$PWD/$state/$(echo "$1" | tr / _).test
    if [ ! -e "$binary" ]; then
        packaging/go.sh test -c -cover -covermode count -coverpkg "./detect/message,./detect/reference,./imapfilter/...,./internal/plan,$1" -o "$binary" "$1" 2>/dev/null
    fi
    "$state/keep" "$1" "$2" "$binary"
}

targets >"$state/targets"
if [ "${1:-}" = keep ]; then
    packaging/go.sh build -o "$state/keep" ./packaging/keep
    rm -f "$state"/*.test
    while read -r package target; do
        case "$package $target" in
        *"${FUZZONLY:-}"*) keep "$package" "$target" ;;
        esac
    done <"$state/targets"
    rm -f "$state"/*.test
    exit 0
fi
touch "$state/done"
limit=${FUZZFOR:+$(seconds "$FUZZFOR")}
began=$(date +%s)
stopped=
while read -r package target; do
    case "$package $target" in
    *"${FUZZONLY:-}"*) ;;
    *) continue ;;
    esac
    grep -q "^$package $target " "$state/done" && continue
    if [ -n "$limit" ] && [ $(($(date +%s) - began)) -ge "$limit" ]; then
        stopped=yes
        break
    fi
    fuzz "$package" "$target"
done <"$state/targets"

all=$(grep -c -F "${FUZZONLY:-}" "$state/targets" || true)
ran=$(wc -l <"$state/done")
failed=$(grep -c ' FAILED ' "$state/done" || true)
echo
awk '{ runs += $4; new += $5 } END { printf "fuzz: %d runs, %d new inputs kept\n", runs, new }' "$state/done"
echo "fuzz: $ran of $all targets done, $failed failed"
if [ "$failed" -gt 0 ]; then
    sed -n 's/^\(.*\) FAILED .*/fuzz: failed: \1/p' "$state/done"
fi
if [ -n "$stopped" ]; then
    echo "fuzz: run again to go on with the rest"
else
    mv "$state/done" "$state/last"
fi
[ "$failed" -eq 0 ]
