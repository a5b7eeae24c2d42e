"""Functions in strings: elementary ones, random numbers, functions of the user, arrays of values in time."""

from SIMULATOR import *

from language_cases import case, raising

ARGUMENTS = [-2.5, -1.0, -0.3, 0.0, 0.2, 0.9, 1.0, 3.7]


def evaluated(expressions, arguments=ARGUMENTS):
    """Return every expression of `a`, evaluated once by a read and once in code that runs."""
    lines = "\n".join(f"y{k} = {expression} : 1" for k, expression in enumerate(expressions))
    outputs = "\n".join(f"z{k} : 1" for k in range(len(expressions)))
    G = NeuronGroup(len(arguments), f"a : 1\n{lines}\n{outputs}")
    G.a = arguments
    G.run_regularly("\n".join(f"z{k} = {expression}" for k, expression in enumerate(expressions)))
    Network(G).run(0.1 * ms)
    found = {}
    for k, expression in enumerate(expressions):
        found[expression], found[f"run {expression}"] = getattr(G, f"y{k}")[:], getattr(G, f"z{k}")[:]
    return found


@case("6 elementary")
def elementary_functions():
    names = "exp abs sign sin cos tan sinh cosh tanh arctan ceil floor expm1".split()
    return evaluated([f"{name}(a)" for name in names])


@case("6 elementary")
def functions_of_part_of_the_numbers():
    found = evaluated(["log(a)", "log10(a)", "sqrt(a)", "log1p(a)"], [0.1, 0.5, 1, 2, 1e10, 1e-10])
    found.update(evaluated(["arcsin(a)", "arccos(a)"], [-1, -0.5, 0, 0.3, 1]))
    return found


@case("6 elementary")
def functions_at_the_ends():
    return evaluated(["exp(a)", "tanh(a)", "expm1(a)", "sinh(a)"], [-700, -30, -1e-12, 1e-12, 30, 700])


@case("6 elementary", "3 unit checking")
def functions_of_quantities():
    G = NeuronGroup(
        3,
        """v : volt
        root = sqrt(v*v) : volt
        size = abs(v) : volt
        held = clip(v, -1*mV, 1*mV) : volt
        side = sign(v) : 1""",
    )
    G.v = [-3, 0.5, 2] * mV
    return {"root": G.root[:], "size": G.size[:], "held": G.held[:], "side": G.side[:]}


@case("6 clip")
def clipping():
    found = evaluated(["clip(a, -1, 1)", "clip(a, 0, inf)", "clip(a, -inf, 0.5)", "clip(2*a, a, 1)"])
    with raising() as units:
        G = NeuronGroup(1, "v : volt\nw = clip(v, 0, 1) : volt", threshold="w > 1*volt", reset="")
        Network(G).run(0.1 * ms)
    return {**found, "units": units}


@case("6 exprel")
def relative_exponential():
    return evaluated(["exprel(a)", "4/exprel(a)"], [-800, -20, -1, -1e-9, 0, 1e-17, 1e-5, 1, 20, 700, 720])


@case("6 int")
def integers():
    return evaluated(["int(a)", "int(a > 0)", "int(a*10)/4", "int(i/2)", "int(-a)*2"])


@case("6 constants")
def constants():
    return evaluated(["pi*a", "e**a", "2*pi + e", "int(a < inf)", "-pi"])


@case("6 rand and randn", random=True)
def one_number_an_element():
    G = NeuronGroup(3000, "v : 1\nw : 1\nu : 1", threshold="i % 2 == 0", reset="u = rand() + 1")
    G.run_regularly("v = rand(); w = randn()")
    run(0.2 * ms)
    first, second = G.v[:].copy(), G.w[:].copy()
    return {"v": first, "w": second, "u": G.u["i % 2 == 0"], "differ": bool(len(numpy.unique(first)) == 3000)}


@case("6 rand and randn", "6 poisson", random=True)
def random_numbers_in_statements():
    G = NeuronGroup(3000, "a : 1\nb : 1\nn : integer")
    G.a = "rand()"
    G.b = "2*randn() + 1"
    G.n = "poisson(3.5)"
    G.run_regularly("a = a + rand(); b = b*rand()")
    run(0.1 * ms)
    return {"a": G.a[:], "b": G.b[:], "n": G.n[:]}


