"""Lists of domains by category (UT1, Université Toulouse Capitole): which of them a document's domain is in.

The reference looks the domain up as it stands in the URL, so `WWW.Casino.example:8080` is not found under
`casino.example`. The repaired lookup strips what does not change the site, and walks up to the domains above it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from rpdata.artefacts.folder import Stored
from rpdata.errors import UserError
from rpdata.text.arrays import Hashes, Ints

TABLE, CATEGORIES = "domains.arrow", "categories.json"
NOT_HERE = -1
SCHEMA = pa.schema(
    [
        pa.field("hash", pa.uint64(), nullable=False),      # XXH3 of the domain; the rows are sorted by it
        pa.field("domain", pa.string(), nullable=False),
        pa.field("number", pa.int32(), nullable=False),     # of its set of categories; NOT_HERE if it is not listed so
        pa.field("names", pa.int32(), nullable=False),      # a row of CATEGORIES; NOT_HERE if it is no `site_of`
    ]
)
ADDRESS = re.compile(r"\[.*|[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+")        # of IP: what is behind a point is no domain


class Domains:
    """A table on disk, mapped and not read: processes share what is looked up.

    Attributes
    ----------
    names: the sets of categories, each sorted.
    """

    def __init__(self, table: pa.Table, names: Sequence[Sequence[str]]) -> None:
        self.names = [list(categories) for categories in names]
        self._hash = table["hash"].chunk(0).to_numpy()
        self._domain = table["domain"].chunk(0)
        self._number = table["number"].chunk(0).to_numpy()
        self._names = table["names"].chunk(0).to_numpy()

    @classmethod
    def load(cls, artefact: Stored) -> "Domains":
        """UserError if a file is damaged."""
        path = artefact.file(TABLE)
        try:
            table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
            names = orjson.loads(artefact.file(CATEGORIES).read_bytes())["names"]
        except (pa.ArrowException, orjson.JSONDecodeError, KeyError, TypeError, OSError) as error:
            raise UserError(f"{artefact.folder} is no table of domains: {error}") from error
        if table.schema != SCHEMA or table["hash"].num_chunks != 1:
            raise UserError(f"{path} is no table of domains: its columns are {', '.join(table.schema.names)}")
        if not are_sets(names):
            raise UserError(f"{artefact.folder / CATEGORIES} does not hold lists of names of categories")
        numbers, rows = (pc.min_max(table[column]).as_py() for column in ("number", "names"))
        if not len(table) or min(numbers["min"], rows["min"]) < NOT_HERE or rows["max"] >= len(names):
            raise UserError(f"{path} is empty, or does not go with {CATEGORIES}")
        return cls(table, names)

    def set_numbers(self, domains: pa.StringArray) -> pa.Int32Array:
        """The number of the set of categories of each domain that is listed just as it is written, else null.

        Sets are numbered as RedPajama-V2 does: all sets of the categories that it knows, by size, then by name.
        """
        unique = domains.dictionary_encode()
        rows = self._rows(unique.dictionary.to_pylist())
        numbers = np.where(rows == NOT_HERE, NOT_HERE, self._number[rows])
        found = pa.array(numbers, pa.int32(), mask=numbers == NOT_HERE)
        return found.take(unique.indices)

    def categories(self, domains: pa.StringArray) -> pa.ListArray:
        """The categories of each domain and of those above it, sorted; empty if none is listed, null for null.

        Without user, port, final point, capitals and `www.`, in the domain as in the list.
        """
        unique = domains.dictionary_encode()
        walks = [list(site_and_above(domain)) for domain in unique.dictionary.to_pylist()]
        rows = iter(self._rows([domain for walk in walks for domain in walk]).tolist())
        found = []
        for walk in walks:
            sets = [int(self._names[row]) for _, row in zip(walk, rows, strict=False) if row != NOT_HERE]
            found.append(sorted({name for number in sets if number != NOT_HERE for name in self.names[number]}))
        return pa.array(found, pa.list_(pa.string())).take(unique.indices)

    def _rows(self, domains: list[str]) -> Ints:
        """The row of each domain; NOT_HERE where there is none."""
        hashes = hashes_of(domains)
        rows: Ints = np.searchsorted(self._hash, hashes)
        rows[rows == len(self._hash)] = 0
        rows[self._hash[rows] != hashes] = NOT_HERE
        hits = np.flatnonzero(rows != NOT_HERE)
        for hit, listed in zip(hits.tolist(), self._domain.take(rows[hits]).to_pylist(), strict=True):
            if listed != domains[hit]:
                rows[hit] = NOT_HERE        # another domain of the same hash
        return rows


def are_sets(names: object) -> bool:
    """Whether it is a list of lists of strings."""
    return isinstance(names, list) and all(
        isinstance(categories, list) and all(isinstance(name, str) for name in categories) for categories in names
    )


def hashes_of(domains: Iterable[str]) -> Hashes:
    digest = xxhash.xxh3_64_intdigest
    return np.fromiter((digest(domain.encode()) for domain in domains), np.uint64)


def site_of(domain: str) -> str:
    """A domain of a URL, or of a list, without user, port, final point, capitals and `www.`."""
    host = domain.rpartition("@")[2].lower()
    host = host.partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    host = host.strip(".")
    while host.startswith("www.") and host.count(".") > 1:
        host = host.removeprefix("www.").strip(".")
    return host


def site_and_above(domain: str) -> Iterator[str]:
    """The site, and each domain above it down to two labels (`a.b.co.uk`, `b.co.uk`, `co.uk`)."""
    site = site_of(domain)
    yield site
    if ADDRESS.fullmatch(site) is None:
        while site.count(".") > 1:
            site = site.partition(".")[2]
            yield site
