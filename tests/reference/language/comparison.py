"""Comparing what a case gave in distsim with what it gave in Brian 2."""

import numpy as np
from scipy import stats

TOLERANCE = 1e-9
"""Largest difference of a number, relative to the largest number of its array."""
FALSE_ALARMS = 1e-4
"""How often a comparison of samples from one distribution fails."""
EQUIVALENT = {
    # The language has a parser of its own, whose errors show the line.
    "SyntaxError": ("EquationError", "DimensionMismatchError"),
    "TypeError": ("EquationError",),
    "NotImplementedError": ("EquationError",),
    "KeyError": ("EquationError",),
    "UnsupportedEquationsException": ("UnsupportedEquationsError",),
}
"""Exceptions of Brian 2 for which distsim has another class: name to names."""


def differences(reference, ours, *, random=False):
    """Return what differs, a sentence for each value; nothing if the results agree."""
    for results, who in ((reference, "Brian 2"), (ours, "distsim")):
        if isinstance(results.get("error"), str):
            return [f"{who} failed:\n{results['error']}"]
    found = [f"{name}: only one of both has it" for name in sorted(set(reference) ^ set(ours))]
    for name in reference:
        if name in ours:
            complaint = compare(reference[name], ours[name], random)
            if complaint:
                found.append(f"{name}: {complaint}")
    return found


def compare(reference, ours, random):
    """Return why two values differ, or None."""
    if reference["kind"] != ours["kind"]:
        return f"{shown(reference)} in Brian 2, {shown(ours)} in distsim"
    if reference["kind"] == "exception":
        return compare_exceptions(reference, ours)
    if reference["kind"] == "text":
        return compare_texts(reference["value"], ours["value"])
    return compare_arrays(reference, ours, random)


def shown(value):
    """Return a value as a short text."""
    if value["kind"] == "exception":
        return " < ".join(value["names"]) or "no exception"
    return str(value.get("value", value.get("values")))[:300]


def compare_texts(reference, ours):
    return None if reference == ours else f"{reference!r} in Brian 2, {ours!r} in distsim"


def compare_exceptions(reference, ours):
    """The class that Brian 2 raises, one derived from it, or one of the table."""
    wanted = set(reference["names"])
    if len(wanted) > 1:
        # An exception that only says in which object another one was raised.
        wanted.discard("BrianObjectException")
    for name in list(wanted):
        wanted.update(EQUIVALENT.get(name, ()))
    if wanted & set(ours["bases"]) or not (wanted or ours["names"]):
        return None
    return f"{shown(reference)} in Brian 2, {shown(ours)} in distsim: {ours['message'][:500]}"


def compare_arrays(reference, ours, random):
    for what in ("dimensions", "type"):
        # Whether whole numbers come as integers is no part of the language.
        numbers = what == "type" and {reference[what], ours[what]} == {"i", "f"}
        if reference[what] != ours[what] and not numbers:
            both = f"{shown(reference)}, {shown(ours)}"
            return f"{what} {reference[what]} in Brian 2, {ours[what]} in distsim: {both}"
    if reference["shape"] == [] and len(set(ours["values"])) == 1:
        # Of what is the same for all elements, Brian 2 gives one value where distsim gives one for each.
        ours = {**ours, "shape": [], "values": ours["values"][:1]}
    samples = random and len(reference["shape"]) > 0
    if not samples and reference["shape"] != ours["shape"]:
        return f"shape {reference['shape']} in Brian 2, {ours['shape']} in distsim"
    theirs, mine = np.array(reference["values"]), np.array(ours["values"])
    if samples:
        return compare_samples(theirs.astype(float), mine.astype(float))
    if reference["type"] != "f":
        wrong = theirs != mine
        bound = 0
    else:
        finite = np.isfinite(theirs) & np.isfinite(mine)
        bound = TOLERANCE * np.abs(theirs[finite]).max(initial=0)
        equal = (theirs == mine) | (np.isnan(theirs) & np.isnan(mine))
        with np.errstate(invalid="ignore"):
            wrong = ~equal & ~(finite & (np.abs(theirs - mine) <= bound))
    if not wrong.any():
        return None
    first = int(np.flatnonzero(wrong)[0])
    position = np.unravel_index(first, reference["shape"]) if reference["shape"] else ()
    return (
        f"{np.count_nonzero(wrong)} of {wrong.size} differ, first at {tuple(map(int, position))}: "
        f"{theirs[first]!r} in Brian 2, {mine[first]!r} in distsim"
    )


def compare_samples(theirs, mine):
    """Kolmogorov and Smirnov's test of the distributions, Welch's of the means: half the alarms each."""
    if not theirs.size or not mine.size:
        return f"{theirs.size} samples in Brian 2, {mine.size} in distsim"
    level = FALSE_ALARMS / 2
    probability = stats.ks_2samp(theirs, mine, method="asymp").pvalue
    if probability < level:
        both = f"quartiles {quartiles(theirs)}, {quartiles(mine)}"
        return f"distributions differ (p = {probability:.2g}): {both}"
    if np.ptp(theirs) == 0 and np.ptp(mine) == 0:
        return None if theirs[0] == mine[0] else f"always {theirs[0]} in Brian 2, {mine[0]} in distsim"
    probability = stats.ttest_ind(theirs, mine, equal_var=False).pvalue
    if probability < level:
        return f"means differ (p = {probability:.2g}): {theirs.mean()}, {mine.mean()}"
    return None


def quartiles(samples):
    return np.percentile(samples, [25, 50, 75]).tolist()
