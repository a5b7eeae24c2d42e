#!/usr/bin/env bash
# A SLURM of one node on this machine, for the tests of the batch script:
#
#     tests/environment/slurm.sh start FOLDER     (FOLDER/slurm.conf is then the SLURM_CONF of sbatch)
#     tests/environment/slurm.sh stop FOLDER
#
# Everything it writes is in FOLDER. Ends with 77 where SLURM is not there and cannot be installed.
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin DEBIAN_FRONTEND=noninteractive

have_slurm() {
    local program
    for program in munged slurmctld slurmd sbatch; do command -v "$program" >/dev/null || return 1; done
}

install_slurm() {
    have_slurm && return
    command -v apt-get >/dev/null || return 1
    { apt-get update && apt-get install --yes --no-install-recommends slurm-wlm munge; } >/dev/null 2>&1 || return 1
    have_slurm
}

write_configuration() { # FOLDER
    local name cores memory
    name=$(hostname -s)
    cores=$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc)
    # The batch script asks for a core a task; two of them, whatever the machine has, let its ranks meet.
    cores=$((cores > 2 ? cores : 2))
    memory=$(awk '/MemTotal/ { print int($2 / 1024 * 0.9) }' /proc/meminfo)
    cat >"$1/slurm.conf" <<CONFIGURATION
ClusterName=distsim
SlurmctldHost=$name(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$1/munge.socket
CredType=cred/munge
SlurmctldPort=${DISTSIM_SLURM_PORT:-16817}
SlurmdPort=$((${DISTSIM_SLURM_PORT:-16817} + 1))
StateSaveLocation=$1/state
SlurmdSpoolDir=$1/spool
SlurmctldPidFile=$1/slurmctld.pid
SlurmdPidFile=$1/slurmd.pid
SlurmctldLogFile=$1/slurmctld.log
SlurmdLogFile=$1/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SwitchType=switch/none
MpiDefault=none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
KillWait=5
SlurmdParameters=config_overrides
NodeName=$name NodeAddr=127.0.0.1 Sockets=1 CoresPerSocket=$cores ThreadsPerCore=1 RealMemory=$memory State=UNKNOWN
PartitionName=tests Nodes=ALL Default=YES MaxTime=60 State=UP
CONFIGURATION
}

start() { # FOLDER
    local folder=$1 waited=0
    [ "$(id -u)" = 0 ] || { echo "a SLURM of one's own needs root" >&2; exit 77; }
    install_slurm || { echo "SLURM is not installed, and apt-get cannot install it" >&2; exit 77; }
    mkdir -p "$folder/state" "$folder/spool"
    # munged wants a key that only its owner can read and a socket that everybody can reach.
    chmod 755 "$folder"
    (umask 077 && head -c 1024 /dev/urandom >"$folder/munge.key")
    write_configuration "$folder"
    munged --key-file="$folder/munge.key" --socket="$folder/munge.socket" --pid-file="$folder/munged.pid" \
        --log-file="$folder/munged.log" --seed-file="$folder/munge.seed"
    slurmctld -f "$folder/slurm.conf"
    slurmd -f "$folder/slurm.conf"
    until SLURM_CONF=$folder/slurm.conf sinfo --noheader --format=%t 2>/dev/null | grep -q idle; do
        waited=$((waited + 1))
        if [ "$waited" -gt 60 ]; then
            tail -n 20 "$folder"/*.log >&2
            stop "$folder"
            exit 1
        fi
        sleep 0.5
    done
}

stop() { # FOLDER
    local daemon
    for daemon in slurmd slurmctld munged; do
        if [ -s "$1/$daemon.pid" ]; then kill "$(cat "$1/$daemon.pid")" 2>/dev/null || true; fi
    done
}

case ${1:-} in
    start | stop) "$1" "$(mkdir -p "$2" && cd "$2" && pwd)" ;;
    *) echo "usage: slurm.sh start|stop FOLDER" >&2; exit 2 ;;
esac
