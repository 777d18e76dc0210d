"""Estimating n-gram language models: interpolated modified Kneser-Ney, streamed over the disk, written as ARPA."""

from rpdata.artefacts.kneser_ney.estimate import Report, estimate
from rpdata.artefacts.kneser_ney.lmplz import build_binary, estimate_with_lmplz

__all__ = ["Report", "build_binary", "estimate", "estimate_with_lmplz"]
