"""What a run leaves on disk: SONATA HDF5 files, written while it goes on, and a summary.

This layer alone uses HDF5.  It knows nothing of equations or schedules, nor of MPI beyond a communicator.
"""

from distsim.recording.errors import (
    OutputExistsError,
    ReadError,
    RecordingError,
    WriteError,
    WriterUnavailableError,
)
from distsim.recording.output import OutputDirectory, report_names
from distsim.recording.protocol import (
    RateSeries,
    RateWindow,
    RateWriter,
    ReportColumns,
    ReportLayout,
    ReportWriter,
    SpikePopulation,
    SpikeVariable,
    SpikeWindow,
    SpikeWriter,
    WriterKind,
)
from distsim.recording.provenance import Provenance, library_versions
from distsim.recording.reader import Report, digest_spikes, read_report, read_spikes, spike_populations
from distsim.recording.summary import Summary, peak_rss
from distsim.recording.writers import choose_writer, open_rates, open_report, open_spikes

__all__ = [
    "OutputDirectory",
    "OutputExistsError",
    "Provenance",
    "RateSeries",
    "RateWindow",
    "RateWriter",
    "ReadError",
    "RecordingError",
    "Report",
    "ReportColumns",
    "ReportLayout",
    "ReportWriter",
    "SpikePopulation",
    "SpikeVariable",
    "SpikeWindow",
    "SpikeWriter",
    "Summary",
    "WriteError",
    "WriterKind",
    "WriterUnavailableError",
    "choose_writer",
    "digest_spikes",
    "library_versions",
    "open_rates",
    "open_report",
    "open_spikes",
    "peak_rss",
    "read_report",
    "read_spikes",
    "report_names",
    "spike_populations",
]
