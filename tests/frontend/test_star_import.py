"""What ``import distsim`` and ``from distsim import *`` bring, and what they do not import."""

import subprocess
import sys

import pytest

import distsim
import distsim.only

SLOW = "('numba', 'llvmlite', 'sympy', 'mpi4py', 'matplotlib')"


def run(code):
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    "statement",
    ["import distsim", "from distsim import *", "from distsim.only import *", "import distsim.numpy_"],
)
def test_nothing_slow_is_imported(statement):
    assert run(f"import sys\n{statement}\nprint([m for m in {SLOW} if m in sys.modules])") == "[]"


def test_importing_the_package_loads_nothing():
    assert run("import sys, distsim\nprint(sorted(m for m in sys.modules if m.startswith('distsim')))") == (
        "['distsim']"
    )


def test_names_of_the_star_import():
    code = """
import distsim
wanted = '''SpikeSource linked_var BrianObject Network profiling_summary scheduling_summary MagicNetwork
    magic_network MagicError run stop collect store restore start_scope NetworkOperation network_operation
    CodeRunner Group VariableOwner NeuronGroup Subgroup Synapses SpikeMonitor EventMonitor StateMonitor
    PopulationRateMonitor ImportExport PoissonGroup PoissonInput SpikeGeneratorGroup seed
    restore_initial_state DEFAULT_FUNCTIONS DEFAULT_UNITS DEFAULT_CONSTANTS Function implementation
    declare_types
    PreferenceError BrianPreference prefs brian_prefs Clock EventClock defaultclock Equations Expression
    Statements BrianObject BrianObjectException StateUpdateMethod linear exact independent milstein heun
    euler rk2 rk4 ExplicitStateUpdater exponential_euler gsl_rk2 gsl_rk4 gsl_rkf45 gsl_rkck gsl_rk8pd
    NumpyCodeObject CythonCodeObject get_local_namespace get_logger BrianLogger std_silent Trackable
    Nameable BinomialFunction
    TimedArray Morphology Soma Cylinder Section SpatialNeuron set_device get_device device all_devices test
    check_units Quantity Unit DimensionMismatchError get_dimensions have_same_dimensions is_dimensionless
    get_unit in_unit in_best_unit register_new_unit get_or_create_dimension
    mV mA uA nA pA pF uF nF nS uS mS ms us Hz kHz MHz cm mm um cm2 um3 mM uM nM Mohm volt amp ampere kilogram
    second metre meter mole kelvin candela siemens farad joule watt pascal molar liter gram
    np numpy plt pylab mpl plot figure show subplot subplots xlabel title legend hist imshow rcParams savefig
    linspace arange mean std where exp sin array zeros ones pi e inf nan rand randn random ma linalg fft
    trapz in1d sum time sys datetime'''.split()
namespace = {}
exec('from distsim import *', namespace)
print(sorted(set(wanted) - namespace.keys()))
print([name for name in ('x', 'f', 'rate', 'timestep', 'reinit_devices', 'radian') if name in namespace])
print(namespace['cm'], namespace['np'].__name__, 'max' in namespace, 'abs' in namespace)
print(set(namespace) - {'__builtins__'} == set(distsim.__all__))
"""
    assert run(code).splitlines() == ["[]", "[]", "cm distsim.numpy_ False False", "True"]


def test_drawing_straight_after_the_star_import():
    code = """
from distsim import *
assert not [m for m in sys.modules if m.startswith('matplotlib')]
matplotlib.use('Agg')
rcParams['lines.linewidth'] = 3
assert 'lines.linewidth' in rcParams
figure(figsize=(4, 3))
subplot(211)
lines = plot([1, 2]*ms, [3, 4]*mV)
assert isinstance(lines[0], Line2D) and not isinstance(3, Line2D)
plt.title('a')
plt.rcParams['lines.linewidth'] = 2
ax = gca()
assert isinstance(ax, Axes)
class MyFormatter(Formatter):
    def __call__(self, x, pos=None):
        return 'x'
ax.xaxis.set_major_formatter(MyFormatter())
savefig('/dev/null', format='png')
close('all')
assert plot.__name__ == 'plot'
"""
    run(code)


@pytest.mark.parametrize("first", ["from distsim import *", "import matplotlib.pyplot as plt"])
def test_quantities_can_be_drawn_in_whichever_order_the_imports_come(first):
    second = {"f": "import matplotlib.pyplot as plt", "i": "from distsim import *"}[first[0]]
    run(
        f"import matplotlib; matplotlib.use('Agg')\n{first}\n{second}\n"
        "plt.plot([1, 2]*ms, [3, 4]*mV)\nplt.axvline(3*ms)\nplt.gcf().canvas.draw()"
    )


def test_without_matplotlib():
    code = """
import sys
sys.modules['matplotlib'] = None
from distsim import *
try:
    plot([1, 2])
except ImportError as error:
    print(error)
"""
    assert "matplotlib" in run(code)


def test_only():
    code = """
namespace = {}
exec('from distsim.only import *', namespace)
print([name for name in ('mV', 'Equations', 'check_units', 'mean') if name not in namespace])
print([name for name in ('np', 'plot', 'pi', 'zeros') if name in namespace])
"""
    assert run(code).splitlines() == ["[]", "[]"]


def test_unit_aware_numpy():
    code = """
import distsim.numpy_ as np
from distsim import mV, nA
print(np.mean([1, 2]*mV), np.arange(0*mV, 3*mV, 1*mV), np.linspace(0*mV, 1*mV, 2), np.exprel(0), np.pi > 3)
print(np.random.rand(2).shape, np.linalg.norm([3, 4]), np.in1d([1, 2], [2]), np.trapz([1, 1]))
print('zeros' in dir(np))
"""
    assert run(code).splitlines() == [
        "1.5 mV [0. 1. 2.] mV [0. 1.] mV 1.0 True",
        "(2,) 5.0 [False  True] 1.0",
        "True",
    ]


def test_paths_of_brian_2():
    run("""
from distsim.core.functions import timestep
from distsim.core.base import BrianObjectException
from distsim.core.preferences import prefs
from distsim.core.clocks import defaultclock
from distsim.core.namespace import get_local_namespace
from distsim.devices.device import reinit_devices, device
from distsim.utils.logger import catch_logs, get_logger
from distsim.units.fundamentalunits import Quantity, DIMENSIONLESS
from distsim.units.stdunits import mV, nA
from distsim.units.constants import gas_constant
from distsim.units.allunits import mvolt
import distsim as b
assert timestep(1*b.ms, 0.1*b.ms) == 10
assert b.timestep is timestep and b.mV is mV is mvolt
""")


def test_unknown_names():
    with pytest.raises(AttributeError, match="no name 'Neurons'"):
        _ = distsim.Neurons
    with pytest.raises(AttributeError, match="no name 'Neurons'"):
        _ = distsim.only.Neurons
    assert "mV" in dir(distsim)
    assert "mV" in dir(distsim.only)
