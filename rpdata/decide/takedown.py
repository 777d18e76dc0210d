"""Lists of what has to go: URLs, domains and documents that somebody asked to have taken down.

A list is a text file with an entry on each line; blank lines, and those that begin with #, are no entries. A recipe is
another one if its list is. A list costs 8 bytes of memory for each entry: entries are compared by 64-bit hashes, so
that of 10 million entries and a billion documents, one document too many is removed with a probability of 0.05%.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from rpdata.decide.algebra import all_of
from rpdata.decide.conditions import Condition
from rpdata.decide.rules import Rule, rule
from rpdata.decide.values import Content, Kind, Row
from rpdata.errors import UserError
from rpdata.ledger import hash_of

Hashes = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

COMMENT = "#"
SCHEME = re.compile(r"\A(https?:)?//", re.IGNORECASE)
HOST = re.compile(r"(?P<name>[^/?]*?)(:(?P<port>[0-9]*))?(?=[/?]|\Z)")
ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")    # RFC 3986, 2.3
DEFAULT_PORTS = ("80", "443")
LISTS_HELD = 8      # in memory, of all recipes of a process


@dataclass(frozen=True, eq=False)
class Unlisted(Condition):
    """A column of text and a list in which it may not be.

    Attributes
    ----------
    name: the column. form: what an entry and a value are compared by, a key of FORMS.
    path: absolute. digest: of the file's bytes; the recipe means these.
    """

    name: str
    form: str
    path: str
    digest: str

    @property
    def content(self) -> Content:
        return ["unlisted", self.name, self.form, self.digest]

    @property
    def columns(self) -> Mapping[str, Kind]:
        return {self.name: "text"}

    def expr(self) -> pl.Expr:
        def unlisted(values: pl.Series) -> pl.Series:
            found = pc.dictionary_encode(values.to_arrow(compat_level=pl.CompatLevel.oldest()))
            listed = pa.array(self._listed(found.dictionary.to_pylist()))
            return pl.Series(values.name, pc.invert(listed.take(found.indices)))

        return pl.col(self.name).map_batches(unlisted, return_dtype=pl.Boolean, is_elementwise=True)

    def of(self, row: Row) -> bool | None:
        value = row.text(self.name)
        return None if value is None else not self._listed([value])[0]

    def _listed(self, values: Sequence[str]) -> Flags:
        """Which of them are in the list."""
        known = entries(self.path, self.digest, self.form)
        forms = [FORMS[self.form](value) for value in values]
        hashes = np.array([digest_of(form) for each in forms for form in each], np.uint64)
        owners = np.repeat(np.arange(len(values)), [len(each) for each in forms])
        places = np.minimum(np.searchsorted(known, hashes), max(len(known) - 1, 0))
        found = np.zeros(len(values), bool)
        if len(known):
            found[owners[known[places] == hashes]] = True
        return found

    def __str__(self) -> str:
        return f"{self.name} is not in {Path(self.path).name} ({self.digest[:12]})"


def taken_down(
    *, urls: str | Path | None = None, domains: str | Path | None = None, doc_ids: str | Path | None = None
) -> Rule:
    """Keeps documents that are in none of these lists, each a file with an entry on a line.

    urls: compared without http:// or https://, port 80 or 443, fragment, and slashes at the end; hosts in lower case
    and in ASCII (xn--); %7e, %7E and ~ are one, as all escapes of letters, digits and -._~ are (RFC 3986, 6.2.2).
    Names are put into ASCII by IDNA 2003: of those with \u00df, \u03c2 or a zero-width joiner, which others write
    otherwise by IDNA 2008, list that form too (xn--strae-oqa.de beside stra\u00dfe.de, which is strasse.de here).
    domains: with all their sub-domains, in lower case, without port; of `source_domain`. doc_ids:
    as `show` tells them. A document without URL or domain cannot be told: the rule abstains.

    UserError for a file that cannot be read, and if no list is given.
    """
    lists = [("urls", "url", urls), ("domains", "source_domain", domains), ("doc_ids", "doc_id", doc_ids)]
    given = [(name, column, Path(file)) for name, column, file in lists if file is not None]
    if not given:
        raise UserError("taken_down() wants a list: urls=FILE, domains=FILE or doc_ids=FILE")
    return all_of(*(
        rule(f"taken_down.{name}", unlisted_in(column, name, file.absolute()), source=f"the list {file.name}")
        for name, column, file in given
    ))


def unlisted_in(column: str, form: str, path: Path) -> Unlisted:
    """The condition of one list, which is read once; UserError if it cannot be."""
    try:
        digest = hash_of(path)
    except OSError as error:
        raise UserError(f"cannot read the list {path}: {error.strerror}") from error
    entries(str(path), digest, form)
    return Unlisted(column, form, str(path), digest)


@lru_cache(LISTS_HELD)
def entries(path: str, digest: str, form: str) -> Hashes:
    """The hashes of a list's entries, ascending; UserError if the file is not the one that the recipe means."""
    try:
        if hash_of(Path(path)) != digest:
            raise UserError(f"the list {path} has changed since the recipe was read. Run the same command again")
        with open(path, encoding="utf-8-sig") as file:
            found = np.fromiter(hashes_of(file, form), np.uint64)
    except OSError as error:
        raise UserError(
            f"cannot read the list {path}: {error.strerror}.\nWorkers on other machines need it under the same path"
        ) from error
    except UnicodeDecodeError as error:
        raise UserError(f"the list {path} is no text in UTF-8: {error}") from error
    return np.unique(found)


