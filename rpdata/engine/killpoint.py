"""Places where a test can have the process killed: what a crash leaves behind is then chosen, not a matter of luck.

`RPDATA_KILL_AT=<point>` kills the process (SIGKILL: no clean-up of any kind) the first time that it passes the point,
`RPDATA_KILL_AT=<point>:<n>` the nth time. `...@<file>` does so once for all processes that see the variable: the one
that creates `<file>`.
"""

import os
import signal
from collections import Counter

VARIABLE = "RPDATA_KILL_AT"

_passed = Counter[str]()


def passing(point: str) -> None:
    """Die here if a test asked for it; costs one look into the environment."""
    wanted, _, once = os.environ.get(VARIABLE, "").partition("@")
    name, _, nth = wanted.partition(":")
    if name != point:
        return
    _passed[point] += 1
    if _passed[point] < int(nth or 1):
        return
    if once:
        try:
            os.close(os.open(once, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
    os.kill(os.getpid(), signal.SIGKILL)
