"""Equations: what they hold, their flags and the names in them."""

from SIMULATOR import *

from language_cases import case, raising

E = -60 * mV


@case("3 differential equation")
def differential_equation():
    tau = 10 * ms
    G = NeuronGroup(
        2,
        """
        dv/dt = (E - v
                 + 5*mV)/tau : volt  # a broken line
        # only a comment
        du/dt = -u/(2*tau) : 1
        """,
        method="euler",
    )
    G.u = [1, 2]
    run(2 * ms)
    return {"v": G.v[:], "u": G.u[:]}


@case("3 differential equation", "3 unit checking")
def wrong_unit_of_a_differential_equation():
    with raising() as error:
        G = NeuronGroup(1, "dv/dt = -v : volt", method="euler")
        run(0.1 * ms)
    return {"error": error}


@case("3 subexpression")
def subexpressions():
    g_max = 2 * nS
    G = NeuronGroup(
        3,
        """
        total = first + other : amp
        other = 2*first : amp
        first = g*(E - v) : amp
        g = g_max*i : siemens
        dv/dt = total/(20*pF) : volt
        """,
        method="euler",
    )
    M = StateMonitor(G, ["total", "other", "g"], record=True)
    run(1 * ms)
    return {"total": M.total, "second": M.other, "g": M.g, "v": G.v[:], "now": G.total[:]}


@case("3 subexpression")
def cyclic_subexpressions():
    with raising() as error:
        NeuronGroup(1, "a = b + 1 : 1\nb = a + 1 : 1")
    return {"error": error}


@case("3 parameter")
def parameters():
    G = NeuronGroup(3, "g : siemens\nk : 1\ndv/dt = g*E/(100*pF) : volt", method="euler")
    before = G.g[:].copy()
    G.g = [1, 2, 3] * nS
    run(1 * ms)
    return {"before": before, "v": G.v[:], "k": G.k[:]}


@case("3 units allowed")
def units_that_are_allowed():
    G = NeuronGroup(
        2,
        """a : siemens/meter**2
        b : Hz
        c : radian/second
        d : amp*second**-1
        p : mmolar
        q : mM
        g : volt**0.5
        h : metre**2*kilogram/second**3/amp""",
    )
    return {name: getattr(G, name)[:] for name in "a b c d p q g h".split()}


@case("3 units allowed")
def units_that_are_refused():
    results = {}
    for unit in ["mV", "bool", "molar", "nothing", "3*volt", "nS"]:
        with raising() as results[unit]:
            NeuronGroup(1, f"v : {unit}")
    return results


@case("3 integer and boolean")
def integers_and_booleans():
    G = NeuronGroup(
        4,
        """count : integer
        on : boolean
        both : boolean (shared)
        half = count/2 : 1
        whole = count//2 : integer
        dv/dt = int(on)*Hz : 1""",
        threshold="v > 0.2",
        reset="v = 0; count += 2; on = not on",
        method="euler",
    )
    G.on = [True, False, True, True]
    G.count = [1, 2, 3, -4]
    G.both = True
    G.v = 0.1999
    run(2 * ms)
    return {
        "count": G.count[:],
        "on": G.on[:],
        "both": G.both[:],
        "half": G.half[:],
        "whole": G.whole[:],
        "v": G.v[:],
    }


@case("3 integer and boolean")
def integers_are_truncated():
    G = NeuronGroup(4, "count : integer\nx : 1")
    G.x = [-1.7, 1.2, 2.9, -0.5]
    G.count = "int(x)"
    first = G.count[:].copy()
    with raising() as error:
        G.on = 1
    return {"first": first, "error": error}


REFRACTORY = """
dv/dt = (1.2 - v)/(5*ms) : 1 (unless refractory)
du/dt = (1.2 - u)/(5*ms) : 1
"""


@case("3 unless refractory", "4 refractory time")
def held_while_refractory():
    G = NeuronGroup(2, REFRACTORY, threshold="v > 1", reset="v = 0", refractory=2 * ms, method="exact")
    G.v = [0, 0.6]
    M = StateMonitor(G, ["v", "u"], record=True)
    S = SpikeMonitor(G)
    run(30 * ms)
    return {"v": M.v, "u": M.u, "i": S.i[:], "t": S.t[:]}


