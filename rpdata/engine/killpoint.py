"""Places where a test can have the process killed: what a crash leaves behind is then chosen, not a matter of luck.

`RPDATA_KILL_AT=<point>` kills the process (SIGKILL: no clean-up of any kind) the first time that it passes the point;
`RPDATA_KILL_AT=<point>@<file>` does so once for all processes that see the variable: the one that creates `<file>`.
"""

import os
import signal

VARIABLE = "RPDATA_KILL_AT"


def passing(point: str) -> None:
    """Die here if a test asked for it; costs one look into the environment."""
    wanted, _, once = os.environ.get(VARIABLE, "").partition("@")
    if wanted != point:
        return
    if once:
        try:
            os.close(os.open(once, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
    os.kill(os.getpid(), signal.SIGKILL)
