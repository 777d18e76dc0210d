"""Planning, bounded submission, atomic commit, progress: the only place that knows Dask."""
