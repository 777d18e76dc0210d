"""`rpdata.load_dataset`: the call that RedPajama-V2 documents, over its files and over our own datasets."""

from collections.abc import Callable, Iterator, Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, TypeAlias

from rpdata import __version__
from rpdata.errors import UserError, unknown_name
from rpdata.manifest import FILE
from rpdata.redpajama_tree.layout import Request
from rpdata.redpajama_tree.own_rows import own_parts, own_rows
from rpdata.redpajama_tree.own_sample import sample_parts, sample_rows
from rpdata.redpajama_tree.places import Tree
from rpdata.redpajama_tree.published_rows import published_parts, published_rows

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict, IterableDataset, IterableDatasetDict

Rows: TypeAlias = Callable[..., Iterator[dict[str, str]]]

NAMES = ("default", "sample")
SPLIT = "train"
COLUMNS = ("raw_content", "doc_id", "meta", "quality_signals")
ROWS_PER_WRITE = 100    # of the table that `datasets` makes: its strings hold no more than 2 GiB at once


def load_dataset(
    path_or_repo: str | PathLike[str],
    name: str = "default",
    *,
    partition: str = "all",
    snapshots: Sequence[str] | None = None,
    languages: Sequence[str] | None = None,
    deduplicated: bool | float | str = False,
    split: str | None = None,
    streaming: bool = False,
    cache_dir: str | None = None,
) -> "DatasetDict | IterableDatasetDict | Dataset | IterableDataset":
    """Documents with their quality signals in RedPajama-V2's form, as an object of `datasets`.

    path_or_repo: a folder, or USER/NAME of the hub, that holds a dataset of ours or the files that RedPajama-V2
        publishes; also the address of a server that has those, and their lists. Only the files asked for are read.
    name: "default" is all; "sample" is the dataset's `sample/`.
    partition: "head_middle", "tail" or "all". snapshots, languages: lists; None is all that there are.
    deduplicated: True leaves out exact copies, as `duplicates/` has them; of a dataset of ours also a similarity for
        which `rpdata dedup` found near-duplicates.
    split: "train" gives that alone, and not the dictionary that has it under that name.
    streaming: documents are read while they are asked for; otherwise they are all written to `cache_dir` first.

    Rows have `raw_content`, `doc_id`, `meta` and `quality_signals` (strings, the latter two JSON); for published files
    the signals have `is_duplicate`, as RedPajama-V2's own loader gave them.

    Raises UserError for what is not known or not there, CannotFinish for what can't be reached or is torn.
    """
    if name not in NAMES:
        raise unknown_name("configuration", str(name), NAMES)
    if split not in (None, SPLIT):
        raise unknown_name("split", str(split), [SPLIT])
    request = Request.of(partition, snapshots, languages, deduplicated)
    found = made_of(*source_of(path_or_repo, name, request), streaming, cache_dir)
    if split is not None:
        return found
    from datasets import DatasetDict, IterableDatasetDict

    return (IterableDatasetDict if streaming else DatasetDict)({SPLIT: found})


def source_of(path_or_repo: str | PathLike[str], name: str, request: Request) -> tuple[Rows, dict[str, Any]]:
    """The function that gives the rows, and its arguments; the list among them can be dealt out to workers."""
    tree = Tree.at(fspath(path_or_repo), whole=name != "sample")
    ours = tree.lists_files and tree.has(FILE)
    if ours and name == "sample":
        return sample_rows, {"parts": sample_parts(tree, request), "request": request}
    if ours:
        parts, wanted = own_parts(tree, request)
        return own_rows, {"parts": parts, "wanted": wanted}
    whole = tree.below("sample") if name == "sample" else tree
    return published_rows, {"parts": published_parts(whole, request), "deduplicated": bool(request.deduplicated)}


def made_of(rows: Rows, arguments: dict[str, Any], streaming: bool, cache_dir: str | None) -> Any:
    """The rows as a dataset of `datasets`. UserError if that is not installed, and whatever the rows raise."""
    try:
        from datasets import Dataset, Features, IterableDataset, Value
        from datasets.exceptions import DatasetGenerationError
    except ImportError:
        raise UserError(
            "cannot load a dataset: `datasets` is not installed. Install it: pip install 'rpdata[datasets]'"
        ) from None
    features = Features(dict.fromkeys(COLUMNS, Value("string")))
    if streaming:
        return IterableDataset.from_generator(rows, features=features, gen_kwargs=arguments)
    if next(rows(**arguments), None) is None:       # of which `datasets` makes no table
        return Dataset.from_dict({column: [] for column in COLUMNS}, features=features)
    try:
        return Dataset.from_generator(
            made_by, features=features, cache_dir=cache_dir, writer_batch_size=ROWS_PER_WRITE,
            gen_kwargs={**arguments, "rows": rows, "version": __version__},
        )
    except DatasetGenerationError as error:
        if isinstance(error.__cause__, UserError):
            raise error.__cause__ from None
        raise


def made_by(rows: Rows, version: str, **arguments: Any) -> Iterator[dict[str, str]]:
    """The rows; what another version of rpdata wrote into the cache is not taken for them."""
    return rows(**arguments)
