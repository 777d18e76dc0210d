"""Pre-training data for open language models: annotate once, decide later, prove it."""

__version__ = "0.1.0"
