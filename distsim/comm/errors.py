"""What can go wrong between ranks, apart from what goes wrong on one of them."""


class LaunchError(RuntimeError):
    """
    The processes of a run did not find each other, or there is no MPI library to find each other with.

    Every process of the failed start raises it, because none of them knows of the others.

    Attributes
    ----------
    launcher_rank : int or None
        The rank that the launcher gave to this process; an entry point prints the message where
        it is 0 or None and only exits elsewhere, so that the user reads it once.
    """

    def __init__(self, message: str, launcher_rank: int | None = None) -> None:
        super().__init__(message)
        self.launcher_rank = launcher_rank


class CollectiveError(RuntimeError):
    """The ranks do not call the same collective, or one of them will never join it."""


class PeerFailedError(RuntimeError):
    """Another rank has failed, so what this rank waits for will never come."""


class AbortError(RuntimeError):
    """
    ``abort`` was called on a communicator whose ranks are threads of one process.

    Attributes
    ----------
    code : int
        The exit status asked for.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
