"""Connecting, and reading and writing variables of synapses."""

from SIMULATOR import *

from language_cases import case, raising


def connected(*calls, source=5, target=4):
    """Connect once for each dictionary of arguments; return the pairs."""
    G, H = NeuronGroup(source, "v : 1\nx : metre"), NeuronGroup(target, "v : 1\nx : metre")
    G.x, H.x = "i*um", "i*2*um"
    S = Synapses(G, H, "w : 1")
    for call in calls:
        S.connect(**call)
    return {"i": S.i[:], "j": S.j[:], "N": len(S)}


def several(**calls):
    """Connect anew for each keyword; return all pairs."""
    return {f"{name} {key}": value for name, call in calls.items() for key, value in connected(call).items()}


@case("8 all to all", "8 i j N")
def all_to_all():
    G = NeuronGroup(3, "v : 1")
    S, T = Synapses(G, G), Synapses(G)
    S.connect()
    T.connect(True)
    return {
        "i": S.i[:],
        "j": S.j[:],
        "T.i": T.i[:],
        "T.j": T.j[:],
        "N": S.N[:],
        "length": len(S),
        "N_pre": S.N_pre,
    }


@case("8 by index")
def by_index():
    return several(
        one={"i": 1, "j": 3},
        lists={"i": [1, 2, 0], "j": [3, 3, 1]},
        broadcast={"i": [4, 2], "j": 3},
        other_way={"i": 1, "j": [0, 3, 2]},
        arrays={"i": numpy.arange(4), "j": numpy.arange(4)[::-1]},
        repeated={"i": [1, 1, 1], "j": [2, 2, 0]},
        several_each={"i": [1, 2], "j": [0, 3], "n": 2},
    )


@case("8 by index")
def wrong_indices():
    G = NeuronGroup(3, "v : 1")
    S = Synapses(G, G, "w : 1")
    results = {}
    for name, call in {
        "float": {"i": [0.5, 1.5], "j": [1, 2]},
        "too large": {"i": 5, "j": 0},
        "negative": {"i": -1, "j": 0},
        "target": {"i": [0, 1], "j": [0, 9]},
        "lengths": {"i": [0, 1], "j": [0, 1, 2]},
        "both ways": {"i": 0, "j": 1, "condition": "i != j"},
        "quantity": {"i": 0, "j": 1 * mV},
        "condition as number": {"condition": 5},
        "p": {"p": "mV"},
        "unknown": {"q": 1},
        "only i": {"i": [0, 1]},
    }.items():
        with raising() as results[name]:
            S.connect(**call)
    results["N"] = len(S)
    return results


@case("8 by condition")
def by_condition():
    return several(
        unequal={"condition": "i != j"},
        band={"condition": "abs(i - j) > 0 and abs(i - j) < 3"},
        units={"condition": "x_pre - x_post > 0*um"},
        either={"condition": "i == 0 or j == 3"},
        remainder={"condition": "(i + j) % 3 == 0"},
        negated={"condition": "not i == j"},
        distance={"condition": "sqrt((x_pre - x_post)**2) < 1.5*um"},
        sizes={"condition": "i < N_pre//2 and j >= N_post - 2"},
        numbers={"condition": "i < 3", "n": 2},
        none={"condition": "i > 100"},
        certain={"condition": "i > j", "p": 1},
    )


@case("8 by condition", "3 external constants")
def conditions_with_external_names():
    limit, scale = 2, 3 * um
    G = NeuronGroup(4, "x : metre")
    G.x = "i*um"
    S = Synapses(G, G)
    S.connect(condition="i >= limit and x_post < scale")
    results = {"i": S.i[:], "j": S.j[:]}
    with raising() as results["unknown"]:
        S.connect(condition="i > no_such_name")
    with raising() as results["units"]:
        S.connect(condition="x_pre > 3")
    with raising() as results["syntax"]:
        S.connect(condition="i >")
    return results


@case("8 by probability", random=True)
def by_probability():
    G = NeuronGroup(150, "v : 1")
    S, T = Synapses(G, G), Synapses(G, G)
    S.connect(p=0.1)
    T.connect(condition="i < 100 and i != j", p=0.3)
    outgoing = numpy.bincount(S.i[:], minlength=150)
    incoming = numpy.bincount(T.j[:], minlength=150)
    self_ = bool((T.i[:] == T.j[:]).any() or (T.i[:] >= 100).any())
    order = numpy.lexsort((S.j[:], S.i[:]))
    return {
        "outgoing": outgoing,
        "incoming": incoming,
        "self": self_,
        "sorted": bool((numpy.diff(order) == 1).all()),
    }


