"""The `doorstep` command. Each module named below adds its own subcommands; what goes wrong ends with exit status 2."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import Final

from doorstep_cli.errors import Trouble

_MODULES: Final = ("local", "demo", "inbox", "keys", "webhooks", "normalize", "codes", "reference", "validate")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command. Exit status: 0, or 2 with what to do on stderr."""
    parser = argparse.ArgumentParser(prog="doorstep", description="Doorstep for developers and sellers.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in _MODULES:
        importlib.import_module(f"doorstep_cli.{name}").register(commands)
    chosen = parser.parse_args(arguments)
    try:
        chosen.run(chosen)
    except Trouble as trouble:
        print(f"doorstep: {trouble}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()  # the reader, such as `head`, has seen enough
    except KeyboardInterrupt:
        print(file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
