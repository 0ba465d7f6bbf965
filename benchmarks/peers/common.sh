# Sourced by the peers' shell scripts. The benchmark sets PYTHON, STOPWATCH, STEPS and THREADS.
set -euo pipefail

# step NAME COMMAND...: run it and add wall, processor time and peak memory to $STEPS.
step() {
    local name=$1
    shift
    "$PYTHON" "$STOPWATCH" --steps "$STEPS" --step "$name" "$@"
}
