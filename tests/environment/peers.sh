# The simulators that tests compare with, each in an environment of its own.
# Sourced by tests/run.sh and tests/benchmarks after jobs/environment.sh. Sets DISTSIM_PEERS_PYTHON and
# DISTSIM_BMTK_PYTHON, or leaves them empty and says why.

# Brian 2.9 fails with numpy 2.3 and later; the C++ standalone target needs a compiler as well.
PEERS=("brian2==2.9.0" "numpy<2.3" "nest-simulator==3.10.*" "setuptools<81")
BMTK=("bmtk==1.2.*" "setuptools<81")

build_peers() { # PACKAGE... FOLDER
    local folder=${!#}
    find_python
    "$PYTHON" -m venv "$folder" && pip_install "$folder" "${@:1:$#-1}"
}

set_up_peer() { # VARIABLE FOLDER WHAT PACKAGE...
    local variable=$1 folder=$2 what=$3
    shift 3
    find_python
    export "$variable="
    if build_once "$folder" "$(key_of "$("$PYTHON" --version)" "$@")" build_peers "$@"; then
        export "$variable=$folder/bin/python"
    else
        say "Skipped: comparisons with $what (pip could not install it)"
    fi
}

set_up_simulators() {
    say "Brian 2 and NEST: $ROOT/.cache (the first time some minutes)"
    set_up_peer DISTSIM_PEERS_PYTHON "$ROOT/.cache/peers" "Brian 2 and NEST" "${PEERS[@]}"
}

set_up_peers() {
    set_up_simulators
    say "bmtk: $ROOT/.cache"
    set_up_peer DISTSIM_BMTK_PYTHON "$ROOT/.cache/bmtk" "bmtk" "${BMTK[@]}"
}