@case("8 probability string", random=True)
def probability_expressions():
    n0 = 10
    G = NeuronGroup(150, "v : 1\nx : 1")
    G.x = "i/N"
    S = Synapses(G, G)
    S.connect(p="exp(-abs(i - j)/n0)")
    T = Synapses(G, G)
    T.connect(condition="i != j", p="2*int(i == 3) + 0.2*x_pre")
    U = Synapses(G, G)
    U.connect(p="int(i < 2)")
    return {
        "distance": abs(S.i[:] - S.j[:]),
        "outgoing": numpy.bincount(T.i[:], minlength=150)[10:],
        "all": int((T.i[:] == 3).sum()),
        "certain": len(U),
        "diagonal": int((S.i[:] == S.j[:]).sum()),
    }


@case("8 number per pair")
def numbers_per_pair():
    return several(
        three={"n": 3},
        expression={"n": "i + 1"},
        condition={"condition": "i < 2", "n": "j"},
        one={"j": "i % 2", "n": 2},
    )


@case("8 one to one")
def one_to_one():
    return several(
        equal={"j": "i", "skip_if_invalid": True},
        half={"j": "int(i/2)"},
        conditional={"j": "int(i/2) if i % 2 == 0"},
        reverse={"i": "j + 1"},
        shifted={"j": "(i + 1) % N_post"},
        floored={"j": "i//2"},
        mirrored={"i": "j if j != 2"},
    )


@case("8 one to one", "8 skip_if_invalid")
def indices_out_of_range():
    results = {}
    G, H = NeuronGroup(5, "v : 1"), NeuronGroup(4, "v : 1")
    S = Synapses(G, H, "w : 1")
    with raising() as results["target"]:
        S.connect(j="i")
    with raising() as results["negative"]:
        S.connect(j="i - 1")
    with raising() as results["range"]:
        S.connect(j="k for k in range(i, i + 2)")
    S.connect(j="i", skip_if_invalid=True)
    S.connect(j="i - 1", skip_if_invalid=True)
    return {**results, "i": S.i[:], "j": S.j[:]}


@case("8 generator", "8 skip_if_invalid")
def generators():
    return several(
        neighbours={"j": "k for k in range(i - 1, i + 2) if k != i", "skip_if_invalid": True},
        plain={"j": "k for k in range(3)"},
        step={"j": "k for k in range(0, 4, 2)"},
        growing={"j": "k for k in range(i) if k < N_post"},
        computed={"j": "2*k for k in range(2) if i > 1"},
        mirrored={"i": "k for k in range(2)"},
        mixed={"j": "(i + k) % N_post for k in range(2)"},
        repeated={"j": "k for k in range(2)", "n": 2},
        positions={"j": "k for k in range(4) if x_post > x_pre"},
    )


@case("8 generator")
def wrong_generators():
    G = NeuronGroup(4, "v : 1")
    S = Synapses(G, G)
    results = {}
    for name, text in {
        "unknown iterator": "k for k in steps(3)",
        "no range": "k for k in [1, 2]",
        "index as variable": "i for i in range(3)",
        "too many arguments": "k for k in range(1, 2, 3, 4)",
        "two loops": "k for k in range(2) for m in range(2)",
        "not integer": "k for k in range(2.5)",
    }.items():
        with raising() as results[name]:
            S.connect(j=text)
    return results


@case("8 random generator", random=True)
def sampling_generators():
    G = NeuronGroup(200, "v : 1")
    S, T, U = Synapses(G, G), Synapses(G, G), Synapses(G, G)
    S.connect(j="k for k in sample(N_post, size=10)")
    T.connect(j="k for k in sample(N_post, p=0.1)")
    U.connect(i="k for k in sample(10, 200, 5, size=4)")
    sorted_ = all((numpy.diff(S.j[:][S.i[:] == k]) > 0).all() for k in range(200))
    return {
        "S.j": S.j[:],
        "count": len(S),
        "each": numpy.bincount(S.i[:], minlength=200).min(),
        "sorted": bool(sorted_),
        "outgoing": numpy.bincount(T.i[:], minlength=200),
        "U.i": U.i[:],
        "U count": len(U),
        "U step": bool((U.i[:] % 5 == 0).all() and U.i[:].min() >= 10),
    }


