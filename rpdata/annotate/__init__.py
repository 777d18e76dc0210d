"""The shard task: source -> kernels -> documents and overlays."""
