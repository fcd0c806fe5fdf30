"""What the command line cannot do, said so that the reader knows what to do next."""

from __future__ import annotations


class Trouble(Exception):
    """Ends the command with exit status 2; the message says what is wrong and what to do."""
