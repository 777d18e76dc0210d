"""cc_net's folder of language models, `data/lm_sp`: {lang}.sp.model, {lang}.arpa.bin; and its table `cutoff.csv`."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from rpdata.artefacts.cutoffs import Cutoffs, cutoffs_of_cc_net
from rpdata.artefacts.found import Found
from rpdata.artefacts.perplexity import CUTOFFS, NORMALISER, PIECES
from rpdata.artefacts.redpajama_folder import Candidate
from rpdata.errors import UserError

PIECES_SUFFIX, MODEL_SUFFIX = ".sp.model", ".arpa.bin"
TABLES = ("cutoff.csv", "../cutoff.csv", "../../cc_net/data/cutoff.csv")     # where a checkout of cc_net has it


def is_one(folder: Path) -> bool:
    return bool(languages(folder))


def languages(folder: Path) -> list[str]:
    """Those that there is something for."""
    suffixes = (PIECES_SUFFIX, MODEL_SUFFIX)
    return sorted({p.name.removesuffix(suffix) for suffix in suffixes for p in folder.glob(f"*{suffix}")})


def candidates(folder: Path, scratch: Path) -> Iterator[Candidate]:
    """A model for each language. UserError for a table that is there and is none."""
    table = table_of(folder)
    cutoffs = cutoffs_of_cc_net(table).cutoffs if table else {}
    for language in languages(folder):
        yield f"lm.{language}", partial(model, folder, language, cutoffs.get(language), scratch)


def ignored(folder: Path) -> list[str]:
    """Nothing: such a folder lies among others' files."""
    return []


def expected(folder: Path) -> list[str]:
    """What a whole folder would have."""
    if (table := table_of(folder)) is None:
        return ["cutoff.csv (perplexities will have no buckets: put it beside the models)"]
    known = cutoffs_of_cc_net(table)
    return [
        f"cutoffs of {lang} in {table.name} ({f'{known.damaged[lang]}: ' if lang in known.damaged else ''}no buckets)"
        for lang in languages(folder)
        if lang not in known.cutoffs
    ]


def table_of(folder: Path) -> Path | None:
    return next((folder / place for place in TABLES if (folder / place).is_file()), None)


def model(folder: Path, language: str, cutoffs: Cutoffs | None, scratch: Path) -> Found:
    files = {PIECES: folder / f"{language}{PIECES_SUFFIX}", "lm.bin": folder / f"{language}{MODEL_SUFFIX}"}
    for path in files.values():
        if not path.is_file():
            raise UserError(f"{path.name} is not there: a language model has both {PIECES_SUFFIX} and {MODEL_SUFFIX}")
    made = {"from": ", ".join(path.name for path in files.values())}
    if cutoffs:
        files[CUTOFFS] = scratch / f"{language}.cutoffs"
        cutoffs.write(files[CUTOFFS])
    return Found(f"lm.{language}", "lm", language, files, {"normaliser": NORMALISER}, made)
