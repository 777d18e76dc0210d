"""The shard task: source -> kernels -> documents and overlays. `run` is what `rpdata compute-signals` does."""

from rpdata.annotate.refresh import refresh
from rpdata.annotate.routing import Languages
from rpdata.annotate.run import RunSummary, run
from rpdata.annotate.settings import Settings

__all__ = ["Languages", "RunSummary", "Settings", "refresh", "run"]
