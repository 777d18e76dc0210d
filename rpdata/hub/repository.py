"""A dataset repository on the Hub, as pushing sees it: what it holds, and commits to it."""

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationDelete,
    HfApi,
    constants,
    get_token,
    hf_hub_download,
)
from huggingface_hub.errors import HFValidationError
from huggingface_hub.hf_api import RepoFile
from huggingface_hub.utils import disable_progress_bars, logging, validate_repo_id

from rpdata import __version__
from rpdata.errors import Refused, UserError
from rpdata.hub.changed import State, refuse_changed
from rpdata.hub.refusals import FAILURES, HOW_TO_WRITE, Secret, passes, refusal, seconds_asked_for
from rpdata.manifest import FILE, Manifest

TRIES = 6
FIRST_WAIT = 1.0        # seconds; doubled by every further try, unless the server names another
LONGEST_WAIT = 300.0    # that a server may ask for
KIND = "dataset"

Result = TypeVar("Result")


@dataclass(frozen=True)
class Stored:
    """A file of the repository. sha256 is known of large ones; blob, git's SHA-1, is that of the content of others."""

    bytes: int
    sha256: str | None
    blob: str


def named(repo: str) -> str:
    """The name, if it is user/name; UserError otherwise. Asks no network."""
    try:
        validate_repo_id(repo)
    except HFValidationError as error:
        raise UserError(f"--repo takes USER/NAME, not {repo!r}: {error}") from None
    if "/" not in repo:
        raise UserError(f"--repo takes USER/NAME, not {repo!r}: say whose it is, yours or an organisation's")
    return repo


class Repository:
    """The repository `name` ("user/name"), on behalf of the user's token.

    Every request is tried again where the server is unwell; what it refuses is raised as UserError, without the token.
    """

    def __init__(self, name: str, api: HfApi, secret: Secret) -> None:
        self.name = name
        self.url = f"{constants.ENDPOINT}/datasets/{name}"
        self._api = api
        self._secret = secret
        self._user: str | None = None
        self._namespaces: list[str] = []

    @classmethod
    def open(cls, name: str, *, private: bool) -> "Repository":
        """The repository, made if it is not there. UserError without a token, or with one that cannot write there;
        Refused if it is to be private and the one that is there is public."""
        disable_progress_bars()
        logging.set_verbosity(logging.CRITICAL)     # every retry is told of; what counts is the error at the end
        token = get_token()
        if token is None:
            raise UserError(f"pushing to {name} needs a token, and there is none.\n{HOW_TO_WRITE}")
        if not (token.isascii() and token.isprintable()):   # errors would quote it spelt otherwise, and so unhidden
            raise UserError(f"what HF_TOKEN or `hf auth login` holds is no token: odd characters.\n{HOW_TO_WRITE}")
        api = HfApi(token=token, library_name="rpdata", library_version=__version__)
        repository = cls(named(name), api, Secret(token))
        repository._know_the_user()
        repository._make(private=private)
        return repository

    def files(self) -> dict[str, Stored]:
        """Path -> file, of everything that is there."""
        listing = self._tried(lambda: list(self._api.list_repo_tree(self.name, recursive=True, repo_type=KIND)))
        return {
            file.path: Stored(file.size, file.lfs.sha256 if file.lfs else None, file.blob_id)
            for file in listing if isinstance(file, RepoFile)
        }

    def manifest(self) -> Manifest:
        """The manifest that is there; Refused if it is none that this rpdata reads."""
        with tempfile.TemporaryDirectory() as folder:
            self._tried(lambda: hf_hub_download(
                self.name, FILE, repo_type=KIND, local_dir=folder, token=self._secret.reveal(),
            ))
            try:
                return Manifest.load(Path(folder))
            except UserError as error:
                raise Refused(
                    f"{self.name} has a {FILE} that cannot be read: {str(error).splitlines()[0]}\n"
                    "Name another repository: --repo"
                ) from error

    def commit(self, message: str, root: Path, files: Mapping[str, State], gone: Sequence[str] = ()) -> None:
        """Upload files below `root` and delete those `gone`, as one commit; safe to repeat.

        files: path -> its state; CannotFinish if it has another when the commit is through, or failed.
        """

        def attempt() -> None:      # with operations of its own: those of an attempt that failed are half done
            deletions = [CommitOperationDelete(path, is_folder=False) for path in gone]
            try:
                additions = [CommitOperationAdd(path, root / path) for path in files]
                self._api.create_commit(self.name, [*deletions, *additions], commit_message=message, repo_type=KIND)
            finally:
                refuse_changed(root, files)

        self._tried(attempt)

    def _know_the_user(self) -> None:
        known = self._tried(self._api.whoami)
        if not isinstance(known, dict) or not isinstance(known.get("name"), str):
            raise UserError(f"{constants.ENDPOINT} is no Hub: it does not say whose the token is. See HF_ENDPOINT")
        self._user = known["name"]
        self._namespaces = [self._user, *(each["name"] for each in known.get("orgs") or ())]
        token = (known.get("auth") or {}).get("accessToken") or {}
        if token.get("role") == "read":
            raise UserError(
                f"the token of {self._user} ({token.get('displayName', 'without a name')}) may only read, and pushing "
                f"writes.\n{HOW_TO_WRITE}"
            )

    def _make(self, *, private: bool) -> None:
        self._tried(lambda: self._api.create_repo(
            self.name, private=private or None, repo_type=KIND, exist_ok=True,
        ))
        if private and not self._tried(lambda: self._api.repo_info(self.name, repo_type=KIND)).private:
            raise Refused(
                f"{self.name} exists and is public, and --private does not change that. Nothing was uploaded.\n"
                f"Make it private first ({self.url}/settings), or name another repository."
            )

    def _tried(self, request: Callable[[], Result]) -> Result:
        wait, tries = FIRST_WAIT, 1
        while True:
            try:
                return request()
            except FAILURES as error:
                if tries == TRIES or not passes(error):
                    raise refusal(error, self.name, self._user, self._namespaces, self._secret) from None
                asked = seconds_asked_for(error)
                time.sleep(wait if asked is None else min(asked, LONGEST_WAIT))
                wait, tries = 2 * wait, tries + 1
