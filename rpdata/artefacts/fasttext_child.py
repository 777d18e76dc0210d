"""The process that fastText trains in, with one thread and memory that the allocator fills.

fastText 0.9.3 trains on memory that it does not clear when it has fewer than 10 threads: often that is NaN, and each
time it is something else. With 10 or more the threads race, and no two runs agree. So it has one, and the environment
sets MALLOC_PERTURB_=255, by which the GNU C library fills what it hands out with zeros.

Read from standard input: a `Request`, as JSON. Written to standard output: how well it does, as JSON.
"""

import json
import math
import sys
from typing import Any, TypedDict

ENVIRONMENT = {"MALLOC_PERTURB_": "255"}


class Request(TypedDict):
    """Files and options (those of fasttext.train_supervised); no held_out file, no test."""

    train: str
    held_out: str | None
    output: str
    quantise: bool
    options: dict[str, Any]


def main() -> None:
    import fasttext
    import numpy as np

    request: Request = json.load(sys.stdin)
    model = fasttext.train_supervised(request["train"], thread=1, verbose=0, **request["options"])
    weights = [model.get_input_matrix(), model.get_output_matrix()]
    report: dict[str, Any] = {
        "finite": all(bool(np.isfinite(matrix).all()) for matrix in weights),
        "words": len(weights[0]),
        "labels": model.labels,
    }
    if request["held_out"]:
        report["dense"] = tested(model, request["held_out"])
    if request["quantise"]:
        model.quantize()
        if request["held_out"]:
            report["quantised"] = tested(model, request["held_out"])
    model.save_model(request["output"])
    json.dump(report, sys.stdout)


def tested(model: Any, path: str) -> dict[str, Any]:
    """The share of texts whose label is right, and precision and recall of each label; None if it was never given."""
    texts, accuracy, _ = model.test(path)
    told = sorted(model.test_label(path).items())
    labels = {label: {key: number(of[key]) for key in ("precision", "recall")} for label, of in told}
    return {"texts": texts, "accuracy": accuracy, "labels": labels}


def number(value: float) -> float | None:
    return value if math.isfinite(value) else None


if __name__ == "__main__":
    main()
