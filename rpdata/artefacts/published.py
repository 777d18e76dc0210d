"""The published models and lists that rpdata knows by name: which files each is made of, and where they lie.

The files of a bundle go into a folder as the pipeline of RedPajama-V2, or cc_net, lays it out, and are imported from
there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rpdata.artefacts.ccnet_models import KNOWN_OF_CC_NET, MODELS_OF_CC_NET
from rpdata.artefacts.registry import ARTEFACTS, FAMILIES, Artefact, find
from rpdata.errors import unknown_name


@dataclass(frozen=True)
class Part:
    """One file of a bundle.

    Attributes
    ----------
    name: of the file, below the bundle's address.
    artefact: the one that it is a part of.
    places: where it goes in the layout, unpacked; a folder for a .tar.gz.
    sha256, size: of the file as published; None where nobody has published them.
    """

    name: str
    artefact: str
    places: tuple[str, ...]
    sha256: str | None = None
    size: int | None = None


@dataclass(frozen=True)
class Bundle:
    """Artefacts that are pulled together.

    Attributes
    ----------
    address: the URL of the folder that holds the parts; ends in "/".
    licence: of the files, not of rpdata.
    texts: what goes into the layout besides the parts: place -> content.
    """

    name: str
    about: str
    licence: str
    address: str
    parts: tuple[Part, ...]
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def artefacts(self) -> list[str]:
        """The names of what it makes, in order."""
        return sorted({part.artefact for part in self.parts})

    @property
    def unverifiable(self) -> list[Part]:
        """The parts of which no checksum is known."""
        return [part for part in self.parts if part.sha256 is None]


LDNOOBW = Bundle(
    "ldnoobw",
    "bad words in the five languages of RedPajama-V2 (LDNOOBW, Shutterstock)",
    "CC-BY-4.0",
    "https://raw.githubusercontent.com/LDNOOBW/List-of-Dirty-Naughty-Obscene-and-Otherwise-Bad-Words/"
    "5faf2ba42d7b1c0977169ec3611df25a3c08eb13/",
    tuple(
        Part(language, f"bad_words.{language}", (f"bad_words/{language}.txt",), sha256, size)
        for language, size, sha256 in (
            ("de", 534, "ebe44d7772897390e27f7bec412fdcdf0efc294e4db157f8487c4cd8d4fabd55"),
            ("en", 3777, "af851ecef1d5f212caba17339b12ac39cc2fef7d78c74876f67237644fcee8bd"),
            ("es", 617, "073334261cc2e7c08339faefd2f19f9623e8240a0ac18fe2a26c368b897496ce"),
            ("fr", 793, "79763a705e08256b393952852bb63aa903f4485e0ef02f70735f5e50efff213c"),
            ("it", 1451, "d413f41018d58aa79d2c4809d0161f29ffd5652c4dc34c5b7b9ade680ee5599a"),
        )
    ),
)

WIKIREF = Bundle(
    "wikiref",
    "RedPajama-V1's classifier of pages that the English Wikipedia cites, which RedPajama-V2 uses too",
    "its publisher names none",
    "https://data.together.xyz/redpajama-data-v2/v1.0.0/artifacts/",
    (Part("wikiref.model.bin", "classifier.wikiref.en", ("classifiers/en/wikiref.model.bin",)),),
)

UT1_LICENCE = "CC-BY-SA-4.0 (UT1, Université Toulouse Capitole)"
URLS = "bad_urls/blacklists"
# Two of RedPajama-V2's 13 categories are other names of these, links in the collection; "agressive" is not in it.
UT1_LINKS = {"adult": "porn", "agressif": "violence"}


def category(name: str, size: int | None = None, sha256: str | None = None, suffix: str = "") -> Part:
    """A category of UT1 in the mirror."""
    places = tuple(f"{URLS}/{of}/domains" for of in (name, UT1_LINKS.get(name)) if of)
    return Part(f"{name}/domains{suffix}", "domains.ut1", places, sha256, size)


UT1 = Bundle(
    "ut1",
    "domains by category, those of RedPajama-V2; a version that stays, from the mirror olbat/ut1-blacklists",
    UT1_LICENCE,
    "https://raw.githubusercontent.com/olbat/ut1-blacklists/804da92a9177149204d9a3d0c4ab5bd1cafe120d/blacklists/",
    (
        category("adult", suffix=".gz"),        # the mirror packs what is larger than 100 MB
        category("agressif", 5777, "d89c12bc7854628a71ad59257a1fe58cdab75cf137727aec161eea2eddfd3fd1"),
        category("arjel"),
        category("chat"),
        category("dating", 115_677, "0a695f18ec9c485d631411692afe94db83a59a0246a609635099bf8fc8a00bc7"),
        category("ddos"),
        category("filehosting"),
        category("gambling", 626_484, "4afea5bb723cffab673292e7bd3d5ddb9bf454555ecc2e6dac3dab9acccc5c0c"),
        category("mixed_adult"),
        category("phishing"),
    ),
)

UT1_TODAY = Bundle(
    "ut1.today",
    "domains by category, as their publisher has them today; another version each time",
    UT1_LICENCE,
    "https://dsi.ut-capitole.fr/blacklists/download/",
    (Part("blacklists.tar.gz", "domains.ut1", (URLS,)),),
)


def models_of_cc_net() -> Iterator[Bundle]:
    """A bundle for each language."""
    for language, (sha256, head, middle) in KNOWN_OF_CC_NET.items():
        model, pieces = f"{language}.arpa.bin", f"{language}.sp.model"
        yield Bundle(
            f"cc_net.{language}",
            f"cc_net's language model of Wikipedia ({language}) with its buckets",
            "CC-BY-NC-4.0 (cc_net itself; its models name none)",
            MODELS_OF_CC_NET,
            (Part(pieces, f"lm.{language}", (pieces,)), Part(model, f"lm.{language}", (model,), sha256)),
            {"cutoff.csv": f"percentile,{language}\n30,{head}\n60,{middle}\n"},
        )


BUNDLES: dict[str, Bundle] = {
    bundle.name: bundle for bundle in (LDNOOBW, WIKIREF, UT1, UT1_TODAY, *models_of_cc_net())
}


def known(name: str) -> Artefact | Bundle:
    """The file or bundle of that name; UserError lists the near ones."""
    if name in BUNDLES:
        return BUNDLES[name]
    if name in ARTEFACTS or name in FAMILIES:
        return find(name)
    raise unknown_name("artefact", name, [*ARTEFACTS, *FAMILIES, *BUNDLES])
