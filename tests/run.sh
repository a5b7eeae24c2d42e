#!/usr/bin/env bash
# Set up and run all tests:
#
#     tests/run.sh [--all] [pytest arguments]
#
# --all adds the tests that take minutes and those on a one-node SLURM. The first run builds an h5py with MPI and the
# environments of Brian 2, NEST and bmtk under .cache; what cannot be set up is named, and its tests are skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. jobs/environment.sh
. tests/environment/h5py_mpio.sh
. tests/environment/peers.sh

RANKS_INSIDE=3
SELECTION=()
if [ "${1:-}" = --all ]; then
    SELECTION=(--slow)
    shift
fi

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

status=0
say "== Tests"
"$VENV_PYTHON" -m pytest ${SELECTION[@]+"${SELECTION[@]}"} "$@" || status=$?

# The same bits as compiled, without waiting for a compiler in each of hundreds of models; --all compiles them.
say "== Tests of the language against Brian 2, as plain Python"
if [ $# = 0 ]; then
    DISTSIM_DEBUG=1 "$VENV_PYTHON" -m pytest -q tests/reference/language || status=$?
fi

# 5: none of the tests asked for runs inside MPI.
say "== Tests inside MPI, $RANKS_INSIDE ranks"
if [ -n "$MPIRUN" ]; then
    inside=0
    timeout --kill-after=10 1200 "$MPIRUN" -n "$RANKS_INSIDE" "$VENV_PYTHON" -m pytest -q -p no:cacheprovider \
        --with-mpi -m mpi ${SELECTION[@]+"${SELECTION[@]}"} "$@" || inside=$?
    if [ "$inside" != 0 ] && { [ "$inside" != 5 ] || [ $# = 0 ]; }; then status=$inside; fi
else
    say "No MPI could be found or installed"
    status=1
fi
exit "$status"
