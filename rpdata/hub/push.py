"""`rpdata push`: upload a dataset, so that it can be loaded from the Hub by its name.

Commits hold some hundred files each, so that an interrupted push has to repeat one of them at most; a file that the
repository has already, byte for byte, is not uploaded again. The card is part of the last commit: until then nothing
says how to load what is there, and a dataset that replaces an earlier push loses its obsolete files with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rpdata.dataset import command_for
from rpdata.engine.lock import writer_lock
from rpdata.engine.progress import Progress
from rpdata.errors import CannotFinish, Refused
from rpdata.hub.changed import states
from rpdata.hub.comparison import obsolete, refuse_another_dataset, with_presence
from rpdata.hub.repository import Repository, Stored, named
from rpdata.hub.selection import CARD, Going, Selection, select
from rpdata.ledger import hash_of
from rpdata.manifest import FILE, Manifest

# The Hub wants few commits (it allows some hundred in an hour) and answers those of thousands of files too late.
FILES_PER_COMMIT = 500
BYTES_PER_COMMIT = 10 << 30


@dataclass
class Pushed:
    """What a push did. bytes: of all files of the dataset; unchanged: files that the repository had already;
    removed: files of an earlier push that the dataset does not have any more."""

    dataset: str
    repo: str
    url: str
    files: int
    bytes: int
    uploaded: int = 0
    uploaded_bytes: int = 0
    unchanged: int = 0
    removed: int = 0
    commits: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def push(
    root: Path,
    repo: str,
    *,
    private: bool = False,
    incomplete: bool = False,
    quiet: bool = False,
    silent: bool = False,
) -> Pushed:
    """Upload the dataset at `root` to the dataset repository `repo` ("user/name"), which is made if need be.

    private: the repository is to be private. incomplete: even if units or columns are missing. Run it again after any
    interruption: what is there is not uploaded again. The dataset is locked meanwhile: no other verb changes it.

    Raises UserError for a wrong name, no token, or one that may not write; Refused if the dataset is not complete, or
    the repository has files that are not of this dataset where its own would go; CannotFinish if the Hub fails.
    """
    named(repo)
    if not (root / FILE).is_file():
        Manifest.load(root)     # refuses, without leaving the lock's file behind
    with writer_lock(root):
        selection = select(root)
        if unfinished := obstacle(selection, incomplete=incomplete):
            raise Refused(unfinished)
        repository = Repository.open(repo, private=private)
        present = repository.files()
        refuse_another_dataset(repository, root, selection, present)
        pushed = Pushed(str(root), repo, repository.url, len(selection.files), selection.bytes)
        with Progress(len(selection.files), selection.bytes, quiet=quiet, silent=silent, counted="files") as progress:
            upload(repository, selection, present, pushed, progress)
        refuse_loss(repository, selection)
    return pushed


def obstacle(selection: Selection, *, incomplete: bool) -> str | None:
    """Why it is not pushed, if so: an unfinished dataset goes only where that is asked for, and none without a card,
    since nobody could load it."""
    if selection.unfinished is None or (incomplete and selection.files[-1].path == CARD):
        return None
    return (
        f"{selection.root} is not finished: {selection.unfinished}.\n"
        f"rpdata status {selection.root} tells what to run; to push what there is: --incomplete (it needs a card)"
    )


def upload(
    repository: Repository, selection: Selection, present: Mapping[str, Stored], pushed: Pushed, progress: Progress
) -> None:
    """Bring the repository from what is `present` to the selection; the card and what is obsolete come last."""
    differing = []
    for file, is_there in with_presence(selection, present):
        if is_there:
            pushed.unchanged += 1
            progress.unit_done(file.bytes)
        else:
            differing.append(file)
    gone = obsolete(selection, present)
    card = [file for file in differing if file.path == CARD]
    batches = list(commits(file for file in differing if file.path != CARD))
    for number, batch in enumerate(batches, 1):
        before = states(selection.root, [file.path for file in batch])
        refuse_damaged(selection.root, batch)
        repository.commit(f"Data, part {number} of {len(batches)}", selection.root, before)
        account(batch, pushed, progress)
    if card or gone:
        before = states(selection.root, [file.path for file in card])
        repository.commit("Dataset card", selection.root, before, gone)
        account(card, pushed, progress)
        pushed.removed = len(gone)


def refuse_damaged(root: Path, batch: Sequence[Going]) -> None:
    """Refused for a file whose bytes are not those that were written: nobody could tell it from the others there."""
    for file in batch:
        if file.xxh3 is not None and hash_of(root / file.path) != file.xxh3:
            raise Refused(
                f"{root / file.path} is damaged: the ledger has another hash of it. It was not uploaded.\n"
                f"Delete it and run {command_for(file.part, root)} again: what is missing is made anew."
            )


def account(batch: Sequence[Going], pushed: Pushed, progress: Progress) -> None:
    """Count what a commit brought."""
    pushed.commits += 1
    for file in batch:
        pushed.uploaded += 1
        pushed.uploaded_bytes += file.bytes
        progress.advance(0, file.bytes)
        progress.unit_done(file.bytes)


def commits(files: Iterator[Going]) -> Iterator[list[Going]]:
    """Files in their order, as many together as one commit takes."""
    batch: list[Going] = []
    size = 0
    for file in files:
        if batch and (len(batch) == FILES_PER_COMMIT or size + file.bytes > BYTES_PER_COMMIT):
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += file.bytes
    if batch:
        yield batch


def refuse_loss(repository: Repository, selection: Selection) -> None:
    """CannotFinish unless the repository has every file at its size: a .gitignore there, or another writer, may have
    kept some out."""
    present = repository.files()
    lost = [file.path for file in selection.files if (stored := present.get(file.path)) is None
            or stored.bytes != file.bytes]
    if lost:
        raise CannotFinish(
            f"{repository.name} lacks {len(lost)} of {len(selection.files)} files after the upload (the first is "
            f"{lost[0]}).\nA .gitignore there may name them, or somebody else writes to it. Mend that and run the "
            "same command again."
        )
