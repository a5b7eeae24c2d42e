"""Which rank owns which neurons: pure functions of sizes, costs and the number of ranks."""

from distsim.partition.blocks import Partition, split
from distsim.partition.costs import Costs, Incoming, corrected, estimated

__all__ = ["Costs", "Incoming", "Partition", "corrected", "estimated", "split"]
