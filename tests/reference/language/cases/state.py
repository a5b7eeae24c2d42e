"""Reading and writing the state of neurons; subgroups."""

from SIMULATOR import *

from language_cases import case, raising


@case("4 set by value")
def values():
    G = NeuronGroup(4, "v : volt\nw : 1\nk : integer\non : boolean")
    found = {}
    G.v = -70 * mV
    found["scalar"] = G.v[:].copy()
    G.v = [1, 2, 3, 4] * mV
    found["array"] = G.v[:].copy()
    G.v[:] = 3 * mV
    found["slice"] = G.v[:].copy()
    G.w = numpy.linspace(0, 1, 4)
    found["w"] = G.w[:].copy()
    G.w = range(4)
    found["range"] = G.w[:].copy()
    G.k = 3
    G.on = numpy.array([0, 1, 1, 0], dtype=bool)
    G.v = G.w * 2 * mV
    found["expression"] = G.v[:].copy()
    return {**found, "k": G.k[:], "on": G.on[:]}


@case("4 set by value", "2 consistency errors")
def wrong_values():
    G = NeuronGroup(4, "v : volt\nw : 1\nI = 2*v : volt")
    results = {}
    with raising() as results["no unit"]:
        G.v = 3
    with raising() as results["wrong unit"]:
        G.v = 3 * nA
    with raising() as results["unit in a slice"]:
        G.v[1:] = 2
    with raising() as results["length"]:
        G.w = [1, 2, 3]
    with raising() as results["slice length"]:
        G.w[:2] = [1, 2, 3]
    with raising() as results["unknown"]:
        G.x = 3
    with raising() as results["subexpression"]:
        G.I = 3 * mV
    with raising() as results["index"]:
        G.w[7] = 3
    with raising() as results["read index"]:
        G.w[7]
    with raising() as results["number"]:
        G.N = 3
    with raising() as results["indices"]:
        G.i = 3
    with raising() as results["unknown read"]:
        G.x
    with raising() as results["float index"]:
        G.w[1.5]
    G.add_attribute("x")
    G.x = 5
    results["added"] = G.x
    return results


@case("4 set by string", "3 external constants")
def strings():
    El, spread = -60 * mV, 5
    G = NeuronGroup(4, "v : volt\nw : 1\nk : integer")
    G.w = "i/N"
    G.v = "El + w*spread*mV"
    G.k = "i*2 + int(w > 0.3)"
    first = G.v[:].copy()
    G.v[1:3] = "-v + 1*mV"
    G.w = "exp(-w) + clip(i, 1, 2)"
    return {"first": first, "v": G.v[:], "w": G.w[:], "k": G.k[:]}


@case("4 set by string", random=True)
def random_strings():
    G = NeuronGroup(3000, "v : volt\nw : 1")
    G.v = "-60*mV + rand()*5*mV"
    G.w = "randn()*0.5 + 1"
    return {"v": G.v / mV, "w": G.w[:]}


@case("4 set by string")
def wrong_strings():
    G = NeuronGroup(4, "v : volt")
    results = {}
    with raising() as results["unit"]:
        G.v = "3"
    with raising() as results["name"]:
        G.v = "no_such_name*mV"
    with raising() as results["syntax"]:
        G.v = "3*("
    with raising() as results["array for a condition"]:
        G.v["i < 2"] = [1, 2] * mV
    return results


@case("4 set subset")
def subsets():
    G = NeuronGroup(6, "v : volt\nw : 1")
    G.v[:3] = 1 * mV
    G.v[4] = 5 * mV
    G.v[-1] = 7 * mV
    G.w[[0, 2, 4]] = [1, 2, 3]
    G.w[::2] = G.w[::2] * 10
    G.w[numpy.array([False, True, False, True, False, False])] = -1
    G.w[5] = "i + 100"
    G.v[1:3] = [2, 3] * mV
    G.w[numpy.array([3, 1])] = [33, 11]
    return {
        "v": G.v[:],
        "w": G.w[:],
        "negative": G.w[-2:],
        "list": G.w[[3, 1, 3]],
        "mask": G.w[G.w > 5],
        "step": G.w[1::2],
        "backwards": G.w[::-1],
        "scalar": G.w[2],
        "is scalar": numpy.shape(G.w[2]) == (),
    }


@case("4 condition index")
def conditions():
    limit = 2
    G = NeuronGroup(6, "v : volt\ntau : second")
    G.tau = "i*2*ms"
    G.v["tau > 5*ms"] = 1 * mV
    G.v["i < limit"] = "(i + 10)*mV"
    G.v["i > 1 and tau < 7*ms"] = 5 * mV
    return {"v": G.v[:], "read": G.tau["i >= 3"], "tau": G.tau["v > 4*mV"], "none": len(G.tau["i > 100"])}


@case("4 read")
def reading():
    G = NeuronGroup(4, "v : volt\nw : 1\nI = v*2*nS : amp\ns : 1 (shared)")
    G.v = [1, 2, 3, 4] * mV
    G.w = [4, 3, 2, 1]
    G.s = 3
    return {
        "whole": numpy.array(G.v),
        "slice": G.v[:],
        "item": G.v[3],
        "mean": mean(G.v),
        "sum": sum(G.w),
        "ratio": G.v / mV,
        "product": G.v * G.w,
        "added": G.v + 1 * mV,
        "right": 2 * G.w,
        "power": G.w**2,
        "compared": G.v > 2 * mV,
        "negative": -G.w,
        "absolute": abs(-G.w),
        "length": len(G),
        "view length": len(G.v),
        "array": numpy.asarray(G.w),
        "sorted": sort(G.w),
        "sine": sin(G.w),
        "maximum": max(G.v),
        "iterated": [each for each in G.w],
        "current": G.I[:],
        "shape": G.v.shape,
        "unit": G.v.unit * 1.0,
        "shared": G.s[:],
        "dot": dot(G.w, [1, 2, 3, 4]),
        "remainder": G.w % 3,
        "floor": G.w // 2,
        "equal": G.w == 2,
        "integers": type(len(G)) is int,
    }