@case("3 unless refractory")
def assignments_while_refractory():
    G = NeuronGroup(3, REFRACTORY, threshold="v > 1", reset="v = 0", refractory=5 * ms, method="euler")
    G.v = [2, 0, 0]
    run(0.3 * ms)
    before = G.v[:].copy()
    G.v = "5 + i"
    by_string = G.v[:].copy()
    G.v["i < 2"] = "7 + i"
    by_condition = G.v[:].copy()
    G.v[:] = "8"
    by_slice = G.v[:].copy()
    G.v = 3
    by_value = G.v[:].copy()
    G.u = "9"
    return {
        "before": before,
        "by_string": by_string,
        "by_condition": by_condition,
        "by_slice": by_slice,
        "by_value": by_value,
        "u": G.u[:],
        "refractory": G.not_refractory[:],
    }


@case("3 unless refractory", "9 PoissonInput", "4 run_regularly", "7 on_pre")
def inputs_while_refractory():
    G = NeuronGroup(
        2,
        "dv/dt = 0*Hz : 1 (unless refractory)\ndu/dt = 0*Hz : 1",
        threshold="v > 1",
        reset="v = 0",
        refractory=1 * ms,
        method="euler",
    )
    G.v = [2, 0]
    inputs = SpikeGeneratorGroup(1, [0, 0], [0.5, 2] * ms)
    S = Synapses(inputs, G, on_pre="v += 0.1; u += 0.1")
    S.connect()
    P = PoissonInput(G, "v", N=1, rate=1 / defaultclock.dt, weight=0.001)
    G.run_regularly("v += 0.01; u += 0.01", dt=0.5 * ms)
    M = StateMonitor(G, ["v", "u"], record=True)
    run(3 * ms)
    return {"v": M.v, "u": M.u}


@case("3 constant")
def constant_parameters():
    G = NeuronGroup(2, "tau : second (constant)\ndv/dt = -v/tau : 1", method="exact")
    G.tau = [5, 10] * ms
    G.v = 1
    run(1 * ms)
    middle = G.v[:].copy()
    G.tau = 1 * ms
    run(1 * ms)
    return {"middle": middle, "end": G.v[:]}


@case("3 shared")
def shared_variables():
    G = NeuronGroup(
        3,
        """stim : 1 (shared)
        doubled = 2*stim : 1 (shared)
        dv/dt = (doubled - v)/(5*ms) : 1
        w : 1 (shared)""",
        method="euler",
    )
    G.stim = 2
    G.w = 1
    G.v = "i*stim"
    M = StateMonitor(G, ["doubled", "w", "v"], record=[0, 2])
    G.run_regularly("stim += 1; w = 2*w", dt=0.5 * ms)
    run(2 * ms)
    return {"doubled": M.doubled, "w": M.w, "v": M.v, "stim": G.stim[:], "shape": numpy.shape(G.stim[:])}


@case("3 shared")
def shared_variables_in_resets():
    with raising() as reset:
        G = NeuronGroup(1, "s : 1 (shared)\nv : 1", threshold="v > 1", reset="s = 3")
        run(0.1 * ms)
    with raising() as subexpression:
        NeuronGroup(1, "v : 1\ntotal = 2*v : 1 (shared)")
    return {"reset": reset, "subexpression": subexpression}


@case("3 constant over dt", "0 before start")
def constant_over_a_step():
    G = NeuronGroup(
        2,
        """k = int(t/(0.3*ms))*(i + 1) : 1 (constant over dt)
        dv/dt = k*t/(1*ms)/ms : 1""",
        method="rk2",
    )
    M = StateMonitor(G, ["k", "v"], record=True)
    run(1 * ms)
    return {"k": M.k, "v": M.v}


@case("3 constant over dt")
def random_numbers_in_subexpressions():
    with raising() as error:
        G = NeuronGroup(1, "r = rand() : 1\ndv/dt = r/ms : 1", method="euler")
        run(0.1 * ms)
    return {"error": error}


