"""Numerical methods."""

from SIMULATOR import *

from language_cases import case, raising


def traces(model, method, initial, duration=3 * ms, variables=None, parameters=None, **options):
    """Integrate a model alone; return the trace of each variable."""
    G = NeuronGroup(3, model, method=method, **options)
    for name, value in {**initial, **(parameters or {})}.items():
        setattr(G, name, value)
    M = StateMonitor(G, list(variables or initial), record=True)
    Network(G, M).run(duration)
    return {name: getattr(M, name) for name in (variables or initial)}


LINEAR = """
dv/dt = (ge + gi - v)/(20*ms) : volt
dge/dt = -ge/(5*ms) : volt
dgi/dt = -gi/(10*ms) : volt
"""
LINEAR_START = {"v": [0, 1, -2] * mV, "ge": [10, 0, 3] * mV, "gi": [-5, 1, 0] * mV}

NON_LINEAR = """
dv/dt = (v - v**3/3 - w + I)/(1*ms) : 1
dw/dt = (v + 0.7 - 0.8*w)/(12.5*ms) : 1
I : 1
"""
NON_LINEAR_START = {"v": [0, -1, 1.5], "w": [0, 0.3, 0.5], "I": [0.5, 0.2, 1]}

GATED = """
dm/dt = alpha*(1 - m) - beta*m : 1
dn/dt = (n_inf - n)/tau_n : 1
dv/dt = (-60*mV - v)/(10*ms) + m**3*(50*mV - v)/(2*ms) : volt
alpha = 0.1/mV*(v + 40*mV)/(1 - exp(-(v + 40*mV)/(10*mV)))/ms : Hz
beta = 4*exp(-(v + 65*mV)/(18*mV))/ms : Hz
n_inf = 1/(1 + exp(-(v + 30*mV)/(9*mV))) : 1
tau_n = 1*ms + 5*ms*exp(-((v + 50*mV)/(25*mV))**2) : second
"""
GATED_START = {"v": [-60, -50, -45.5] * mV, "m": [0, 0.1, 0.5], "n": [0.3, 0.2, 0.9]}


@case("5 exact", "5 euler", "5 rk2", "5 rk4", "5 heun", "5 exponential_euler", "5 simultaneous update")
def linear_system():
    found = {}
    for method in ["exact", "euler", "rk2", "rk4", "exponential_euler", "heun"]:
        found.update({f"{name} {method}": v for name, v in traces(LINEAR, method, LINEAR_START).items()})
    return found


@case("5 exact")
def exact_with_parameters():
    model = """
    dv/dt = (a*(E0 - v) + I)/tau : volt
    dI/dt = -I/tau_I : volt
    a : 1
    E0 : volt
    tau : second
    tau_I : second
    """
    parameters = {
        "a": [1, 2, 0.5],
        "E0": [-60, -50, 0] * mV,
        "tau": [5, 10, 20] * ms,
        "tau_I": [2, 3, 7] * ms,
    }
    return traces(model, "exact", {"v": [0, -70, 5] * mV, "I": [1, 2, 3] * mV}, parameters=parameters)


@case("5 exact")
def exact_alone_and_driven():
    start = {"v": [0, 1, 2]}
    driven = "dv/dt = (b - v)/(7*ms) : 1\nb = 2*c : 1\nc : 1"
    return {
        "decay": traces("dv/dt = -v/(7*ms) : 1", "exact", start)["v"],
        "driven": traces(driven, "exact", start, parameters={"c": [1, 2, 3]})["v"],
    }


@case("5 exact")
def exact_with_singular_matrices():
    with raising() as constant:
        traces("dv/dt = 3*volt/second : volt", "exact", {"v": [0, 1, 2] * mV})
    with raising() as rotation:
        traces("dx/dt = y/ms : 1\ndy/dt = -x/ms : 1", "exact", {"x": 1})
    return {"constant": constant, "rotation": rotation}


