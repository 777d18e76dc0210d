"""What the models and lists of a run say of a batch: what the signals that need an artefact are formulas of."""

from collections.abc import Iterator, Mapping

import pyarrow as pa


class ModelStats(Mapping[str, pa.Array]):
    """A column with a row for each document, by name; null where nothing can be said of it.

    A name begins with the artefact's, without its language: `lm` (perplexity), `lm.bucket`, `classifier.palm`,
    `importance.books`, `importance.books.length_correction`, `bad_words`, `domains.ut1.categories`. `lm` and
    `lm.bucket` are always there: without a model they are what the input says.
    """

    def __init__(self, columns: Mapping[str, pa.Array]) -> None:
        self._columns = dict(columns)

    def __getitem__(self, name: str) -> pa.Array:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)
