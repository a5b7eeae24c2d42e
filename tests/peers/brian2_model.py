"""Run a distsim model in Brian 2: the same equations, read from the same file.

Input is one JSON object, the *resolved* model (templates expanded, constants evaluated), and, for networks
that are drawn at random, an npz file with what distsim has drawn: `PROJECTION.i`, `PROJECTION.j`,
`PROJECTION.delay` [s] and `PROJECTION.NAME` of synapses, `POPULATION.NAME` of neurons (SI units).
Everything else Brian works out itself. Output is an npz file: `MONITOR.t` [s], `MONITOR.i`,
`MONITOR.VARIABLE` (SI units) of every monitor, and the final values of all variables of synapses with their
`i` and `j`.
"""

import argparse
import ast
import json
import sys
import tempfile

import brian2
import numpy as np

NUMBER_OF_SLICE_PARTS = 2
NOT_STATE = {"i", "j", "delay", "N_incoming", "N_outgoing"}


def text_of(item, key):
    """Return the text of an entry that is written as text or as a mapping."""
    return item if isinstance(item, str) else item[key]


def types_of(entry):
    """Return the types of variables as Brian takes them."""
    if isinstance(entry, dict):
        return {name: np.dtype(kind) for name, kind in entry.items()}
    return None if entry is None else np.dtype(entry)


