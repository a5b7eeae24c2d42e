"""What can go wrong with output files, each with a message for the user."""

from __future__ import annotations


class RecordingError(Exception):
    """An output file or folder could not be made or written."""


class OutputExistsError(RecordingError):
    """The output folder already holds results."""


class WriterUnavailableError(RecordingError):
    """The requested writer needs an h5py or a launch that is not there."""


class ReadError(RecordingError):
    """A file is missing, cut short, or not what its reader expects."""
