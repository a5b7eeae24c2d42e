"""What can go wrong with output files, each with a message for the user."""

from __future__ import annotations


class RecordingError(Exception):
    """An output file or folder could not be made or written."""


class WriteError(RecordingError):
    """The file system refused data of an HDF5 file, which cannot be closed in good order any more.

    HDF5 keeps what it could not write and tries again for each object that is freed, at the latest when the
    interpreter ends, where it complains and may crash.  A process with nothing else to do should leave
    without that (`os._exit`).
    """


class OutputExistsError(RecordingError):
    """The output folder already holds results."""


class WriterUnavailableError(RecordingError):
    """The requested writer needs an h5py or a launch that is not there."""


class ReadError(RecordingError):
    """A file is missing, cut short, or not what its reader expects."""