@case("4 read")
def in_place_on_views():
    G = NeuronGroup(3, "v : volt\nw : 1\nk : integer")
    G.v = 1 * mV
    G.v += 2 * mV
    G.v *= 2
    G.w = [1, 2, 3]
    G.w[1:] += 10
    G.w -= 1
    G.w /= 2
    G.w[0] += 5
    G.w **= 2
    G.k = [1, 2, 3]
    G.k += 4
    with raising() as error:
        G.v += 3
    G.v["i > 0"] = "v + 1*mV"
    G.w += 100
    return {"v": G.v[:], "w": G.w[:], "k": G.k[:], "error": error}


@case("4 read")
def strings_in_place():
    G = NeuronGroup(3, "w : 1")
    G.w = 1
    with raising() as whole:
        G.w += "i"
    with raising() as part:
        G.w[:] *= "i + 1"
    return {"w": G.w[:], "whole": whole, "part": part}


@case("4 read")
def views_after_a_run():
    G = NeuronGroup(3, "dv/dt = 1/ms : 1", method="euler")
    view = G.v
    run(0.5 * ms)
    return {"view": view[:], "again": G.v[:]}


@case("4 read with externals")
def subexpressions_with_external_names():
    scale = 3 * nS
    G = NeuronGroup(3, "v : volt\nI = scale*v : amp")
    G.v = [1, 2, 3] * mV
    M = StateMonitor(G, "I", record=True)
    run(0.2 * ms)
    return {"I": G.I[:], "part": G.I[1:], "one": G.I[1], "recorded": M.I, "condition": G.v["I > 5*pA"]}


@case("4 i N t dt")
def what_every_group_has():
    G = NeuronGroup(4, "v : 1", dt=0.2 * ms)
    run(1 * ms)
    return {"i": G.i[:], "N": G.N, "t": G.t[:], "dt": G.dt[:], "mask": G.i < 2, "steps": G.t_in_timesteps[:]}


@case("4 subgroups")
def subgroups():
    G = NeuronGroup(10, "dv/dt = 1/ms : 1\nw : 1", threshold="v > 0.3", reset="v = 0", method="euler")
    left, right = G[:4], G[4:]
    left.v = "i*0.1"
    right.w = "i + 100"
    right.w[0] = -1
    right.w["i > 3"] = 7
    G.w[:2] = 5
    M = StateMonitor(right, "v", record=[0, 5])
    S, T = SpikeMonitor(left), SpikeMonitor(right)
    run(2 * ms)
    return {
        "v": left.v[:],
        "w": G.w[:],
        "left w": left.w[:],
        "i": right.i[:],
        "N": right.N,
        "length": len(left),
        "start": right.start,
        "stop": right.stop,
        "recorded": M.v,
        "S.i": S.i[:],
        "S.t": S.t[:],
        "T.i": T.i[:],
        "T.count": T.count[:],
        "mean": mean(right.w),
    }


@case("4 subgroups")
def indexing_of_groups():
    G = NeuronGroup(10, "w : 1")
    G.w = "i"
    one, some = G[3], G[[3, 4, 5]]
    results = {"one": one.w[:], "some": some.w[:], "last": G[-2:].w[:], "N": one.N}
    with raising() as results["step"]:
        G[::2]
    with raising() as results["gap"]:
        G[[1, 3]]
    with raising() as results["empty"]:
        G[5:5]
    with raising() as results["beyond"]:
        G[12]
    return results


@case("4 subgroup of subgroup")
def subgroup_of_a_subgroup():
    G = NeuronGroup(10, "w : 1")
    inner = G[2:8][1:3]
    inner.w = "i + 1"
    return {"w": G.w[:], "i": inner.i[:], "start": inner.start}


@case("4 get_states")
def states_as_dictionaries():
    G = NeuronGroup(
        3,
        "v : volt\nw : 1\nI = 2*v : volt\ndu/dt = -u/ms : 1",
        threshold="u > 1",
        reset="",
        refractory=1 * ms,
        method="exact",
    )
    G.v = [1, 2, 3] * mV
    states = G.get_states()
    chosen = G.get_states(["v", "w"], units=False)
    with_units = G.get_states(["v"])
    more = G.get_states(subexpressions=True)
    G.set_states({"v": [4, 5, 6] * mV, "w": numpy.array([1, 2, 3])})
    G.set_states({"v": numpy.array([0.5, 0.25, 1])}, units=False)
    with raising() as error:
        G.set_states({"v": numpy.array([1, 2, 3])})
    with raising() as unknown:
        G.get_states(["x"])
    return {
        "names": ",".join(sorted(states)),
        "more": ",".join(sorted(more)),
        "v": chosen["v"],
        "w": chosen["w"],
        "units": with_units["v"],
        "N": states["N"],
        "now": G.v[:],
        "w now": G.w[:],
        "error": error,
        "unknown": unknown,
    }