@case("5 exact", "6 TimedArray 1d")
def exact_with_a_timed_array():
    drive = TimedArray([0, 1, 2, -1], dt=0.5 * ms)
    G = NeuronGroup(2, "dv/dt = (drive(t) - v)/(3*ms) : 1", method="exact")
    M = StateMonitor(G, "v", record=True)
    run(3 * ms)
    return {"v": M.v}


@case("5 exact", "5 exponential_euler", "5 euler", "5 heun")
def refused_models():
    results = {}
    models = {
        "exact non-linear": ("dv/dt = -v**2/ms : 1", "exact"),
        "exact time": ("dv/dt = (sin(t/ms) - v)/ms : 1", "exact"),
        "exact noise": ("dv/dt = -v/ms + xi*ms**-0.5 : 1", "exact"),
        "exponential non-linear": ("dv/dt = -v**2/ms : 1", "exponential_euler"),
        "exponential noise": ("dv/dt = -v/ms + xi*ms**-0.5 : 1", "exponential_euler"),
        "euler multiplicative": ("dv/dt = -v/ms + v*xi*ms**-0.5 : 1", "euler"),
        "rk2 multiplicative": ("dv/dt = -v/ms + v*xi*ms**-0.5 : 1", "rk2"),
        "rk2 noise": ("dv/dt = -v/ms + xi*ms**-0.5 : 1", "rk2"),
        "rk4 noise": ("dv/dt = -v/ms + xi*ms**-0.5 : 1", "rk4"),
        "milstein not diagonal": ("dv/dt = v*xi_1*ms**-0.5 + v*xi_2*ms**-0.5 : 1", "milstein"),
    }
    for name, (model, method) in models.items():
        with raising() as results[name]:
            G = NeuronGroup(1, model, method=method)
            Network(G).run(0.1 * ms)
    return results


@case("5 euler", "5 rk2", "5 rk4", "5 heun", "5 simultaneous update")
def non_linear_system():
    found = {}
    for method in ["euler", "rk2", "rk4", "heun"]:
        start = NON_LINEAR_START
        found.update(
            {f"{name} {method}": v for name, v in traces(NON_LINEAR, method, start, 10 * ms).items()}
        )
    return found


@case("5 exponential_euler", "5 rk4", "3 subexpression")
def gated_system():
    found = {}
    for method in ["exponential_euler", "rk4", "euler", "rk2"]:
        found.update({f"{k} {method}": v for k, v in traces(GATED, method, GATED_START).items()})
    return found


@case("5 exponential_euler")
def exponential_euler_with_coupled_conductances():
    model = """
    dv/dt = (g*(E0 - v) + I)/(200*pF) : volt
    dg/dt = -g/(5*ms) : siemens
    I = 100*pA*sin(2*pi*100*Hz*t) : amp
    E0 : volt
    """
    start = {"v": [-70, -60, 0] * mV, "g": [1, 5, 20] * nS}
    return traces(model, "exponential_euler", start, parameters={"E0": [0, -80, 10] * mV})


@case("5 simultaneous update")
def rotation():
    model = "dx/dt = y/ms : 1\ndy/dt = -x/ms : 1"
    found = {}
    for method in ["euler", "rk2", "rk4"]:
        found.update(
            {f"{k} {method}": v for k, v in traces(model, method, {"x": [1, 0, 2], "y": [0, 1, 1]}).items()}
        )
    return found


@case("5 euler", "4 own dt")
def step_of_the_group():
    found = {}
    for step in [0.02, 0.25, 1]:
        found[f"{step}"] = traces(NON_LINEAR, "euler", NON_LINEAR_START, 5 * ms, dt=step * ms)["v"]
    return found


@case("5 euler", "3 white noise", random=True)
def euler_with_additive_noise():
    G = NeuronGroup(3000, "dv/dt = (1 - v)/(5*ms) + (0.3 + 0.3*int(i > N/2))*xi*ms**-0.5 : 1", method="euler")
    run(4 * ms)
    return {"lower": G.v[:1500], "upper": G.v[1501:]}


