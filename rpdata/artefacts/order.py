"""What `rpdata artefacts pull` was asked for, and what it says where that cannot be done."""

import hashlib
import shlex
from dataclasses import dataclass
from pathlib import Path

from rpdata.artefacts.folder import own_collection
from rpdata.artefacts.published import Bundle, Part
from rpdata.errors import UserError


@dataclass(frozen=True)
class Order:
    """A bundle that is to come.

    Attributes
    ----------
    collection: the folder that the artefacts go into.
    given: a file, a folder or a URL to take the parts from, instead of their address.
    unverified: whether parts may come of which no checksum is known.
    """

    bundle: Bundle
    collection: Path
    given: str | None
    unverified: bool

    @property
    def command(self) -> str:
        """The one that asks for it, but for the place that is given."""
        elsewhere = self.collection != own_collection()
        parts = ["rpdata artefacts pull", self.bundle.name, "--unverified" if self.unverified else "",
                 f"--output {shlex.quote(str(self.collection))}" if elsewhere else ""]
        return " ".join(filter(None, parts))

    def place_of(self, part: Part) -> str | Path:
        """The URL or the file of a part. UserError if one file is given for several."""
        name, given = self.bundle.name, self.given
        if given is None:
            return self.bundle.address + part.name
        if Path(given).is_dir():
            return Path(given, part.name)
        if len(self.bundle.parts) > 1 and "://" not in given:
            names = ", ".join(part.name for part in self.bundle.parts)
            raise UserError(
                f"{given} is not a folder, and {name} has {len(self.bundle.parts)} files.\n"
                f"Put them into a folder under their names ({names}): rpdata artefacts pull {name} --from DIR"
            )
        if "://" not in given:
            return Path(given)
        return given if len(self.bundle.parts) == 1 else f"{given.rstrip('/')}/{part.name}"

    @property
    def folder(self) -> str:
        """The name of the folder in which it grows: what comes from two places is not mixed."""
        origin = str(Path(self.given).resolve()) if self.given and "://" not in self.given else self.given
        return f"{self.bundle.name}.{hashlib.sha256((origin or self.bundle.address).encode()).hexdigest()[:12]}"

    def check_verifiable(self) -> None:
        """UserError for parts without a checksum that were not asked for."""
        bundle = self.bundle
        if self.unverified or not bundle.unverifiable:
            return
        lines = "\n".join(f"  {part.name:20} {self.place_of(part)}" for part in bundle.unverifiable)
        raise UserError(
            f"no checksum is known of {len(bundle.unverifiable)} of the {len(bundle.parts)} files of {bundle.name}:\n"
            f"{lines}\nWhat comes from there cannot be verified, and is refused. If you trust it, add --unverified: "
            "the sha256 of what came is then recorded in the artefact, whose identity is its content"
        )

    def ways_out(self) -> str:
        """What to do where the network does not give it."""
        bundle = self.bundle
        lines = "\n".join(f"  {part.name:20} {bundle.address}{part.name}" for part in bundle.parts)
        return f"Fetch by other means, into a folder, under these names:\n{lines}\nthen: {self.command} --from DIR"
