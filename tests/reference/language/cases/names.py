"""What the star import gives, and the other ways of importing."""

from SIMULATOR import *

from language_cases import case

PUBLIC = """get_logger BrianLogger std_silent Trackable Nameable SpikeSource linked_var DEFAULT_FUNCTIONS DEFAULT_UNITS
DEFAULT_CONSTANTS Function implementation declare_types PreferenceError BrianPreference prefs brian_prefs Clock
defaultclock Equations Expression Statements BrianObject BrianObjectException Network profiling_summary
scheduling_summary MagicNetwork magic_network MagicError run stop collect store restore start_scope NetworkOperation
network_operation StateUpdateMethod linear exact independent milstein heun euler rk2 rk4 ExplicitStateUpdater
exponential_euler gsl_rk2 gsl_rk4 gsl_rkf45 gsl_rkck gsl_rk8pd NumpyCodeObject CythonCodeObject get_local_namespace
CodeRunner Group VariableOwner NeuronGroup Subgroup Synapses SpikeMonitor EventMonitor StateMonitor
PopulationRateMonitor ImportExport BinomialFunction PoissonGroup PoissonInput SpikeGeneratorGroup TimedArray
set_device get_device device all_devices seed restore_initial_state test""".split()
"""Without the classes of morphologies, which have tests of their own."""


@case("14 public names", "1 star import")
def every_public_name():
    return {name: name in globals() for name in PUBLIC}


@case("1 star import")
def removed_and_rebound_names():
    return {
        "x": "x" in globals(),
        "f": "f" in globals(),
        "rate": "rate" in globals(),
        "mean keeps the unit": mean([1, 3] * mV),
        "np is aware of units": np.mean([1, 3] * mV),
        "numpy is aware of units": numpy.sum([1, 3] * mV),
    }


@case("1 star import")
def names_of_pylab():
    wanted = """array asarray zeros ones linspace arange cumsum histogram argsort unique where dot outer exp log sin cos
    sqrt floor pi rand randn randint uniform normal figure plot subplot xlabel ylabel title legend show hist imshow
    scatter xlim ylim tight_layout savefig colorbar axhline axvline gca gcf subplots close cm amax np plt""".split()
    return {name: name in globals() for name in wanted}


@case("1 pyplot names")
def plotting_with_pyplot_names():
    G = NeuronGroup(2, "dv/dt = (1*volt - v)/(10*ms) : volt", method="exact")
    M = StateMonitor(G, "v", record=True)
    run(2 * ms)
    figure()
    plot(M.t / ms, M.v[0] / mV)
    lines = gca().get_lines()
    xdata, ydata = lines[0].get_data()
    xlabel("Time (ms)")
    label = gca().get_xlabel()
    close("all")
    return {"x": xdata, "y": ydata, "lines": len(lines), "label": label}


@case("1 plt and np")
def plt_and_np_without_import():
    figure_, axes = plt.subplots()
    plt.plot(np.arange(3) * ms / ms, np.array([1, 2, 4]))
    count = len(axes.lines)
    plt.close(figure_)
    return {"lines": count, "mean": np.mean(np.array([1.0, 2.0, 6.0]))}


@case("1 explicit import")
def names_one_by_one():
    from SIMULATOR import NeuronGroup as Group_, defaultclock as clock_, ms as millisecond, run as run_

    G = Group_(1, "dv/dt = -v/(5*ms) : 1", method="exact")
    G.v = 1
    run_(1 * millisecond)
    return {"v": G.v[:], "t": clock_.t}


@case("1 module alias", "3 external constants")
def names_through_a_module():
    import SIMULATOR as sim

    tau = 5 * sim.ms
    G = sim.NeuronGroup(2, "dv/dt = -v/tau : 1", method="exact")
    G.v = "i + 1"
    sim.run(1 * sim.ms)
    return {"v": G.v[:]}


@case("1 submodules")
def submodules_that_scripts_import():
    from SIMULATOR.core.functions import timestep
    from SIMULATOR.devices.device import reinit_devices
    from SIMULATOR.units.fundamentalunits import Quantity as Quantity_

    reinit_devices()
    steps = timestep(np.array([0.0, 0.05, 0.1, 0.29999, 0.3]) * ms, 0.1 * ms)
    return {"steps": steps, "quantity": isinstance(3 * mV, Quantity_)}


@case("1 only")
def without_pylab():
    import SIMULATOR.only as only

    wanted = "NeuronGroup Synapses run ms mV Network StateMonitor defaultclock Quantity".split()
    return {name: hasattr(only, name) for name in wanted}


@case("1 numpy_")
def numpy_aware_of_units():
    import SIMULATOR.numpy_ as unp

    return {
        "mean": unp.mean([1, 2, 6] * mV),
        "arange": unp.arange(1 * mV, 3 * mV, 0.5 * mV),
        "sin": unp.sin(0.5),
        "pi": unp.pi,
    }


@case("1 constants")
def physical_constants():
    from SIMULATOR.units import constants

    names = """avogadro_constant boltzmann_constant electric_constant electron_mass elementary_charge
    faraday_constant gas_constant magnetic_constant molar_mass_constant zero_celsius""".split()
    return {name: getattr(constants, name) * 1.0 for name in names}


@case("1 allunits", "2 derived units")
def all_scaled_units():
    from SIMULATOR.units import allunits

    names = "mvolt usiemens3 Ylumen kilogram pfarad2 nmetre Mhertz mmolar cmeter3 kohm ysecond".split()
    return {name: getattr(allunits, name) * 1.0 for name in names}


@case("1 restore_initial_state", "11 defaultclock")
def initial_state():
    defaultclock.dt = 0.5 * ms
    restore_initial_state()
    return {"dt": defaultclock.dt}
