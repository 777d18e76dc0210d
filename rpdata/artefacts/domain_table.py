"""Makes the table of `domains` from a list of domains for each category, or from the reference's two JSON files."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from rpdata.artefacts.domains import CATEGORIES, NOT_HERE, SCHEMA, TABLE, hashes_of, site_of
from rpdata.errors import UserError
from rpdata.text.arrays import Ints

# Those of RedPajama-V2. The numbers of its sets count on all of them.
REFERENCE_CATEGORIES = (
    "adult", "agressif", "agressive", "arjel", "chat", "dating", "ddos", "filehosting", "gambling", "mixed_adult",
    "phishing", "porn", "violence",
)
CHUNK = 1 << 16             # domains that are strings of Python's at a time
MAX_CATEGORIES = 30         # the number of a set of them fits 32 bits
MAY_HAVE_FRILLS = r"^www\.|^\.|\.$|[^a-z0-9._-]"


@dataclass(frozen=True)
class Listed:
    """Domains as they are listed.

    Attributes
    ----------
    domain: each once.
    of: its set, a row of `sets`.
    sets: categories, sorted.
    numbers: of each set.
    """

    domain: pa.StringArray
    of: Ints
    sets: Sequence[tuple[str, ...]]
    numbers: Sequence[int]


def from_lists(lists: Mapping[str, Path], known: Sequence[str] = REFERENCE_CATEGORIES) -> Listed:
    """Of a file for each category, a domain on each line. The numbers are those of all sets of `known` categories."""
    if not set(lists) <= set(known) or len(known) > MAX_CATEGORIES:
        raise ValueError(f"{sorted(lists)} are not among the {len(known)} categories {sorted(known)}")
    order = sorted(known)
    parts = []
    for category, path in lists.items():
        domains = pc.unique(lines_of(path))
        parts.append(pa.table({"domain": domains, "bit": np.full(len(domains), 1 << order.index(category))}))
    if not any(map(len, parts)):
        raise UserError(f"no domains in {', '.join(map(str, lists.values())) or 'any list'}")
    table = pa.concat_tables(parts).group_by("domain", use_threads=False).aggregate([("bit", "sum")])
    masks, of = np.unique(table["bit_sum"].to_numpy(), return_inverse=True)
    sets = [tuple(name for bit, name in enumerate(order) if mask >> bit & 1) for mask in masks.tolist()]
    return Listed(table["domain"].combine_chunks(), of, sets, [number_of(names, order) for names in sets])


def from_reference(numbers_of_domains: Path, index: Path) -> Listed:
    """Of `domain_to_category_id.json` and `category_index.json`. UserError if they do not go together."""
    numbers, known = (read_object(path) for path in (numbers_of_domains, index))
    if not numbers:
        raise UserError(f"{numbers_of_domains} holds no domains")
    try:
        used, of = np.unique(np.fromiter(numbers.values(), np.int64), return_inverse=True)
        sets = [tuple(sorted(map(str, known[str(number)]))) for number in used.tolist()]
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise UserError(f"{numbers_of_domains} and {index} do not go together: {error!r}") from error
    if not all(isinstance(known[str(number)], list) for number in used.tolist()):
        raise UserError(f"{index} does not hold lists of categories: a number's must be like [\"adult\", \"chat\"]")
    if used[0] < 0 or used[-1] >= 2**31:
        raise UserError(f"{numbers_of_domains} numbers sets {used[0]} to {used[-1]}; they can be 0 to 2**31 - 1")
    return Listed(pa.array(numbers, pa.string()), of, sets, used.tolist())


def write_table(listed: Listed, folder: Path) -> dict[str, Path]:
    """The files of the artefact, in a folder that is there: a row for each domain as listed, and for each site."""
    sets = list(listed.sets)
    number = np.array(listed.numbers, np.int64)[listed.of].astype(np.int32)
    names = listed.of.astype(np.int32)
    sites: dict[str, set[str]] = {}
    for row in np.flatnonzero(pc.match_substring_regex(listed.domain, MAY_HAVE_FRILLS).to_numpy(False)).tolist():
        domain = listed.domain[row].as_py()
        if site_of(domain) != domain:
            if site_of(domain):             # else what is listed is no domain: it would be that of pages without one
                sites.setdefault(site_of(domain), set()).update(sets[names[row]])
            names[row] = NOT_HERE
    there = pc.index_in(pa.array(list(sites), pa.string()), value_set=listed.domain).to_pylist()
    added: list[tuple[str, int]] = []
    for (site, categories), row in zip(sites.items(), there, strict=True):
        if row is not None:
            categories |= set(sets[names[row]])
        as_set = tuple(sorted(categories))
        if as_set not in sets:
            sets.append(as_set)
        if row is None:
            added.append((site, sets.index(as_set)))
        else:
            names[row] = sets.index(as_set)
    domain = pa.concat_arrays([listed.domain, pa.array([site for site, _ in added], pa.string())])
    number = np.concatenate([number, np.full(len(added), NOT_HERE, np.int32)])
    names = np.concatenate([names, np.array([of for _, of in added], np.int32)])
    hashes = np.concatenate([hashes_of(domain[at : at + CHUNK].to_pylist()) for at in range(0, len(domain), CHUNK)])
    order = np.argsort(hashes)
    if (np.diff(hashes[order]) == 0).any():
        raise UserError("two domains of the lists have the same XXH3, which one list in a million has: leave one out")
    table = pa.table([hashes[order], domain.take(order), number[order], names[order]], schema=SCHEMA)
    files = {name: folder / name for name in (TABLE, CATEGORIES)}
    with pa.ipc.new_file(files[TABLE], SCHEMA) as writer:
        writer.write_batch(table.combine_chunks().to_batches()[0])
    files[CATEGORIES].write_bytes(orjson.dumps({"names": sets}))
    return files


def number_of(names: Sequence[str], known: Sequence[str]) -> int:
    """Of a set, among all non-empty ones of the sorted known categories: by size, then by name; from 0."""
    smaller = sum(math.comb(len(known), size) for size in range(1, len(names)))
    before = 0
    position = -1
    for taken, name in enumerate(names):
        here = known.index(name)
        for skipped in range(position + 1, here):       # every set that has this one in its place comes before
            before += math.comb(len(known) - skipped - 1, len(names) - taken - 1)
        position = here
    return smaller + before


def lines_of(path: Path) -> pa.StringArray:
    """Those that are not blank, stripped. What is no UTF-8 is in no URL that we know of, and is kept as U+FFFD."""
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    lines = pc.utf8_trim_whitespace(pc.split_pattern(pa.array([text], pa.string()), "\n").flatten())
    return lines.filter(pc.not_equal(lines, ""))


def read_object(path: Path) -> dict[str, Any]:
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise UserError(f"{path} is not a JSON object")
    return found
