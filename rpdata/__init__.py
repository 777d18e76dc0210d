"""Pre-training data for open language models: annotate once, decide later, prove it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rpdata.redpajama_tree.load import load_dataset

__version__ = "0.1.0"
__all__ = ["__version__", "load_dataset"]

if not TYPE_CHECKING:    # mypy would believe that the package has whatever it is asked for
    def __getattr__(name: str) -> Any:
        """`load_dataset` brings Arrow with it, which the command should not wait for."""
        if name == "load_dataset":
            from rpdata.redpajama_tree.load import load_dataset

            return load_dataset
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