@case("8 random generator", random=True)
def samples_of_varying_size():
    G = NeuronGroup(100, "v : 1\nhow_many : integer")
    G.how_many = "1 + i % 3"
    S = Synapses(G, G)
    S.connect(j="k for k in sample(0, N_post, size=how_many_pre)")
    return {"j": S.j[:], "count": len(S), "last": numpy.bincount(S.i[:])[2]}


@case("8 several connects")
def several_connects():
    G = NeuronGroup(4, "v : 1", threshold="v > 1", reset="")
    S = Synapses(G, G, "w : 1", on_pre="v_post += w")
    S.connect(i=[0, 2], j=[1, 1])
    S.w = [5, 6]
    S.delay = 0.3 * ms
    S.connect("i == j")
    first = S.w[:].copy()
    S.w["i == j"] = "10 + i"
    S.connect(i=0, j=[3, 1])
    return {"first": first, "w": S.w[:], "i": S.i[:], "j": S.j[:], "delay": S.delay[:], "N": len(S)}


@case("8 multisynaptic_index")
def repeated_synapses():
    G = NeuronGroup(3, "v : 1", threshold="v > 1", reset="")
    S = Synapses(G, G, "w : 1", on_pre="v_post += w", multisynaptic_index="k")
    S.connect(i=[0, 0, 1, 2], j=[1, 1, 2, 0], n=2)
    S.connect(i=0, j=1)
    S.w = "k + 10*i"
    S.delay = "k*ms"
    return {
        "k": S.k[:],
        "w": S.w[:],
        "delay": S.delay[:],
        "second": S.w[:, :, 1],
        "pair": S.w[0, 1, :],
        "one": S.w[0, 1, 4],
    }


@case("8 subgroups", "4 subgroups")
def between_subgroups():
    G = NeuronGroup(10, "v : 1\nx : 1", threshold="i % 3 == 0", reset="")
    G.x = "i"
    a, b = G[:4], G[6:]
    S = Synapses(a, b, "w : 1", on_pre="v_post += x_pre + w")
    S.connect("i != j")
    S.w = "i*10 + j + x_post*100"
    T = Synapses(b, a, on_pre="v_post += 1000")
    T.connect(j="i")
    run(0.1 * ms)
    return {
        "i": S.i[:],
        "j": S.j[:],
        "w": S.w[:],
        "v": G.v[:],
        "T.i": T.i[:],
        "pair": S.w[1, 2],
        "row": S.w[0, :],
        "sizes": [S.N_pre, S.N_post],
    }


@case("8 set variables")
def setting_variables():
    G = NeuronGroup(4, "v : volt")
    G.v = "i*mV"
    H = Synapses(G, G, "w : 1\ng : siemens\nk : integer\ndelta : volt")
    H.connect("i != j")
    gmax = 2 * nS
    H.w = 0.5
    first = H.w[:].copy()
    H.w = numpy.arange(12)
    H.g = "gmax*(i + 1)/N_pre"
    H.k = "i*j"
    H.delta = "v_pre - v_post"
    H.w[3:6] = -1
    H.w[-1] = 100
    H.w += 1
    results = {}
    with raising() as results["length"]:
        H.w = [1, 2]
    with raising() as results["unit"]:
        H.g = 3
    with raising() as results["unknown"]:
        H.x = 3
    with raising() as results["i"]:
        H.i = 3
    return {
        **results,
        "first": first,
        "w": H.w[:],
        "g": H.g[:],
        "k": H.k[:],
        "delta": H.delta[:],
        "mean": mean(H.g),
    }


@case("8 set variables", random=True)
def random_variables():
    G = NeuronGroup(60, "v : 1")
    S = Synapses(G, G, "w : 1\nu : 1")
    S.connect()
    S.w = "rand()"
    S.u = "clip(0.5 + 0.2*randn(), 0, 1)"
    return {"w": S.w[:], "u": S.u[:]}


@case("8 index by pair")
def indexing_by_pair():
    G = NeuronGroup(4, "v : 1")
    S = Synapses(G, G, "w : 1\nu : volt")
    S.connect("i != j")
    S.w = "10*i + j"
    S.w[2, 1] = -21
    S.w[1, :] = "w*2"
    S.u[:, 3] = 5 * mV
    S.u[[0, 1], 2] = 7 * mV
    S.u[3, 0:2] = [1, 2] * mV
    return {
        "w": S.w[:],
        "u": S.u[:],
        "pair": S.w[2, 3],
        "row": S.w[1, :],
        "column": S.w[:, 2],
        "some": S.w[[0, 3], :],
        "slice": S.w[1:3, 0],
        "single": S.w[5],
        "numbers": S.w[[0, 3]],
        "absent": S.w[1, 1],
        "all": S.w[:, :],
    }


