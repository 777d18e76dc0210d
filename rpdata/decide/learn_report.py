"""How well a learned score tells positives from negatives: on documents that the model was not fitted to."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

SHOWN = 12      # signals that are printed


@dataclass(frozen=True)
class Fold:
    """One part of the data, told by a model that was fitted to the others; positives and negatives weigh the same.

    auc: 1 is perfect, 0.5 a guess. log_loss: 0.693 is a guess. brier: mean squared error of the probability, 0.25 is a
    guess.
    """

    positives: int
    negatives: int
    auc: float
    log_loss: float
    brier: float


@dataclass(frozen=True)
class Weighed:
    """One signal.

    Attributes
    ----------
    drop: of the AUC, if its values are dealt out anew among the documents: small for one of which others say the same.
    alone: AUC of the signal as it is (0.5: tells nothing; below, low values are of positives).
    nulls: shares of the positives and of the negatives without it.
    """

    signal: str
    drop: float
    alone: float
    nulls: tuple[float, float]

    @property
    def apart(self) -> str:
        """How well it separates by itself, in whichever direction."""
        return f"{max(self.alone, 1 - self.alone):.3f}{' reversed' if self.alone < 0.5 else ''}"


@dataclass(frozen=True)
class Bin:
    """Documents of about one predicted probability, and how many of them are positives (weighed to the same number).
    """

    documents: int
    predicted: float
    positive: float


@dataclass(frozen=True)
class Report:
    """What `learn` found.

    Attributes
    ----------
    model: kind and settings. folds: the parts; documents of one site are in one of them.
    auc, log_loss, brier: over all folds together. calibration: by predicted probability.
    error: mean distance of predicted and true shares over the bins, by documents.
    signals: the most important first.
    alone: AUC of what could explain the score away: the length and the language by themselves.
    languages: language -> AUC among its documents.
    notes: what to be wary of, and what was left out.
    """

    model: str
    folds: tuple[Fold, ...]
    auc: float
    log_loss: float
    brier: float
    error: float
    calibration: tuple[Bin, ...]
    signals: tuple[Weighed, ...]
    alone: Mapping[str, float]
    languages: Mapping[str, float]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Report":
        """The inverse of `as_dict`."""
        return cls(
            **{
                **told,
                "folds": tuple(Fold(**fold) for fold in told["folds"]),
                "calibration": tuple(Bin(**one) for one in told["calibration"]),
                "signals": tuple(Weighed(**{**one, "nulls": tuple(one["nulls"])}) for one in told["signals"]),
                "notes": tuple(told["notes"]),
            }
        )

    def __str__(self) -> str:
        positives, negatives = (sum(getattr(fold, side) for fold in self.folds) for side in ("positives", "negatives"))
        lines = [
            f"{self.model}; {positives:,} positives, {negatives:,} negatives",
            "fold        AUC  log loss    Brier",
            *(f"{number:<6}{fold.auc:9.4f}{fold.log_loss:10.4f}{fold.brier:9.4f}"
              for number, fold in enumerate(self.folds, 1)),
            f"all   {self.auc:9.4f}{self.log_loss:10.4f}{self.brier:9.4f}",
            *(f"{what} alone: AUC {auc:.4f}" for what, auc in self.alone.items()),
            *(f"within {name}: AUC {auc:.4f}" for name, auc in self.languages.items()),
            f"calibration (predicted, true share, documents), mean error {self.error:.4f}",
            *(f"  {one.predicted:.3f}  {one.positive:.3f}  {one.documents:,}" for one in self.calibration),
            "signals (loss of AUC without; AUC alone, reversed where low values are of positives; nulls among "
            "positives and negatives)",
            *(f"  {one.drop:7.4f}  {one.apart}  {one.nulls[0]:.0%} {one.nulls[1]:.0%}  {one.signal}"
              for one in self.signals[:SHOWN]),
            *([f"  and {len(self.signals) - SHOWN} more"] if len(self.signals) > SHOWN else []),
            *(f"Note: {note}." for note in self.notes),
        ]
        return "\n".join(lines)