@case("6 poisson", random=True)
def poisson_numbers():
    G = NeuronGroup(3000, "rate : Hz\nn : integer\nm : integer")
    G.rate = "50*Hz*i/N"
    G.run_regularly("n = poisson(rate*10*ms); m = poisson(50)")
    run(0.1 * ms)
    return {"n": G.n[:], "m": G.m[:]}


@case("6 timestep")
def steps_of_times():
    G = NeuronGroup(6, "at : second\nk = timestep(at, dt) : integer\nm = timestep(at, 0.3*ms) : integer")
    G.at = [0, 0.05, 0.1, 0.29999, 0.3, 1.25] * ms
    return {"k": G.k[:], "m": G.m[:]}


@case("6 user function", "2 check_units")
def function_of_the_user():
    @check_units(x=1, y=volt, result=volt)
    def weighted(x, y):
        return x * y + 1 * mV

    G = NeuronGroup(3, "v : volt\nw : volt\ndz/dt = weighted(1, v)/(1*ms) : volt", method="euler")
    G.v = [1, 2, 3] * mV
    G.run_regularly("w = weighted(0.5*i, v)")
    run(0.5 * ms)
    return {"w": G.w[:], "z": G.z[:]}


@case("6 user function", "6 implementation")
def implemented_for_numpy():
    @implementation("numpy", discard_units=True)
    @check_units(x=1, result=1)
    def square(x):
        return x**2

    @implementation("cpp", "double shifted(double x) { return x + 1; }")
    @implementation("cython", "cdef double shifted(double x):\n    return x + 1")
    @implementation("numpy", discard_units=True)
    @check_units(x=1, result=1)
    def shifted(x):
        return x + 1

    G = NeuronGroup(3, "v : 1", threshold="square(v) > 3", reset="v = square(v) - shifted(v)")
    G.v = [1, 2, 3]
    run(0.1 * ms)
    G.v = "v + square(i)"
    return {"v": G.v[:]}


@case("6 user function", "8 by condition")
def user_functions_in_synapses():
    @implementation("numpy", discard_units=True)
    @check_units(a=1, b=1, result=1)
    def distance(a, b):
        return numpy.abs(a - b)

    G = NeuronGroup(5, "v : 1", threshold="i == 2", reset="")
    S = Synapses(G, G, "w : 1", on_pre="v += distance(w, 3)")
    S.connect(condition="distance(i, j) > 1")
    S.w = "distance(i, 2*j)"
    run(0.1 * ms)
    return {"i": S.i[:], "j": S.j[:], "w": S.w[:], "v": G.v[:]}


@case("6 user function", "3 unit checking")
def wrong_uses_of_functions():
    @check_units(x=volt, result=volt)
    def same(x):
        return x

    results = {}
    with raising() as results["unit"]:
        G = NeuronGroup(1, "v : 1", threshold="same(v) > 1*volt", reset="")
        run(0.1 * ms)
    G = None

    def bare(x):
        return x

    with raising() as results["no units"]:
        G = NeuronGroup(1, "v : 1", threshold="bare(v) > 1", reset="")
        run(0.1 * ms)
    G = None
    with raising() as results["number of arguments"]:
        G = NeuronGroup(1, "v : volt", threshold="same(v, v) > 1*volt", reset="")
        run(0.1 * ms)
    return results


@case("6 Function")
def function_objects():
    cube = Function(lambda x: x**3, arg_units=[1], return_unit=1)
    G = NeuronGroup(3, "v : 1\nu = cube(v) : 1")
    G.v = [1, 2, 3]
    return {"u": G.u[:], "called": cube(2.0)}


@case("6 declare_types and binomial", random=True)
def binomial_numbers():
    few, many = BinomialFunction(20, 0.1), BinomialFunction(1000, 0.3)
    G = NeuronGroup(3000, "a : 1\nb : 1")
    G.run_regularly("a = few(); b = many()")
    run(0.1 * ms)
    return {"a": G.a[:], "b": G.b[:]}


