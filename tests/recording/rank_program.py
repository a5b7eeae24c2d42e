"""Run under mpirun by `test_recording_mpi.py`: ``rank_program.py FOLDER WRITER``."""

from __future__ import annotations

import sys
from pathlib import Path

from recording_sample import write_all

from distsim.comm.mpi import MpiCommunicator, start
from distsim.recording import WriterKind

start()
write_all(MpiCommunicator(), Path(sys.argv[1]), WriterKind(sys.argv[2]))
