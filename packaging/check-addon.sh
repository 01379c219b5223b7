#!/bin/sh
# Checks the types of the add-on's scripts with the TypeScript compiler, which is brought
# by npm into .cache, is no part of Unseen, and changes nothing.
set -eu
cd "$(dirname "$0")/.."

typescript=5.9.3
types=127.0.0

there() {
    grep -q "\"version\": \"$typescript\"" .cache/tsc/node_modules/typescript/package.json 2>/dev/null &&
        grep -q "\"version\": \"$types\"" .cache/tsc/node_modules/@types/thunderbird-webext-browser/package.json 2>/dev/null
}

if ! there; then
    npm install --no-save --no-audit --no-fund --ignore-scripts --prefix .cache/tsc \
        "typescript@$typescript" "@types/thunderbird-webext-browser@$types" >/dev/null 2>&1 || true
fi
if ! there; then
    echo "The TypeScript compiler could not be brought: the add-on's types were not checked." >&2
    exit 3
fi
[ "${1:-}" = --bring ] || node .cache/tsc/node_modules/typescript/bin/tsc -p gui/thunderbird/tsconfig.json
