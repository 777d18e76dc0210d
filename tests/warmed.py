"""To be imported by a server of processes: what it forks begins with the kernels loaded."""

import rpdata.annotate.run  # noqa: F401
from rpdata.text.warmup import warm_up

warm_up()
