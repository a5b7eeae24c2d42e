#!/usr/bin/env bash
# From a fresh machine (Python 3.11 or later with venv, bash) to a result:
#
#     jobs/local.sh [-n RANKS] [--] MODEL [distsim options]
#
# The first run makes .venv, installs distsim there and looks for an MPI; later runs start at once.
# RANKS: as many as there are cores. Results go to results/MODEL-DATE unless --output says otherwise.
# PYTHON chooses the interpreter (default: python3).
set -euo pipefail

usage() {
    echo "usage: jobs/local.sh [-n RANKS] [--] MODEL [distsim options]" >&2
    exit 2
}

RANKS=
while [ $# -gt 0 ]; do
    case $1 in
        -n) [ $# -ge 2 ] || usage; RANKS=$2; shift 2 ;;
        -n?*) RANKS=${1#-n}; shift ;;
        --) shift; break ;;
        -*) usage ;;
        *) break ;;
    esac
done
[ $# -ge 1 ] || usage
case $RANKS in *[!0-9]* | 0*) echo "error: the number of ranks must be a whole number from 1, not '$RANKS'" >&2; exit 2 ;; esac

. "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
set_up_distsim

OUTPUT=()
case " $* " in
    *" --output "* | *" --output="* | *" --dry-run "* | *" --help "*) ;;
    *) OUTPUT=(--output "results/$(basename "${1%.*}")-$(date +%Y%m%d-%H%M%S)-$$") ;;
esac

# A dry run describes any number of ranks (--ranks) from one process; the debugger wants one process too.
case " $* " in *" --dry-run "* | *" --debug "*) RANKS=${RANKS:-1} ;; esac
if [ -z "$MPIRUN" ]; then
    [ "${RANKS:-1}" = 1 ] || fail "$RANKS ranks need an MPI, and none could be found or installed"
    RANKS=1
fi
RANKS=${RANKS:-$(count_cores)}

if [ "$RANKS" = 1 ]; then
    exec "$VENV_PYTHON" -m distsim "$@" ${OUTPUT[@]+"${OUTPUT[@]}"}
fi
exec "$MPIRUN" -n "$RANKS" "$VENV_PYTHON" -m distsim "$@" ${OUTPUT[@]+"${OUTPUT[@]}"}
