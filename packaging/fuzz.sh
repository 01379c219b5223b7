#!/bin/sh
# Runs every fuzz target in turn, FUZZTIME each.
set -eu
cd "$(dirname "$0")/.."
time=${FUZZTIME:-20s}
packaging/go.sh list -f '{{.Dir}} {{.ImportPath}}' ./... | while read -r dir package; do
    cat "$dir"/*_test.go 2>/dev/null | sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' | while read -r target; do
        echo "$package $target"
        packaging/go.sh test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$package" </dev/null
    done
done