@case("3 constant over dt", random=True)
def one_number_a_step():
    G = NeuronGroup(
        1000,
        """r = rand() : 1 (constant over dt)
        difference = r - r : 1
        dv/dt = r/(1*ms) : 1""",
        method="euler",
    )
    M = StateMonitor(G, ["r", "difference"], record=True)
    run(0.5 * ms)
    return {"r": M.r[:, 2], "v": G.v[:], "all equal": bool((M.difference == 0).all())}


@case("3 linked")
def linked_variables():
    source = NeuronGroup(3, "dx/dt = (i + 1)/(1*ms) : 1", method="euler")
    one = NeuronGroup(1, "dy/dt = -y/(5*ms) : volt", method="euler")
    one.y = 3 * mV
    G = NeuronGroup(
        3,
        """x : 1 (linked)
        y : volt (linked)
        z : 1 (linked)
        dv/dt = (x + z)/(1*ms) + y/mV/ms : 1""",
        method="euler",
    )
    G.x = linked_var(source, "x")
    G.y = linked_var(one, "y")
    G.z = linked_var(source, "x", index=[2, 2, 0])
    M = StateMonitor(G, ["x", "y", "z", "v"], record=True)
    run(1 * ms)
    return {"x": M.x, "y": M.y, "z": M.z, "v": M.v, "now": G.z[:]}


@case("3 linked")
def linked_variables_by_index_variable():
    source = NeuronGroup(2, "x : 1")
    source.x = [3, 7]
    G = NeuronGroup(4, "which : integer (constant)\nx : 1 (linked)\ndoubled = 2*x : 1")
    G.which = "i % 2"
    G.x = linked_var(source.x, index="which")
    with raising() as error:
        other = NeuronGroup(4, "x : volt (linked)")
        other.x = linked_var(source, "x", index=[0, 1, 0, 1])
    with raising() as size:
        other = NeuronGroup(4, "x : 1 (linked)")
        other.x = linked_var(source, "x")
    return {"doubled": G.doubled[:], "unit": error, "size": size}


@case("3 several flags")
def several_flags():
    G = NeuronGroup(2, "a : 1 (constant, shared)\nb : integer (shared, constant)\nv = a*b + i : 1")
    G.a = 1.5
    G.b = 4
    return {"v": G.v[:]}


@case("3 Equations")
def equations_object():
    eqs = Equations(
        """dv/dt = (I - v)/tau : volt (unless refractory)
        I = 2*J : volt
        J : volt (constant)
        tau : second"""
    )
    G = NeuronGroup(2, eqs, threshold="v > 1*volt", reset="v = 0*volt", refractory=1 * ms, method="euler")
    G.J = 3 * mV
    G.tau = 10 * ms
    run(1 * ms)
    return {
        "names": ",".join(sorted(eqs.names)),
        "differential": ",".join(sorted(eqs.diff_eq_names)),
        "subexpressions": ",".join(sorted(eqs.subexpr_names)),
        "parameters": ",".join(sorted(eqs.parameter_names)),
        "length": len(eqs),
        "iterated": ",".join(sorted(eqs)),
        "contains": "v" in eqs,
        "unit": eqs["v"].unit * 1.0 if hasattr(eqs["v"], "unit") else None,
        "identifiers": ",".join(sorted(eqs.identifiers)),
        "dimension": str(eqs.dimensions["tau"]),
        "stochastic": eqs.is_stochastic,
        "v": G.v[:],
    }


@case("3 Equations")
def parts_of_an_equation():
    eqs = Equations("dv/dt = -v/tau : volt (unless refractory)\nI = 2*v : volt\nk : 1")
    return {
        "type of v": eqs["v"].type,
        "type of I": eqs["I"].type,
        "type of k": eqs["k"].type,
        "name": eqs["v"].varname,
        "flags": ",".join(eqs["v"].flags),
        "expression": str(eqs["I"].expr).replace(" ", ""),
        "variable type": eqs["k"].var_type,
        "missing": "x" in eqs,
    }


