"""Where published files contradict each other, or can't be held: told by document, in `errors/`."""

from dataclasses import dataclass, field
from typing import Any

from rpdata.ledger import ERRORS_LISTED


@dataclass
class Disagreements:
    """Those of one file; the first ERRORS_LISTED are listed, all are counted."""

    file: str
    count: int = 0
    listed: list[dict[str, Any]] = field(default_factory=list)

    def add(self, doc_id: str | None, cause: str) -> None:
        """Note what is wrong with what the file says of a document; None: of the file as a whole."""
        self.count += 1
        if len(self.listed) < ERRORS_LISTED:
            self.listed.append({"file": self.file, "doc_id": doc_id, "cause": cause})

    def told(self) -> list[dict[str, Any]]:
        """What `errors/` is to say."""
        rest = self.count - len(self.listed)
        more = {"file": self.file, "doc_id": None, "cause": "more, that are not listed", "more": rest}
        return [*self.listed, more] if rest else self.listed
