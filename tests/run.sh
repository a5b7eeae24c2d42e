#!/usr/bin/env bash
# Set up and run all tests:
#
#     tests/run.sh [--all] [pytest arguments]
#
# --all adds the tests that take minutes and those on a one-node SLURM. The first run builds an h5py with MPI and the
# environments of Brian 2, NEST and bmtk under .cache; what cannot be set up is named, and its tests are skipped.
# Tests run side by side, one process a core; those marked `alone` come afterwards, one by one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. jobs/environment.sh
. tests/environment/h5py_mpio.sh
. tests/environment/peers.sh

RANKS_INSIDE=3
MOST_PROCESSES=8
SELECTION=()
if [ "${1:-}" = --all ]; then
    SELECTION=(--slow)
    shift
fi
ASKED=$*
SELECTION+=("$@")

# The packages come first: with Debian's MPI there, distsim needs no wheel.
h5py_mpio_packages || true
set_up_distsim test lint
# Both take minutes the first time; the second call of set_up_peers finds them done and sets its variables.
set_up_peers &
peers=$!
set_up_h5py_mpio
wait "$peers" || true
set_up_peers
export DISTSIM_MPIRUN=$MPIRUN

processes=$(count_cores)
if [ "$processes" -gt "$MOST_PROCESSES" ]; then processes=$MOST_PROCESSES; fi
SIDE_BY_SIDE=(--numprocesses "$processes")
status=0
found=
part() { # TITLE COMMAND...
    local title=$1 code=0
    shift
    say "== $title"
    "$@" || code=$?
    # 5: this part has none of the tests that were asked for.
    if [ "$code" = 5 ] && [ -n "$ASKED" ]; then return; fi
    found=yes
    if [ "$code" != 0 ]; then status=$code; fi
}

# A file stays in one process, for its tests share what they have compiled and run.
part "Tests, $processes side by side" \
    "$VENV_PYTHON" -m pytest "${SIDE_BY_SIDE[@]}" --dist loadfile -m "not alone" ${SELECTION[@]+"${SELECTION[@]}"}
part "Tests that run alone" \
    "$VENV_PYTHON" -m pytest -m alone ${SELECTION[@]+"${SELECTION[@]}"}

# The same bits as compiled, without waiting for a compiler in each of hundreds of models; --all compiles them.
if [ -z "$ASKED" ]; then
    part "Tests of the language against Brian 2, as plain Python" \
        env DISTSIM_DEBUG=1 "$VENV_PYTHON" -m pytest -q "${SIDE_BY_SIDE[@]}" --dist loadgroup tests/reference/language
fi

if [ -n "$MPIRUN" ]; then
    part "Tests inside MPI, $RANKS_INSIDE ranks" \
        timeout --kill-after=10 1200 "$MPIRUN" -n "$RANKS_INSIDE" "$VENV_PYTHON" -m pytest -q -p no:cacheprovider \
        --with-mpi -m mpi ${SELECTION[@]+"${SELECTION[@]}"}
else
    say "No MPI could be found or installed"
    status=1
fi
if [ -z "$found" ]; then status=5; fi
exit "$status"
