"""Publishing a dataset on the Hugging Face Hub: what of it goes there, and how it gets there."""

from rpdata.hub.push import Pushed, push
from rpdata.hub.selection import Going, Selection, select

__all__ = ["Going", "Pushed", "Selection", "push", "select"]
