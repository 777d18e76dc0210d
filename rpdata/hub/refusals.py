"""What the Hub's refusals mean to a user; and which of its failures pass by themselves."""

import json
from collections.abc import Iterable, Sequence
from http import HTTPStatus

from huggingface_hub import constants
from huggingface_hub.errors import (
    BadRequestError,
    HfHubHTTPError,
    HTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
)

from rpdata.errors import CannotFinish, UserError

PASSING = {
    HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT,
}
HOW_TO_WRITE = (
    "Make a token with write access at https://huggingface.co/settings/tokens, and put it into HF_TOKEN or give it to "
    "`hf auth login`."
)
AGAIN = "Run the same command again: what is there stays."
# Everything that the library raises where a request, or an upload, did not succeed: of HTTP, of LFS and of Xet.
FAILURES = (HTTPError, OSError, RuntimeError, ValueError)


class Secret:
    """A token that cannot be printed by accident; `hide` takes it out of what others say."""

    def __init__(self, token: str) -> None:
        self._token = token

    def reveal(self) -> str:
        """The token itself, for the library that sends it."""
        return self._token

    def hide(self, text: str) -> str:
        """The text without the token."""
        return text.replace(self._token, "(the token)")

    def __repr__(self) -> str:
        return "Secret()"


def causes(error: BaseException) -> Iterable[BaseException]:
    """The error and those that it came from: uploads wrap what the server said."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__


def answer(error: BaseException) -> HfHubHTTPError | None:
    """What the server answered, where it did."""
    return next((cause for cause in causes(error) if isinstance(cause, HfHubHTTPError)), None)


def passes(error: BaseException) -> bool:
    """Whether trying again may help: the server is overloaded or unwell, or the connection broke.

    Not so where chunks could not be stored: the library that does it has tried again by itself, for minutes.
    """
    found = answer(error)
    if found is not None:
        return found.response.status_code in PASSING or is_expired(found)
    return any(isinstance(cause, HTTPError | json.JSONDecodeError) for cause in causes(error))


def is_expired(error: HfHubHTTPError) -> bool:
    """Whether the address to which a large file was to go is valid no more; the next try asks for a new one. Only the
    stores of files are given bytes by PUT, and they do not know the token."""
    return error.response.status_code == HTTPStatus.FORBIDDEN and error.response.request.method == "PUT"


def seconds_asked_for(error: BaseException) -> float | None:
    """How long the server asks to wait before the next try; None if it does not say."""
    found = answer(error)
    asked = "" if found is None else found.response.headers.get("Retry-After", "")
    return float(asked) if asked.isdecimal() else None


def refusal(error: BaseException, repo: str, user: str | None, namespaces: Sequence[str], secret: Secret) -> UserError:
    """The error as one that a user can mend.

    user: whom the token belongs to; None: not known yet. namespaces: where that user may have repositories.
    """
    if any(isinstance(cause, OfflineModeIsEnabled) for cause in causes(error)):
        return UserError("HF_HUB_OFFLINE is set, and so nothing can be uploaded. Unset it")
    found = answer(error)
    said = secret.hide(_said(found or error))
    if passes(error):
        return CannotFinish(f"{constants.ENDPOINT} does not take it now: {said}.\n{AGAIN}")
    status = None if found is None else found.response.status_code
    if user is None and status == HTTPStatus.NOT_FOUND:
        return UserError(f"{constants.ENDPOINT} is no Hub: {said}. See HF_ENDPOINT")
    unknown = user is None or (status == HTTPStatus.UNAUTHORIZED and not isinstance(found, RepositoryNotFoundError))
    if unknown and status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return UserError(f"the Hub does not know the token (any more): {said}.\n{HOW_TO_WRITE}")
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
        namespace = repo.partition("/")[0]
        where = "" if namespace in namespaces else f" Its user has {', '.join(namespaces)}; {namespace} is another's."
        return UserError(f"the token of {user} may not write to {repo}: {said}.{where}\n{HOW_TO_WRITE}")
    if isinstance(found, BadRequestError) or isinstance(error, ValueError):
        return UserError(f"the Hub refuses {repo}: {said}")
    return CannotFinish(f"cannot upload to {repo}: {said}.\n{AGAIN}")


def _said(error: BaseException) -> str:
    """What the server said of it, else the first line of the error, else its name."""
    told = error.server_message if isinstance(error, HfHubHTTPError) else None
    status = f"{error.response.status_code} " if isinstance(error, HfHubHTTPError) else ""
    lines = [line.strip() for line in (told or str(error)).splitlines() if line.strip()]
    first = lines[0].rstrip(".") if lines else type(error).__name__
    return first if first.startswith(status) else status + first
