"""Inputs: timed arrays, Poisson groups and spike generators (which are populations), Poisson inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from distsim.config.evaluation import HERTZ, SECOND, Evaluator
from distsim.config.populations import Group
from distsim.config.scope import reason_for_bad_constant
from distsim.config.subgroups import read_subgroup
from distsim.equations import EquationError, Equations, parse_expression
from distsim.equations.render import render
from distsim.equations.suggest import did_you_mean
from distsim.network import PoissonInput, Population, SpikeTimes, TimedArray
from distsim.network.checker import Checker
from distsim.network.scope import Scope
from distsim.network.variables import counting_variables, neuron_variables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from distsim.config.errors import KeyPath, Problems
    from distsim.config.sections import (
        PoissonGroupEntry,
        PoissonInputEntry,
        SpikeGeneratorEntry,
        TimedArrayEntry,
    )
    from distsim.network.description import Initial

POISSON_THRESHOLD = "rand() < rates*dt"


def read_timed_array(
    name: str, entry: TimedArrayEntry, scope: Scope, problems: Problems
) -> TimedArray | None:
    """Return a timed array; None, with the problems noted, if there is something wrong."""
    path: KeyPath = ("inputs", name)
    reason = reason_for_bad_constant(name)
    if reason is not None:
        problems.add(path, f"{reason}; choose another name")
    evaluate = Evaluator(problems, scope)
    dt = evaluate.quantity((*path, "dt"), entry.dt, SECOND, positive=True)
    array = evaluate.array((*path, "values"), entry.values, unit=entry.unit)
    if array is None or dt is None or reason is not None:
        return None
    values, dimension = array
    if values.ndim not in (1, 2) or values.size == 0:
        problems.add(
            (*path, "values"), "must be a list of values, or a list of rows that each hold for one dt"
        )
        return None
    return TimedArray(values, dt, dimension)


def read_poisson_group(name: str, entry: PoissonGroupEntry, scope: Scope, problems: Problems) -> Group | None:
    """Return the population of a Poisson group; its rates may be an expression of t and i."""
    path: KeyPath = ("inputs", name)
    count = problems.count
    evaluate = Evaluator(problems, scope)
    size = evaluate.count((*path, "N"), entry.N)
    dt = None if entry.dt is None else evaluate.quantity((*path, "dt"), entry.dt, SECOND, positive=True)
    initial: tuple[Initial, ...] = ()
    place = (*path, "rates")
    if isinstance(entry.rates, list):
        equations = Equations("rates : Hz")
        array = evaluate.array(place, entry.rates, HERTZ)
        if array is not None and size is not None:
            if array[0].shape != (size,):
                problems.add(place, f"has {len(array[0])} values, but {size} are needed")
            elif array[0].min() < 0:
                problems.add(place, "a rate must not be negative")
            initial = (("rates", array[0]),)
    else:
        try:
            # The text is parsed on its own first, so that it cannot hold more than one expression.
            equations = Equations(f"rates = {render(parse_expression(str(entry.rates)))} : Hz")
        except EquationError as error:
            problems.add(place, str(error))
            return None
    variables = neuron_variables(equations, has_refractory=False)
    check = Checker(problems, scope, variables)
    if not isinstance(entry.rates, list):
        rates = check.expression(place, entry.rates, HERTZ)
        if rates is not None and check.is_constant(rates):
            evaluate.quantity(place, entry.rates, HERTZ)
    threshold = check.condition(path, POISSON_THRESHOLD)
    if problems.count > count or size is None:
        return None
    population = Population(
        name=name,
        size=size,
        equations=equations,
        threshold=threshold,
        initial=initial,
        namespace=check.namespace(),
        dt=dt,
        order=entry.order,
    )
    return Group(population, variables)


def read_spike_generator(
    name: str, entry: SpikeGeneratorEntry, scope: Scope, problems: Problems, network_dt: float | None
) -> Group | None:
    """Return neurons that spike at given times, in steps of their own dt or else of `network_dt` [s]."""
    path: KeyPath = ("inputs", name)
    count = problems.count
    evaluate = Evaluator(problems, scope)
    size = evaluate.count((*path, "N"), entry.N)
    dt = None if entry.dt is None else evaluate.quantity((*path, "dt"), entry.dt, SECOND, positive=True)
    period = evaluate.quantity((*path, "period"), entry.period, SECOND)
    times = evaluate.array((*path, "times"), entry.times, SECOND)
    indices = read_indices((*path, "indices"), entry.indices, size, evaluate)
    if problems.count > count or size is None or times is None or indices is None or period is None:
        return None
    if times[0].ndim != 1 or len(times[0]) != len(indices):
        problems.add((*path, "times"), f"has {len(times[0])} values, but there are {len(indices)} indices")
        return None
    if times[0].size and times[0].min() < 0:
        problems.add((*path, "times"), "a time must not be negative")
    step = dt or network_dt
    if step is not None:
        _check_steps(path, indices, times[0], period, step, problems)
    if problems.count > count:
        return None
    spike_times = SpikeTimes(name, size, indices, times[0], period, dt, entry.order)
    return Group(spike_times, counting_variables())


def _check_steps(
    path: KeyPath,
    indices: NDArray[np.int64],
    times: NDArray[np.float64],
    period: float,
    dt: float,
    problems: Problems,
) -> None:
    """Note what the step `dt` cannot tell apart: a neuron spikes once in a step at most."""
    if period > 0 and times.size and times.max() >= period:
        problems.add((*path, "period"), f"must be later than the last spike, at {times.max():g} s")
    if abs(period / dt - round(period / dt)) > 1e-4:
        problems.add((*path, "period"), f"must be a whole number of time steps of {dt:g} s")
    # A time belongs to the step that it is in, except within a thousandth of a step before the next.
    steps = np.floor((times + 1e-3 * dt) / dt)
    order = np.lexsort((steps, indices))
    twice = (np.diff(indices[order]) == 0) & (np.diff(steps[order]) == 0)
    if twice.any():
        spike = order[1:][twice][0]
        message = f"neuron {indices[spike]} spikes twice in the time step at {steps[spike] * dt:g} s"
        problems.add((*path, "times"), message)


def read_indices(
    path: KeyPath, value: object, size: int | None, evaluate: Evaluator
) -> NDArray[np.int64] | None:
    """Return a list of whole numbers from 0 to below `size`; None, with the problem noted, if it is none."""
    assert isinstance(value, list | str)  # noqa: S101 (the schema has seen to it)
    array = evaluate.array(path, value)
    if array is None:
        return None
    numbers = array[0]
    if numbers.ndim != 1 or (numbers != np.floor(numbers)).any():
        evaluate.problems.add(path, "must be a list of whole numbers")
        return None
    if size is not None and numbers.size and (numbers.min() < 0 or numbers.max() >= size):
        wrong = int(numbers.min() if numbers.min() < 0 else numbers.max())
        evaluate.problems.add(path, f"{wrong} is out of range: there are {size} neurons, 0 to {size - 1}")
        return None
    return numbers.astype(np.int64)


def read_poisson_input(
    name: str, entry: PoissonInputEntry, groups: Mapping[str, Group], scope: Scope, problems: Problems
) -> PoissonInput | None:
    """Return independent Poisson spike trains onto each neuron of a population."""
    path: KeyPath = ("inputs", name)
    count = problems.count
    evaluate = Evaluator(problems, scope)
    found = read_subgroup((*path, "target"), entry.target, groups, evaluate)
    number = evaluate.count((*path, "N"), entry.N, least=0)
    rate = evaluate.quantity((*path, "rate"), entry.rate, HERTZ)
    if found is None:
        return None
    group, target = found
    place = (*path, "variable")
    variable = group.variables.get(entry.variable)
    if variable is None:
        states = [known for known, other in group.variables.items() if other.read_only is None]
        hint = did_you_mean(entry.variable, states)
        problems.add(place, f"'{target.population}' has no variable '{entry.variable}'{hint}")
        return None
    if variable.read_only is not None:
        problems.add(place, f"'{entry.variable}' cannot be written: {variable.read_only}")
        return None
    check = Checker(problems, scope, group.variables)
    weight = check.expression((*path, "weight"), entry.weight, variable.dimension)
    if problems.count > count or number is None or rate is None or weight is None:
        return None
    return PoissonInput(
        name=name,
        target=target,
        variable=entry.variable,
        number=number,
        rate=rate,
        weight=weight,
        namespace=check.namespace(),
        order=entry.order,
    )