@case("3 adding")
def added_equations():
    eqs = Equations("dv/dt = (I - v)/(10*ms) : 1")
    eqs += Equations("I : 1")
    more = eqs + "du/dt = -u/(5*ms) : 1"
    with raising() as duplicate:
        eqs + Equations("v : 1")
    G = NeuronGroup(2, more, method="exact")
    G.I = 1
    G.u = 1
    run(1 * ms)
    return {"names": ",".join(sorted(more.names)), "duplicate": duplicate, "v": G.v[:], "u": G.u[:]}


@case("3 adding")
def concatenated_strings():
    base = "dv/dt = (I - v)/(10*ms) : 1\n"
    G = NeuronGroup(2, base + "I = i + 1 : 1", method="euler")
    run(1 * ms)
    return {"v": G.v[:]}


@case("3 substitution")
def substituted_names_and_values():
    eqs = Equations("dg/dt = -g/tau_g : siemens", g="g_e", tau_g=5 * ms)
    eqs += Equations("dg/dt = -g/tau : siemens", g="g_i", tau="tau_i")
    tau_i = 2 * ms
    G = NeuronGroup(1, eqs, method="exact")
    G.g_e = G.g_i = 1 * nS
    run(1 * ms)
    return {"names": ",".join(sorted(eqs.names)), "g_e": G.g_e[:], "g_i": G.g_i[:]}


@case("3 external constants", "11 repeated run")
def constants_are_looked_up_when_run():
    tau = 10 * ms
    G = NeuronGroup(1, "dv/dt = (target - v)/tau : 1", method="euler")
    target = 1
    run(1 * ms)
    first = G.v[:].copy()
    target = -2
    tau = 5 * ms
    run(1 * ms)
    return {"first": first, "second": G.v[:]}


@case("3 external constants")
def kinds_of_constants():
    a, b, c, d_, flag = 3, 2.5, numpy.float32(0.5), numpy.array(4), True
    q = Quantity(2 * mV)
    G = NeuronGroup(1, "dv/dt = (a + b*c + d_)*int(flag)/ms : 1\nw = 2*q : volt", method="euler")
    run(0.5 * ms)
    return {"v": G.v[:], "w": G.w[:]}


@case("3 external constants")
def constants_that_are_missing_or_unusable():
    with raising() as missing:
        G = NeuronGroup(1, "dv/dt = -v/no_such_name : 1", method="euler")
        run(0.1 * ms)
    del G
    vector = numpy.array([1, 2])
    with raising() as array_error:
        H = NeuronGroup(2, "dv/dt = -v*vector/ms : 1", method="euler")
        run(0.1 * ms)
    return {"missing": missing, "array": array_error}


@case("3 reserved names")
def reserved_names():
    results = {}
    for name in "t dt t_in_timesteps i N xi xi_1 not_refractory refractory _v v_pre v_post mV exp pi e inf int".split():
        with raising() as results[name]:
            NeuronGroup(1, f"{name} : 1")
    G = NeuronGroup(1, "v : 1")
    for name in "i j delay".split():
        with raising() as results[f"synapses {name}"]:
            Synapses(G, G, f"{name} : 1")
    return results


@case("3 operators")
def operators():
    G = NeuronGroup(
        8,
        """a : integer
        b : integer
        x : 1
        y : 1
        quotient = a/b : 1
        floored = a//b : integer
        rest = a % b : integer
        x_rest = x % y : 1
        x_floored = x//y : 1
        power = x**2 + 2**y + x**3 : 1
        negative = -x**2 : 1
        both_hold = a > b and x > y : boolean
        one_holds = a > b or x > y : boolean
        none_holds = not (a > b or x > y) : boolean
        equal = a == b : boolean
        unequal = a != b : boolean
        least = x <= y : boolean
        most = x >= y : boolean
        precedence = 2 + 3*x - 4/y*2 : 1
        nested = -(-x) - -y : 1""",
    )
    G.a = [7, -7, 7, -7, 6, -6, 0, 5]
    G.b = [3, 3, -3, -3, 3, 3, 3, 5]
    G.x = [7.5, -7.5, 7.5, -7.5, 6, -6, 0, 2]
    G.y = [2, 2, -2, -2, 3, 3, 3, 2]
    names = """quotient floored rest x_rest x_floored power negative both_hold one_holds none_holds equal unequal least most
    precedence nested""".split()
    return {name: getattr(G, name)[:] for name in names}


