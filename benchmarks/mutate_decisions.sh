#!/bin/bash
# Mutation testing of what decides: mutmut changes one thing at a time in the modules below and runs
# the tests of agreements on each (about 15 minutes). Prints the mutants that no test notices;
# docs/agreements.md explains each. Works in a copy: nothing of the clone is changed.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
work=${1:-$(mktemp -d)}
python3.11 -m venv "$work/venv"
# The tests need what soilbio needs; mutmut's own packages stay apart from it.
echo "$here"/.venv/lib/python3.11/site-packages > "$work/venv/lib/python3.11/site-packages/soilbio.pth"
"$work/venv/bin/pip" install -q 'mutmut==3.8.1' 2>/dev/null
git clone -q "$here" "$work/copy"
cd "$work/copy"
cat >> pyproject.toml <<'END'

[tool.mutmut]
paths_to_mutate = ["soilbio/agreements/decide.py", "soilbio/agreements/combine.py", "soilbio/agreements/limits.py", "soilbio/agreements/onward.py", "soilbio/agreements/alike.py"]
tests_dir = ["tests/unit/agreements"]
also_copy = ["soilbio", "resources", "tests", "Snakefile", "workflow", "profiles", "config", "README.md", "CHANGELOG.md", "docs"]
END
export PATH="$work/venv/bin:$PATH" SOILBIO_SHARED=${SOILBIO_SHARED:-$here/../shared}
mutmut run --max-children "${CHILDREN:-1}" > run.log
tail -n 1 run.log | tr '\r' '\n' | tail -n 1
mutmut results | grep survived || true
