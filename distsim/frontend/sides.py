"""The two sides of synapses: what their subexpressions mean for a synapse."""

from __future__ import annotations

from collections.abc import Mapping

from distsim.equations import expansions
from distsim.equations.tree import Binary, BinaryOperator, Expression, Name, Number, names, substitute
from distsim.frontend.connectable import Connectable
from distsim.frontend.subgroup import NeuronsLike

_TIME = ("t", "dt", "t_in_timesteps")


def seen_from_synapses(group: Connectable, suffix: str) -> dict[str, Expression]:
    """Return the subexpressions of one side by their names in synapses, written with names of synapses.

    Parameters
    ----------
    group
        The source or the target.
    suffix
        ``_pre`` or ``_post``.
    """
    found: dict[str, Expression] = {}
    for name, expression in expansions(group.equations).items():
        if name not in group._seen:
            continue
        own: dict[str, Expression] = {
            inner: Name(f"{inner}{suffix}")
            for inner in names(expression) & group._seen.keys()
            if inner not in _TIME
        }
        if "i" in own and isinstance(group, NeuronsLike):
            index = "i" if suffix == "_pre" else "j"
            own["i"] = Binary(BinaryOperator.ADD, Name(index), Number(group.start))
        if "N" in names(expression):
            # Of synapses there may be more to come, but they are never only a part of a group.
            own["N"] = Number(len(group.neurons)) if isinstance(group, NeuronsLike) else Name(f"N{suffix}")
        found[f"{name}{suffix}"] = substitute(expression, own)
    return found


def seen_subexpressions(
    source: Connectable, target: Connectable, own: Mapping[str, object]
) -> dict[str, Expression]:
    """Return the subexpressions of both sides; those of the target also by their bare names."""
    post = seen_from_synapses(target, "_post")
    bare = {name.removesuffix("_post"): expression for name, expression in post.items()}
    return {
        **{name: expression for name, expression in bare.items() if name not in own},
        **post,
        **seen_from_synapses(source, "_pre"),
    }