@case("3 operators")
def operators_in_code_that_runs():
    G = NeuronGroup(
        4,
        """a : integer
        b : integer
        x : 1
        q : 1
        whole : integer
        r : integer
        s : 1""",
    )
    G.a = [7, -7, 7, -7]
    G.b = [3, 3, -3, -3]
    G.x = [0.5, -0.5, 2.25, -2.25]
    G.run_regularly("q = a/b\nwhole = a//b\nr = a % b\ns = x % 1 + x//1 + x**2")
    run(0.1 * ms)
    return {"q": G.q[:], "whole": G.whole[:], "r": G.r[:], "s": G.s[:]}


@case("3 operators")
def augmented_assignments():
    G = NeuronGroup(3, "v : 1\nk : integer", threshold="True", reset="v += 2\nv *= 3\nv -= 1\nv /= 4\nk += 3")
    G.v = [0, 1, 2]
    run(0.3 * ms)
    return {"v": G.v[:], "k": G.k[:]}


@case("3 boolean arithmetic")
def booleans_in_arithmetic():
    G = NeuronGroup(4, "w : 1\nv = 2*int(w <= 0.5) + 3*int(w > 0.5) + int(w > 0.2 and not w > 0.7) : 1")
    G.w = [0, 0.3, 0.6, 0.9]
    with raising() as error:
        NeuronGroup(1, "w : 1\nv = 2*(w > 1) : 1")
    return {"v": G.v[:], "error": error}


@case("3 special symbols")
def special_symbols_of_neurons():
    G = NeuronGroup(
        3,
        """dv/dt = (i + N)/(1*ms) : 1
        at : second
        step : 1
        steps : integer
        spiked : second""",
        threshold="v > 1",
        reset="v = 0; at = t; step = dt/ms; steps = t_in_timesteps",
        refractory=0.3 * ms,
        method="euler",
    )
    G.run_regularly("spiked = lastspike")
    M = StateMonitor(G, ["at", "spiked"], record=True)
    run(2 * ms)
    return {"at": M.at, "step": G.step[:], "steps": G.steps[:], "spiked": M.spiked, "last": G.lastspike[:]}


@case("3 special symbols")
def special_symbols_of_synapses():
    source = SpikeGeneratorGroup(2, [0, 1, 0], [0.2, 0.5, 1] * ms)
    G = NeuronGroup(3, "v : 1")
    S = Synapses(
        source,
        G,
        "at : second\nplace : 1\nsizes : 1",
        on_pre="at = t; place = i*10 + j; sizes = N_pre*10 + N_post",
    )
    S.connect()
    S.delay = "0.3*ms + j*0.1*ms"
    run(2 * ms)
    return {"at": S.at[:], "where": S.place[:], "sizes": S.sizes[:]}


@case("3 white noise", random=True)
def white_noise():
    tau, sigma = 5 * ms, 0.5
    G = NeuronGroup(2000, "dv/dt = (1 - v)/tau + sigma*sqrt(2/tau)*xi : 1", method="euler")
    run(3 * ms)
    early = G.v[:].copy()
    run(20 * ms)
    return {"early": early, "late": G.v[:]}


@case("3 white noise")
def white_noise_without_a_method():
    tau = 5 * ms
    G = NeuronGroup(3, "dv/dt = -v/tau + 0*sqrt(2/tau)*xi : 1")
    G.v = 1
    run(1 * ms)
    return {"v": G.v[:]}


@case("3 several noises", random=True)
def several_noises():
    G = NeuronGroup(
        2000,
        """da/dt = xi_1*second**-0.5 : 1
        db/dt = 2*xi_1*second**-0.5 : 1
        dc/dt = (xi_1 + xi_other)*second**-0.5 : 1""",
        method="euler",
    )
    run(1 * ms)
    a, b, c = G.a[:], G.b[:], G.c[:]
    return {"a": a, "c": c, "same": bool(numpy.allclose(b, 2 * a)), "differ": bool(numpy.allclose(c, 2 * a))}


