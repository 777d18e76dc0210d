"""What ends any verb early without being a failure of it: Ctrl-C, and a reader that has seen enough."""

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from typer.core import TyperGroup

from rpdata.errors import CannotFinish


class Verbs(TyperGroup):
    """The verbs of the command. Typer itself would end with 130 and no word, or with 1."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The verb, its help as paragraphs that are wrapped where they are shown."""
        found = super().get_command(ctx, cmd_name)
        if found is not None:
            rewrap(found)
        return found

    def make_context(self, *arguments: Any, **more: Any) -> Any:
        """Parse the command line; CannotFinish if that is interrupted."""
        with resumable():
            return super().make_context(*arguments, **more)

    def invoke(self, ctx: Any) -> Any:
        """Run the verb; CannotFinish if it was interrupted."""
        try:
            with resumable():
                return super().invoke(ctx)
        except BrokenPipeError:   # of `rpdata ... | head`; what is left in the buffer goes nowhere
            if not reader_is_gone():
                raise
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return None


def rewrap(command: Any) -> None:
    """Join the lines of each paragraph of a verb's help, and of the verbs below it: they are those of the source."""
    if command.help:
        command.help = "\n\n".join(" ".join(paragraph.split()) for paragraph in command.help.split("\n\n"))
    for below in getattr(command, "commands", {}).values():
        rewrap(below)


def reader_is_gone() -> bool:
    """Whether it is standard output that nobody reads any more; another pipe that broke may have cost some work."""
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


@contextmanager
def resumable() -> Iterator[None]:
    """Ctrl-C is a way to stop, not an accident: say that nothing is lost."""
    try:
        yield
    except KeyboardInterrupt:
        raise CannotFinish("stopped. Run the same command again: it goes on where it stopped.") from None
