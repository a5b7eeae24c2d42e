"""Smooth pursuit: an eye keeps a wandering target in view, from the retina over motoneurons to the muscles.

In the manner of Stimberg, Brette and Goodman (2019), Brian 2, an intuitive and efficient neural simulator,
eLife 8, e47314: the body and the world are equations next to those of the neurons, and close the loop.
"""

import sys

from distsim import *

seed(3)

# The eye turns like a damped spring around the direction to which its muscles pull; the target wanders as
# filtered noise. All directions are in degrees to the right of straight ahead.
tau_eye = 10 * ms
tau_muscle = 60 * ms
tau_target = 400 * ms
spread = 12

world = NeuronGroup(
    1,
    """
    dgaze/dt = speed : 1
    dspeed/dt = (pull - gaze)/tau_eye**2 - 2*speed/tau_eye : Hz
    dpull/dt = -pull/tau_muscle : 1
    dtarget/dt = (drift - target)/tau_target : 1
    ddrift/dt = -drift/tau_target + spread*sqrt(2/tau_target)*xi : 1
    """,
    method="euler",
)

# Retinal cells see the target at a preferred distance from the centre of gaze.
tau = 10 * ms
field = 20
width = 2
drive = 4

retina = NeuronGroup(
    81,
    """
    dv/dt = (light - v)/tau : 1
    light = drive*exp(-((target - gaze - place)/width)**2) : 1
    place : 1 (constant)
    gaze : 1 (linked)
    target : 1 (linked)
    """,
    threshold="v > 1",
    reset="v = 0",
    method="euler",
)
retina.place = "field*(2*i/(N - 1) - 1)"
retina.gaze = linked_var(world, "gaze")
retina.target = linked_var(world, "target")

# Two sets of motoneurons, one for each of the two muscles that pull against each other.
motoneurons = NeuronGroup(
    20,
    """
    dv/dt = -v/tau : 1
    side : 1 (constant)
    """,
    threshold="v > 1",
    reset="v = 0",
    refractory=2 * ms,
    method="exact",
)
motoneurons.side[:10] = -1
motoneurons.side[10:] = 1
motoneurons.v = "rand()"

# The farther off the centre, the stronger the command to turn to that side.
sensorimotor = Synapses(retina, motoneurons, "w : 1", on_pre="v_post += w")
sensorimotor.connect(condition="place_pre*side_post > 0")
sensorimotor.w = "0.09*abs(place_pre)*rand()"

muscles = Synapses(motoneurons, world, on_pre="pull_post += 0.2*side_pre")
muscles.connect()

directions = StateMonitor(world, ["gaze", "target"], record=0, dt=1 * ms)
retina_spikes = SpikeMonitor(retina)
motor_spikes = SpikeMonitor(motoneurons)
run(5 * second)

gaze, target = directions.gaze[0], directions.target[0]
error = np.sqrt(mean((gaze - target) ** 2))
correlation = corrcoef(gaze, target)[0, 1]
print(f"target: {std(target):.1f} degrees, error: {error:.1f} degrees, correlation {correlation:.3f}")

fig, axes = subplots(3, 1, figsize=(8, 7), sharex=True, layout="constrained", height_ratios=[3, 2, 2])
axes[0].plot(directions.t / second, target, "k", label="target")
axes[0].plot(directions.t / second, gaze, "C3", label="gaze")
axes[0].set(ylabel="Direction (degrees)")
axes[0].legend(frameon=False, ncols=2)
axes[1].plot(retina_spikes.t / second, retina.place[:][retina_spikes.i], ".", ms=1)
axes[1].set(ylabel="Retina (degrees)")
axes[2].plot(motor_spikes.t / second, motor_spikes.i, "k.", ms=2)
axes[2].axhline(9.5, color="0.7", lw=1)
axes[2].set(ylabel="Motoneurons", yticks=[4.5, 14.5], yticklabels=["left", "right"])
axes[2].set(xlabel="Time (s)", xlim=(0, 5))
savefig(sys.argv[1] if len(sys.argv) > 1 else "smooth_pursuit.png")

results = {"error": error, "spread": std(target), "correlation": correlation, "gaze": gaze, "target": target}
