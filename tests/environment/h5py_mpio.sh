# An h5py built against Debian's parallel HDF5, in a folder that tests put in front of the ordinary one.
# Sourced by tests/run.sh after jobs/environment.sh. Sets DISTSIM_H5PY_MPIO, or leaves it empty and says why.

H5PY_MPIO=$ROOT/.cache/h5py-mpio
PARALLEL_HDF5=/usr/lib/$(uname -m)-linux-gnu/hdf5/openmpi

h5py_mpio_packages() {
    [ -e "$PARALLEL_HDF5/lib/libhdf5.so" ] || [ -e "$PARALLEL_HDF5/libhdf5.so" ] && command -v mpicc >/dev/null && return
    command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || return 1
    say "Installing the parallel HDF5 of this distribution ..."
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update && apt-get install --yes --no-install-recommends \
        libhdf5-openmpi-dev openmpi-bin libopenmpi-dev gcc libc6-dev; } >/dev/null 2>&1
}

# h5py is compiled against the numpy and mpi4py of the test environment, whose binary interfaces it uses. The tools
# live in a throw-away environment; without build isolation mpi4py need not be compiled as well.
build_h5py_mpio() { # FOLDER
    local tools=$1.tools status=0
    rm -rf "$tools"
    find_python
    "$VENV_PYTHON" -m venv "$tools" &&
        pip_install "$tools" "setuptools>=82" wheel cython pkgconfig "numpy==$NUMPY_VERSION" "mpi4py==$MPI4PY_VERSION" &&
        CC=mpicc HDF5_MPI=ON HDF5_DIR=$PARALLEL_HDF5 pip_install "$tools" \
            --no-build-isolation --no-binary=h5py --no-deps --target "$1" "h5py==$H5PY_VERSION" || status=$?
    rm -rf "$tools"
    return $status
}

set_up_h5py_mpio() {
    export DISTSIM_H5PY_MPIO=
    if ! h5py_mpio_packages; then
        say "Skipped: h5py with MPI (needs libhdf5-openmpi-dev and mpicc; not there, and apt-get as root cannot install them)"
        return
    fi
    if [ -x "$VENV/bin/mpirun" ]; then
        say "Skipped: h5py with MPI (the environment holds an MPI wheel, which must not meet the system's Open MPI)"
        return
    fi
    read -r H5PY_VERSION NUMPY_VERSION MPI4PY_VERSION PYTHON_VERSION < <("$VENV_PYTHON" -c '
import sys
from importlib.metadata import version
print(version("h5py"), version("numpy"), version("mpi4py"), sys.version.split()[0])')
    say "h5py $H5PY_VERSION with MPI: $H5PY_MPIO (the first time a build of some minutes)"
    if build_once "$H5PY_MPIO" "$(key_of "$H5PY_VERSION" "$NUMPY_VERSION" "$MPI4PY_VERSION" "$PYTHON_VERSION")" \
        build_h5py_mpio; then
        export DISTSIM_H5PY_MPIO=$H5PY_MPIO
    else
        say "Skipped: h5py with MPI (the build failed)"
    fi
}