@case("5 heun", random=True)
def heun_with_multiplicative_noise():
    G = NeuronGroup(3000, "dv/dt = -v/(5*ms) + 0.5*v*xi*ms**-0.5 : 1", method="heun")
    G.v = 1
    run(3 * ms)
    return {"v": G.v[:], "log": log(G.v[:])}


@case("5 milstein", random=True)
def milstein_with_multiplicative_noise():
    G = NeuronGroup(3000, "dv/dt = -v/(5*ms) + 0.5*v*xi*ms**-0.5 : 1", method="milstein")
    G.v = 1
    run(3 * ms)
    return {"v": G.v[:], "log": log(G.v[:])}


@case("5 milstein", "5 heun", "4 no method", random=True)
def multiplicative_noise_without_a_method():
    G = NeuronGroup(3000, "dv/dt = -v/(5*ms) + 0.5*v*xi*ms**-0.5 : 1")
    G.v = 1
    run(3 * ms)
    return {"v": G.v[:]}


@case("5 method_options")
def options_of_methods():
    return traces("dv/dt = (1 - v)/(5*ms) : 1", "exact", {"v": [0, 1, 2]}, method_options={"simplify": False})


@case("5 own method")
def registered_method():
    midpoint = ExplicitStateUpdater(
        """
        k = dt*f(x, t)
        x_new = x + dt*f(x + k/2, t + dt/2)
        """
    )
    found = traces(NON_LINEAR, midpoint, NON_LINEAR_START)
    reference = traces(NON_LINEAR, "rk2", NON_LINEAR_START)
    return {**found, "close": bool(numpy.allclose(found["v"], reference["v"]))}


@case("5 own method")
def objects_as_methods():
    found = {}
    for name, method in {
        "euler": euler,
        "rk4": rk4,
        "exponential": exponential_euler,
        "exact": exact,
    }.items():
        found[name] = traces("dv/dt = (1 - v)/(5*ms) : 1", method, {"v": [0, 1, 2]})["v"]
    return found


@case("5 printed update")
def update_as_text():
    code = euler(Equations("dv/dt = -v/tau : 1"))
    return {"assigns": code.count("="), "names": all(name in code for name in ("v", "dt", "tau"))}


@case("5 exact", "5 rk4", "4 threshold")
def hodgkin_huxley_neuron():
    area = 20000 * umetre**2
    Cm = 1 * ufarad * cm**-2 * area
    gl, El = 5e-5 * siemens * cm**-2 * area, -65 * mV
    EK, ENa, VT = -90 * mV, 50 * mV, -63 * mV
    g_na, g_kd = 100 * msiemens * cm**-2 * area, 30 * msiemens * cm**-2 * area
    found = {}
    model = """
    dv/dt = (gl*(El-v) - g_na*(m*m*m)*h*(v-ENa) - g_kd*(n*n*n*n)*(v-EK) + I)/Cm : volt
    dm/dt = 0.32*(mV**-1)*4*mV/exprel((13.*mV-v+VT)/(4*mV))/ms*(1-m)-0.28*(mV**-1)*5*mV/exprel((v-VT-40.*mV)/(5*mV))/ms*m : 1
    dn/dt = 0.032*(mV**-1)*5*mV/exprel((15.*mV-v+VT)/(5*mV))/ms*(1.-n)-.5*exp((10.*mV-v+VT)/(40.*mV))/ms*n : 1
    dh/dt = 0.128*exp((17.*mV-v+VT)/(18.*mV))/ms*(1.-h)-4./(1+exp((40.*mV-v+VT)/(5.*mV)))/ms*h : 1
    I : amp
    """
    G = NeuronGroup(
        2, model, threshold="v > -40*mV", refractory="v > -40*mV", method="exponential_euler", dt=0.01 * ms
    )
    G.v = El
    G.I = [0.5, 0.7] * nA
    M, S = StateMonitor(G, ["v", "m"], record=True, dt=0.1 * ms), SpikeMonitor(G)
    run(20 * ms)
    found.update({"v": M.v, "m": M.m, "i": S.i[:], "t": S.t[:]})
    return found
