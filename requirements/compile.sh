#!/usr/bin/env bash
# Rewrites the pinned requirement files from pyproject.toml. Needs uv on PATH.
# No index address is written into them: whoever installs uses the index that their pip is set up with.
set -eu
cd "$(dirname "$0")/.."
compile() {
    uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-config \
        --no-emit-index-url --no-header --no-annotate --quiet "$@"
}
compile -o requirements/base.txt
compile --extra dashboard -c requirements/base.txt -o requirements/dashboard.txt
compile --extra dev -c requirements/base.txt -o requirements/dev.txt
compile --group bench -c requirements/base.txt -o requirements/bench.txt