@case("3 several noises")
def the_same_noise_twice():
    with raising() as error:
        G = NeuronGroup(1, "da/dt = xi*second**-0.5 : 1\ndb/dt = xi*second**-0.5 : 1", method="euler")
        run(0.1 * ms)
    return {"error": error}


@case("3 time-dependent input", "5 rk2", "5 rk4")
def input_that_depends_on_time():
    A, f0, tau = 2 * nA, 50 * Hz, 5 * ms
    found = {}
    for method in ["euler", "rk2", "rk4"]:
        G = NeuronGroup(
            2,
            """I = A*sin(2*pi*f0*t + i) : amp
            dv/dt = (I*10*Mohm - v)/tau : volt""",
            method=method,
        )
        M = StateMonitor(G, ["v", "I"], record=True)
        net = Network(G, M)
        net.run(5 * ms)
        found[method], found[f"I {method}"] = M.v, M.I
    return found


@case("3 order of statements", "4 reset")
def statements_run_in_order():
    G = NeuronGroup(2, "v : 1\nw : 1\nu : 1", threshold="v > 1", reset="v = 0; w = v + 1\nu = w*2\nw += u")
    G.v = [2, 0]
    run(0.1 * ms)
    return {"v": G.v[:], "w": G.w[:], "u": G.u[:]}


@case("3 order of statements")
def temporaries():
    G = NeuronGroup(
        2,
        "v : 1\nw : 1",
        threshold="v > 1",
        reset="change = v - 1\nv = 0\nw += change\nchange2 = change*2\nw += change2",
    )
    G.v = [2, 5]
    run(0.1 * ms)
    return {"v": G.v[:], "w": G.w[:]}


@case("3 unit checking")
def checked_units():
    results = {}
    model = "dv/dt = -v/(10*ms) : volt\ng : siemens"
    with raising() as results["threshold"]:
        G = NeuronGroup(1, model, threshold="v > 1", reset="v = 0*volt", method="euler")
        run(0.1 * ms)
    G = None
    with raising() as results["reset"]:
        G = NeuronGroup(1, model, threshold="v > 1*volt", reset="v = 0", method="euler")
        run(0.1 * ms)
    G = None
    limit = 3 * nS
    with raising() as results["external"]:
        G = NeuronGroup(1, "dv/dt = (limit - v)/(10*ms) : volt", method="euler")
        run(0.1 * ms)
    G = None
    with raising() as results["subexpression"]:
        G = NeuronGroup(1, model + "\nI = g*v : volt", method="euler")
        run(0.1 * ms)
    G = None
    with raising() as results["exponent"]:
        G = NeuronGroup(1, "dv/dt = -v**v/ms : 1\nu = 2**w : 1\nw : volt", method="euler")
        run(0.1 * ms)
    G = None
    with raising() as results["function"]:
        G = NeuronGroup(1, "w : volt\nu = exp(w) : 1", method="euler")
        run(0.1 * ms)
    return results


@case("3 representations", "3 Equations")
def representations():
    eqs = Equations("dv/dt = -v/tau : volt (unless refractory)\nk : 1 (constant, shared)")
    return {
        "string": "\n".join(sorted(line.replace(" ", "") for line in str(eqs).splitlines())),
        "latex": "\\tau" in eqs._repr_latex_(),
    }


@case("3 Equations")
def equations_that_cannot_be_read():
    results = {}
    for name, text in {
        "no unit": "dv/dt = -v/(1*ms)",
        "no expression": "dv/dt = : volt",
        "no name": "= 3 : 1",
        "unknown flag": "v : 1 (constantly)",
        "wrong flag": "dv/dt = -v/second : 1 (constant)",
        "unbalanced": "dv/dt = (-v/second : 1",
        "duplicate": "v : 1\nv : 1",
        "python": "a = [1, 2] : 1",
        "lambda": "a = (lambda: 3)() : 1",
    }.items():
        with raising() as results[name]:
            NeuronGroup(1, text)
    return results
