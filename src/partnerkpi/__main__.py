"""The `partnerkpi` command: the one place that ends the process."""

import sys

from partnerkpi.cli.app import run


def main() -> None:
    """Run the command line; the exit code says how it went (see `errors`)."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
