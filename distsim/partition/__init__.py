"""Which rank owns which neurons: pure functions of sizes, costs and the number of ranks."""

from distsim.partition.blocks import Partition, split

__all__ = ["Partition", "split"]