def hashes_of(lines: Iterable[str], form: str) -> Iterator[int]:
    """Of each entry, by its own form."""
    for line in lines:
        entry = line.strip()
        if entry and not entry.startswith(COMMENT):
            yield digest_of(FORMS[form](entry)[0])


def digest_of(text: str) -> int:
    return xxhash.xxh3_64_intdigest(text.encode())


def forms_of_url(url: str) -> list[str]:
    """http://M\u00fcller.example:80/a/#b -> xn--mller-kva.example/a"""
    place = ESCAPE.sub(unescaped, SCHEME.sub("", url.strip()).partition("#")[0])
    host = HOST.match(place)
    assert host is not None, "it may be empty"
    found, port = host["name"].lower().removesuffix("."), host["port"]
    kept = f":{port}" if port and port not in DEFAULT_PORTS else ""
    rest = place[host.end():]
    slash = "/" if rest.startswith("?") else ""
    return [(ascii_form(found) + kept + slash + rest).rstrip("/")]


def unescaped(escape: re.Match[str]) -> str:
    """%7e -> ~, %c3 -> %C3: the escape as RFC 3986 normalises it (6.2.2)."""
    character = chr(int(escape[1], 16))
    return character if character in UNRESERVED else escape[0].upper()


def forms_of_domain(domain: str) -> list[str]:
    """user@www.Example.org:80 -> www.example.org, example.org, org; the first is the domain itself."""
    place = domain.strip().rpartition("://")[2].partition("/")[0].rpartition("@")[2]
    host = place.partition("]")[0] if place.startswith("[") else place.partition(":")[0]
    labels = ascii_form(host.lower().removeprefix("*").strip(".")).split(".")
    return [".".join(labels[first:]) for first in range(len(labels))]


def ascii_form(host: str) -> str:
    """m\u00fcller.de -> xn--mller-kva.de, as URLs have it; what cannot be written so stays as it is.

    By IDNA 2003 (RFC 3490), which Python has: stra\u00dfe.de is strasse.de, and by IDNA 2008 another site.
    """
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host


# What entries, and values of a column, are compared by: of an entry the first form, of a value any of them.
FORMS: Mapping[str, Callable[[str], list[str]]] = {
    "urls": forms_of_url, "domains": forms_of_domain, "doc_ids": lambda doc_id: [doc_id.strip()],
}