class Model:
    """Brian objects made from a model file."""

    def __init__(self, data, drawn):
        self.data, self.drawn = data, drawn
        self.constants = {}
        for name, value in data.get("constants", {}).items():
            self.constants[name] = self.value(value)
        self.dt = self.value(data["run"].get("dt", "0.1*ms"))
        brian2.defaultclock.dt = self.dt
        self.groups, self.synapses, self.monitors = {}, {}, {}
        inputs = data.get("inputs", {})
        for name, entry in inputs.items():
            if entry["type"] == "timed_array":
                values = self.array(entry["values"], entry.get("unit"))
                self.constants[name] = brian2.TimedArray(values, dt=self.value(entry["dt"]), name=name)
        for name, entry in data.get("populations", {}).items():
            self.groups[name] = self.population(name, entry)
        for name, entry in inputs.items():
            if entry["type"] == "spike_generator":
                self.groups[name] = brian2.SpikeGeneratorGroup(
                    self.value(entry["N"]),
                    np.array(self.value_list(entry["indices"]), dtype=int),
                    self.array(entry["times"]),
                    period=self.value(entry.get("period", "0*second")) or 0 * brian2.second,
                    dt=self.clock(entry),
                    order=entry.get("order", 0),
                    name=name,
                )
            elif entry["type"] == "poisson_group":
                self.groups[name] = self.poisson_group(name, entry)
        self.poisson_inputs = [
            self.poisson_input(entry) for entry in inputs.values() if entry["type"] == "poisson_input"
        ]
        for name, entry in data.get("projections", {}).items():
            self.synapses[name] = self.projection(name, entry)
        for name, entry in data.get("populations", {}).items():
            for variable, link in entry.get("links", {}).items():
                setattr(self.groups[name], variable, self.linked(link))
        self.operations = [self.regular(name, entry) for name, entry in data.get("run_regularly", {}).items()]
        for name, entry in data.get("monitors", {}).items():
            self.monitors[name] = self.monitor(name, entry)

    # -- values -------------------------------------------------------------------------------------------

    def is_constant(self, text):
        """Tell whether an expression needs no neuron, synapse or random number."""
        if not isinstance(text, str):
            return True
        names = {node.id for node in ast.walk(ast.parse(text, mode="eval")) if isinstance(node, ast.Name)}
        return names.isdisjoint({"i", "j", "N", "rand", "randn", "t", "dt"}) and all(
            name in self.constants or hasattr(brian2, name) for name in names
        )

    def value(self, text):
        """Evaluate an expression of constants and units; the text comes from the project's own tests."""
        if not isinstance(text, str):
            return text
        return eval(text.strip(), vars(brian2), self.constants)  # noqa: S307

    def value_list(self, entry):
        return self.value(entry) if isinstance(entry, str) else [self.value(item) for item in entry]

    def array(self, entry, unit=None):
        values = entry if not isinstance(entry, str) else self.value(entry)
        if isinstance(values, list) and values and any(isinstance(item, str) for item in values):
            values = brian2.Quantity([self.value(item) for item in values])
        return values * self.value(unit) if unit else values

    def clock(self, entry):
        return None if entry.get("dt") is None else self.value(entry["dt"])

    def part(self, text):
        """Return a population, or a part of one: `name[start:stop]`."""
        name, bracket, rest = text.partition("[")
        group = self.groups[name.strip()]
        if not bracket:
            return group
        parts = [self.value(item) if item.strip() else None for item in rest.rstrip("] ").split(":")]
        first, stop = parts if len(parts) == NUMBER_OF_SLICE_PARTS else (parts[0], parts[0] + 1)
        return group[slice(first, stop)]

    # -- objects ------------------------------------------------------------------------------------------

    def population(self, name, entry):
        namespace = {**self.constants, **{k: self.value(v) for k, v in entry.get("namespace", {}).items()}}
        refractory = entry.get("refractory", False)
        if isinstance(refractory, str) and self.is_constant(refractory):
            refractory = self.value(refractory)
        group = brian2.NeuronGroup(
            self.value(entry["N"]),
            entry["model"],
            threshold=entry.get("threshold"),
            reset=entry.get("reset"),
            refractory=refractory,
            method=entry.get("method") or ("exact", "euler", "heun"),
            dt=self.clock(entry),
            order=entry.get("order", 0),
            namespace=namespace,
            events={event: text_of(item, "condition") for event, item in entry.get("events", {}).items()},
            dtype=types_of(entry.get("dtype")),
            name=name,
        )
        for event, item in entry.get("events", {}).items():
            if isinstance(item, dict):
                group.set_event_schedule(
                    event, when=item.get("when", "after_thresholds"), order=item.get("order")
                )
        for event, item in entry.get("run_on_event", {}).items():
            when = item.get("when", "after_resets") if isinstance(item, dict) else "after_resets"
            order = item.get("order") if isinstance(item, dict) else None
            group.run_on_event(event, text_of(item, "code"), when=when, order=order)
        self.initialise(group, name, entry)
        return group

    def poisson_group(self, name, entry):
        rates = entry["rates"]
        return brian2.PoissonGroup(
            self.value(entry["N"]),
            self.value(rates) if self.is_constant(rates) else rates,
            dt=self.clock(entry),
            order=entry.get("order", 0),
            namespace=self.constants,
            name=name,
        )

    def poisson_input(self, entry):
        return brian2.PoissonInput(
            self.part(entry["target"]),
            entry["variable"],
            self.value(entry["N"]),
            self.value(entry["rate"]),
            weight=self.value(entry["weight"]),
            order=entry.get("order", 0),
        )

    def initialise(self, group, name, entry):
        for variable, given in entry.get("initial", {}).items():
            key = f"{name}.{variable}"
            if key in self.drawn:
                # With the underscore: without units.
                getattr(group, variable + "_")[:] = self.drawn[key]
            elif isinstance(given, list):
                setattr(group, variable, self.array(given))
            else:
                setattr(group, variable, str(given))

    def linked(self, entry):
        """Return what a linked variable stands for; its index is a list, or the name of a variable."""
        index = entry.get("index")
        index = np.array(self.value_list(index)) if isinstance(index, list) else index
        return brian2.linked_var(self.part(entry["source"]), entry["variable"], index=index)

    def group(self, text):
        """Return synapses, or a population or a part of one."""
        return self.synapses[text] if text in self.synapses else self.part(text)

    def regular(self, name, entry):
        return self.group(entry["group"]).run_regularly(
            entry["code"],
            dt=self.clock(entry),
            when=entry.get("when", "start"),
            order=entry.get("order", 0),
            name=name,
        )

    def projection(self, name, entry):
        source = self.part(entry["source"])
        target = self.part(entry.get("target", entry["source"]))
        namespace = {**self.constants, **{k: self.value(v) for k, v in entry.get("namespace", {}).items()}}
        delays = entry.get("delay") or {}
        delays = delays if isinstance(delays, dict) else {"pre": delays}
        scalar = {k: self.value(v) for k, v in delays.items() if isinstance(v, str) and self.is_constant(v)}
        synapses = brian2.Synapses(
            source,
            target,
            model=entry.get("model", ""),
            on_pre=entry.get("on_pre"),
            on_post=entry.get("on_post"),
            delay=scalar or None,
            method=entry.get("method") or ("exact", "euler", "heun"),
            dt=self.clock(entry),
            order=entry.get("order", 0),
            namespace=namespace,
            on_event=entry.get("on_event", "spike"),
            name=name,
        )
        for variable, when in entry.get("summed_when", {}).items():
            synapses.summed_updaters[variable].when = when
        for variable, order in entry.get("summed_order", {}).items():
            synapses.summed_updaters[variable].order = order
        for pathway, order in entry.get("pathway_order", {}).items():
            getattr(synapses, pathway).order = order
        for pathway, when in entry.get("pathway_when", {}).items():
            getattr(synapses, pathway).when = when
        if f"{name}.i" in self.drawn:
            synapses.connect(i=self.drawn[f"{name}.i"], j=self.drawn[f"{name}.j"])
            if f"{name}.delay" in self.drawn:
                synapses.pre.delay = self.drawn[f"{name}.delay"] * brian2.second
        else:
            self.connect(synapses, entry["connect"])
            for pathway, delay in delays.items():
                if pathway not in scalar:
                    value = self.array(delay) if isinstance(delay, list) else delay
                    getattr(synapses, pathway).delay = value
        self.initialise(synapses, name, entry)
        return synapses

    def connect(self, synapses, entry):
        if entry is True:
            synapses.connect()
        elif isinstance(entry, str):
            synapses.connect(condition=entry)
        elif isinstance(entry, list):
            for item in entry:
                self.connect(synapses, item)
        elif entry.get("one_to_one"):
            synapses.connect(j="i")
        elif "fixed_indegree" in entry:
            # Sources are drawn with repeats, as distsim and NEST do by default.
            indegree = self.value(entry["fixed_indegree"])
            synapses.connect(i=f"int(rand()*N_pre) for _ in range({indegree})")
        else:
            synapses.connect(**entry)

    def monitor(self, name, entry):
        source = self.group(entry["source"])
        if entry["type"] == "spikes" and "event" in entry:
            return brian2.EventMonitor(
                source,
                entry["event"],
                variables=entry.get("variables"),
                when=entry.get("when"),
                order=entry.get("order"),
                name=name,
            )
        if entry["type"] == "spikes":
            return brian2.SpikeMonitor(source, variables=entry.get("variables"), name=name)
        if entry["type"] == "rate":
            return brian2.PopulationRateMonitor(source, name=name)
        record = entry["record"]
        if isinstance(record, str):
            first, stop = record.split(":")
            record = np.arange(int(first or 0), int(stop or len(source)))
        return brian2.StateMonitor(
            source,
            entry["variables"],
            record=record,
            dt=self.clock(entry),
            when=entry.get("when", "start"),
            order=entry.get("order", 0),
            name=name,
        )

    def network(self):
        """Return all objects as a network that can be run."""
        network = brian2.Network(
            *self.groups.values(),
            *self.poisson_inputs,
            *self.synapses.values(),
            *self.operations,
            *self.monitors.values(),
        )
        if "schedule" in self.data["run"]:
            network.schedule = self.data["run"]["schedule"]
        return network

    # -- results ------------------------------------------------------------------------------------------

    def results(self):
        found = {}
        for name, monitor in self.monitors.items():
            found[f"{name}.t"] = np.asarray(monitor.t)
            if isinstance(monitor, brian2.PopulationRateMonitor):
                found[f"{name}.rate"] = np.asarray(monitor.rate)
                continue
            if isinstance(monitor, brian2.EventMonitor):
                found[f"{name}.i"] = np.asarray(monitor.i)
            for variable in self.data["monitors"][name].get("variables", []):
                found[f"{name}.{variable}"] = np.asarray(getattr(monitor, variable))
        for name, synapses in self.synapses.items():
            found[f"{name}.i"], found[f"{name}.j"] = np.asarray(synapses.i), np.asarray(synapses.j)
            for variable, described in synapses.variables.items():
                own = described.owner is not None and described.owner.name == name
                stored = isinstance(described, brian2.core.variables.DynamicArrayVariable)
                if own and stored and variable not in NOT_STATE and not variable.startswith("_"):
                    found[f"{name}.{variable}"] = np.asarray(getattr(synapses, variable))
        return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("model", help="JSON file")
    parser.add_argument("results", help="npz file to write")
    parser.add_argument("--drawn", help="npz file with drawn connections and initial values")
    parser.add_argument("--target", choices=["numpy", "cython", "cpp_standalone"], default="numpy")
    arguments = parser.parse_args()
    # Brian prints the arguments of some functions in every step, for a message that is hardly ever needed.
    np.set_printoptions(threshold=5, edgeitems=1)
    standalone = arguments.target == "cpp_standalone"
    if standalone:
        brian2.set_device("cpp_standalone", build_on_run=False)
    else:
        brian2.prefs.codegen.target = arguments.target
    with open(arguments.model) as file:  # noqa: PTH123
        data = json.load(file)
    drawn = dict(np.load(arguments.drawn)) if arguments.drawn else {}
    model = Model(data, drawn)
    network = model.network()
    network.run(model.value(data["run"]["duration"]), namespace={})
    if standalone:
        with tempfile.TemporaryDirectory() as folder:
            brian2.device.build(directory=folder, compile=True, run=True, debug=False)
            np.savez(arguments.results, **model.results())
    else:
        np.savez(arguments.results, **model.results())


if __name__ == "__main__":
    sys.exit(main())
