"""Estimating n-gram language models: interpolated modified Kneser-Ney, streamed over the disk, written as ARPA."""

from rpdata.artefacts.kneser_ney.estimate import Report, estimate

__all__ = ["Report", "estimate"]