@case("8 index by pair", "8 subgroups")
def indexing_by_groups():
    G = NeuronGroup(6, "v : 1")
    S = Synapses(G, G, "w : 1")
    S.connect("i != j")
    S.w = "10*i + j"
    a, b = G[:2], G[3:]
    S.w[a, b] = "w + 100"
    return {"ab": S.w[a, b], "a": S.w[a, :], "b": S.w[:, b], "w": S.w[:]}


@case("8 index by string")
def indexing_by_string():
    limit = 20
    G = NeuronGroup(4, "v : 1")
    G.v = "i"
    S = Synapses(G, G, "w : 1")
    S.connect()
    S.w = "10*i + j"
    S.w["i == j"] = 0
    S.w["w > limit and v_post < 2"] = "-w + v_pre"
    return {"w": S.w[:], "read": S.w["i < j"], "j": S.j["w < 0"], "count": len(S.w["i > 100"])}


@case("8 i j N")
def indices_as_views():
    G, H = NeuronGroup(3, "v : 1"), NeuronGroup(2, "v : 1")
    S = Synapses(G, H, "w : 1")
    S.connect("i >= j")
    return {
        "sum": S.i + S.j,
        "array": numpy.asarray(S.i),
        "mask": S.i == 2,
        "one": S.i[2],
        "length": len(S.i),
        "by string": S.i["j == 1"],
        "pair": S.j[1, :],
        "N": S.N[:],
        "type": S.i[:].dtype.kind,
        "divided": S.i / 2,
    }


@case("8 N_incoming", "8 N_pre")
def numbers_of_synapses():
    G, H = NeuronGroup(4, "v : 1"), NeuronGroup(3, "v : 1")
    S = Synapses(G, H, "w : 1\nu : 1")
    S.connect("i > j")
    S.connect(i=0, j=2, n=2)
    S.w = "1.0/N_incoming"
    S.u = "N_outgoing*100 + N_pre*10 + N_post"
    return {
        "w": S.w[:],
        "u": S.u[:],
        "incoming": S.N_incoming[:],
        "outgoing": S.N_outgoing[:],
        "post": S.N_incoming_post,
        "pre": S.N_outgoing_pre,
    }


@case("8 weight matrix")
def matrices():
    G, H = NeuronGroup(3, "v : 1"), NeuronGroup(2, "v : 1")
    S = Synapses(G, H, "w : 1")
    S.connect()
    S.w[:] = numpy.arange(6).reshape(3, 2).flatten()
    W = numpy.zeros((3, 2))
    W[S.i[:], S.j[:]] = S.w[:]
    W[S.i, S.j] += S.w
    return {"W": W, "back": S.w[:]}


@case("8 sub-selection", "10 on synapses")
def selections_of_synapses():
    G = NeuronGroup(3, "v : 1")
    S = Synapses(G, G, "dw/dt = (i + j)/ms : 1 (clock-driven)", method="euler")
    S.connect("i != j")
    M, N = StateMonitor(S, "w", record=S[0, :]), StateMonitor(S, "w", record=S["j == 2"])
    run(0.3 * ms)
    return {"M": M.w, "N": N.w, "record": M.record, "single": M[S[0, 1]].w}


@case("15 indices")
def flat_indices():
    G = NeuronGroup(4, "v : 1")
    G.v = "i*2"
    S = Synapses(G, G, "w : 1")
    S.connect("i != j")
    return {
        "slice": G.indices[1:3],
        "string": G.indices["v > 3"],
        "pair": S.indices[1, 2],
        "row": S.indices[2, :],
        "synapses": S.indices["i > j"],
    }


@case("8 all to all", "11 repeated run")
def connecting_between_runs():
    inputs = SpikeGeneratorGroup(1, [0, 0], [0.1, 0.6] * ms)
    G = NeuronGroup(3, "v : 1")
    S = Synapses(inputs, G, "w : 1", on_pre="v += w")
    S.connect(i=0, j=1)
    S.w = 1
    run(0.4 * ms)
    first = G.v[:].copy()
    S.connect(i=0, j=[0, 1])
    S.w = "10**w + j"
    run(0.4 * ms)
    return {"first": first, "v": G.v[:], "w": S.w[:]}
