"""Run a command, then print its highest resident memory [bytes] as a last line; imports next to nothing."""

import os
import sys

command = sys.argv[1:]
child = os.posix_spawn(command[0], command, os.environ)
_, status, usage = os.wait4(child, 0)
sys.stdout.write(f"\n{usage.ru_maxrss * (1 if sys.platform == 'darwin' else 1024)}\n")
sys.exit(os.waitstatus_to_exitcode(status) != 0)
