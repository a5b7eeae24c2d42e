"""
Everything that moves data between ranks; all mpi4py is here, in `distsim.comm.mpi`.

Knows nothing of neurons. Importing it neither loads nor starts MPI.
"""

from distsim.comm.directed import DirectedExchange
from distsim.comm.errors import AbortError, CollectiveError, LaunchError, PeerFailedError
from distsim.comm.exchange import AllgatherExchange, Exchange, ExchangeStatistics, Message, Messages
from distsim.comm.launch import Launch, Launcher, read_launch
from distsim.comm.protocol import Communicator, Links
from distsim.comm.serial import SerialCommunicator
from distsim.comm.threads import ThreadCommunicator, run_in_threads
from distsim.comm.world import install_abort_hook, world

__all__ = [
    "AbortError",
    "AllgatherExchange",
    "CollectiveError",
    "Communicator",
    "DirectedExchange",
    "Exchange",
    "ExchangeStatistics",
    "Launch",
    "LaunchError",
    "Launcher",
    "Links",
    "Message",
    "Messages",
    "PeerFailedError",
    "SerialCommunicator",
    "ThreadCommunicator",
    "install_abort_hook",
    "read_launch",
    "run_in_threads",
    "world",
]