@case("6 declare_types and binomial")
def declared_types():
    @declare_types(n="integer", result="integer")
    @check_units(n=1, result=1)
    def doubled(n):
        return 2 * n

    G = NeuronGroup(3, "k : integer\nm = doubled(k) : integer")
    G.k = [1, 2, 3]
    return {"m": G.m[:], "known": all(name in DEFAULT_FUNCTIONS for name in ("sin", "exprel", "clip"))}


@case("6 TimedArray 1d")
def values_in_time():
    I_in = TimedArray([0, 1, 2] * nA, dt=0.5 * ms)
    plain = TimedArray([3, 1, 4, 1, 5], dt=0.3 * ms)
    G = NeuronGroup(
        2, "I = I_in(t) : amp\np = plain(t) : 1\ndv/dt = I*Mohm/ms + plain(t)*mV/ms : volt", method="euler"
    )
    M = StateMonitor(G, ["I", "p", "v"], record=True)
    run(2.5 * ms)
    return {
        "I": M.I,
        "p": M.p,
        "v": M.v,
        "called": I_in(0.7 * ms),
        "before": I_in(-1 * ms),
        "after": I_in(1 * second),
        "array": I_in([0, 0.5, 0.99, 1.2] * ms),
        "values": I_in.values,
    }


@case("6 TimedArray 1d", "5 rk4")
def values_in_time_within_a_step():
    drive = TimedArray([0, 2, -1, 4], dt=0.25 * ms)
    found = {}
    for method in ["rk2", "rk4", "euler", "exponential_euler"]:
        G = NeuronGroup(1, "dv/dt = (drive(t) - v)/(1*ms) : 1", method=method)
        M = StateMonitor(G, "v", record=True)
        Network(G, M).run(1.5 * ms)
        found[method] = M.v
    return found


@case("6 TimedArray 1d")
def values_in_time_on_exact_multiples():
    for_steps = TimedArray(numpy.arange(3000), dt=0.1 * ms)
    odd = TimedArray(numpy.arange(1000), dt=0.7 * ms)
    G = NeuronGroup(1, "k : 1\nm : 1\nwrong : 1")
    G.run_regularly("k = for_steps(t); m = odd(t); wrong += int(k != t_in_timesteps)")
    M = StateMonitor(G, "m", record=True, when="end")
    run(250 * ms)
    return {"wrong": G.wrong[:], "m": M.m}


@case("6 TimedArray 2d")
def values_in_time_and_index():
    stim = TimedArray([[1, 2], [3, 4], [5, 6]] * mV, dt=0.4 * ms)
    G = NeuronGroup(4, "v = stim(t, i % 2) : volt\nw : volt\nwhich : integer")
    G.which = [1, 0, 1, 1]
    G.run_regularly("w = stim(t, which)")
    M = StateMonitor(G, ["v", "w"], record=True)
    run(1.5 * ms)
    return {"v": M.v, "w": M.w, "called": stim(0.5 * ms, 1)}


@case("6 TimedArray 2d")
def rates_from_an_array():
    rates_ = numpy.array([[0, 1], [1, 0], [0, 0]]) / (0.1 * ms)
    stim = TimedArray(rates_, dt=1 * ms)
    P = PoissonGroup(2, rates="stim(t, i)")
    S = SpikeMonitor(P)
    run(4 * ms)
    return {"i": S.i[:], "t": S.t[:]}


@case("6 TimedArray 1d", "3 unit checking")
def wrong_uses_of_timed_arrays():
    I_in = TimedArray([0, 1, 2] * nA, dt=0.5 * ms)
    results = {}
    with raising() as results["unit"]:
        G = NeuronGroup(1, "v = I_in(t) : volt", threshold="v > 1*volt", reset="")
        run(0.1 * ms)
    G = None
    with raising() as results["no time"]:
        G = NeuronGroup(1, "v = I_in(i) : amp", threshold="v > 1*amp", reset="")
        run(0.1 * ms)
    G = None
    with raising() as results["dt"]:
        TimedArray([1, 2], dt=1 * mV)
    with raising() as results["second argument"]:
        G = NeuronGroup(1, "v = I_in(t, i) : amp", threshold="v > 1*amp", reset="")
        run(0.1 * ms)
    return results
