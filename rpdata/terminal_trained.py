"""How good a trained artefact is, in a few lines."""

from collections.abc import Iterator, Mapping
from typing import Any

ENOUGH = 100        # documents, for percentiles that another sample would give too
LABEL = "__label__"


def quality_of(kind: str, made: Mapping[str, Any]) -> Iterator[str]:
    """What training noted of a classifier or a language model; nothing of those that were not trained here.

    made: of `Stored`.
    """
    if "held_out" not in made:
        return
    if kind == "classifier":
        yield from quality_of_classifier(made)
    elif kind == "lm":
        yield from quality_of_lm(made)


def quality_of_classifier(made: Mapping[str, Any]) -> Iterator[str]:
    """Texts of each label; how the model that was written tells those held out."""
    yield "Texts: " + ", ".join(f"{number:,} {label}" for label, number in made["texts"].items())
    told = made["held_out"]
    tested = told.get("quantised", told.get("dense"))
    if tested is None or not tested["texts"]:
        yield "No texts were held out, so nothing says how good it is."
        return
    yield f"Of {tested['texts']:,} texts held out, {tested['accuracy']:.1%} were told rightly."
    for label, of in tested["labels"].items():
        shares = (f"{key} {'-' if of[key] is None else format(of[key], '.3f')}" for key in ("precision", "recall"))
        yield f"  {label.removeprefix(LABEL)}: {', '.join(shares)}"
    if tested["texts"] < ENOUGH:
        yield f"Warning: fewer than {ENOUGH} texts were held out; these shares say little."


def quality_of_lm(made: Mapping[str, Any]) -> Iterator[str]:
    """Documents, the perplexity of those held out, and what the cutoffs are from."""
    held_out = made["held_out"]
    measured = f", perplexity {held_out['perplexity']:,.1f}" if held_out["perplexity"] is not None else ""
    yield f"Trained on {made['documents']:,} documents; held out {held_out['documents']:,}{measured}."
    count = made.get("cutoff_documents", 0)
    if not count:
        yield "No cutoffs, so no buckets."
        return
    yield f"Cutoffs: from {count:,} {made['cutoffs_from']}."
    if count < ENOUGH:
        yield f"Warning: those are fewer than {ENOUGH}, so head and middle hold other shares of a crawl than 30% each."
