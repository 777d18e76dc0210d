"""The `rpdata` command, also as `python -m rpdata`; stopped while it is still loading, it says so too."""

import signal
import sys


def main() -> None:
    """Run the command. Its exit status is described in `rpdata.cli`."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)   # schedulers of clusters end a job so: as Ctrl-C does
    try:
        from rpdata import cli

        cli.main()
    except KeyboardInterrupt:
        sys.exit("rpdata: stopped. Run the same command again: it goes on where it stopped.")


if __name__ == "__main__":
    main()
