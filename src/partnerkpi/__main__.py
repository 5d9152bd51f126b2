"""The `partnerkpi` command: the one place that ends the process."""

import gc
import sys

from partnerkpi.cli.app import run
from partnerkpi.cli.console import open_streams


def main() -> None:
    """Run the command line; the exit code says how it went (see `errors`)."""
    # To look for garbage among what the libraries have loaded, again and again, takes a thirtieth of a short command.
    gc.set_threshold(50_000, 20, 20)
    open_streams()
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
