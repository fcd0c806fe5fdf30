"""The street reference as one file, `streets.sqlite`: the same keys and bytes as in the table on AWS.

A new file is written beside the old one and takes its place only when it is whole.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from doorstep_cli.errors import Trouble

if TYPE_CHECKING:
    from doorstep.address.reference.blob import Blob

NAME: Final = "streets.sqlite"
# SQLite keeps a number for whoever made a file: ours says "a street reference of Doorstep's, first form".
_APPLICATION: Final = int.from_bytes(b"DSR\x01")
_TABLE: Final = "CREATE TABLE item(pk TEXT, sk TEXT, body BLOB, PRIMARY KEY(pk, sk)) WITHOUT ROWID"
Add = Callable[[Iterable["Blob"]], None]


class StreetFile:
    """A street reference to read from: the bodies of a partition, in the order of their sort keys."""

    def __init__(self, folder: Path) -> None:
        """Open `folder`/streets.sqlite. Raises `Trouble` when there is none, or it is another file or damaged."""
        self.path = folder / NAME
        if not self.path.is_file():
            raise Trouble(f"{folder} holds no {NAME}: make it with `doorstep reference build --out {folder} SOURCE…`")
        # immutable: no locks and no journal, as a new reference is a new file and leaves this one as it is.
        uri = f"{self.path.absolute().as_uri()}?immutable=1"
        self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        try:
            self._look()
        except BaseException:
            self.close()
            raise

    def read(self, pk: str) -> list[bytes]:
        """The bodies under `pk`, such as "ZIP#05401"; none where the reference has nothing. Raises `Trouble`."""
        try:
            return [
                body for (body,) in self._connection.execute("SELECT body FROM item WHERE pk = ? ORDER BY sk", (pk,))
            ]
        except sqlite3.DatabaseError as error:
            raise Trouble(f"{self.path} is damaged: {self._again}") from error

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _look(self) -> None:
        try:
            (made_by,) = self._connection.execute("PRAGMA application_id").fetchone()
            self._connection.execute("SELECT 1 FROM sqlite_master").fetchone()  # here a file without its end shows
        except sqlite3.DatabaseError as error:
            raise Trouble(f"{self.path} is no street reference, or not all of one: {self._again}") from error
        if made_by != _APPLICATION:
            raise Trouble(f"{self.path} is no street reference of this version: {self._again}")

    @property
    def _again(self) -> str:
        return f"make it anew with `doorstep reference build --out {self.path.parent} SOURCE…`"


@contextmanager
def new_street_file(folder: Path) -> Iterator[Add]:
    """Write a reference into `folder`; the function that this yields adds blobs, each key once.

    The file takes its name when the block ends well. When it does not, what was there before stays. Raises `Trouble`
    when the folder cannot be written to, or another build is at it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _held(folder):
            unfinished = folder / f"{NAME}.unfinished"
            unfinished.unlink(missing_ok=True)
            try:
                yield from _written(unfinished)
                unfinished.replace(folder / NAME)
            finally:
                unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise Trouble(f"{folder} cannot be written to: {error.strerror or error}") from error


def _written(path: Path) -> Iterator[Add]:
    with closing(sqlite3.connect(path)) as connection:
        # Nobody reads this file before it is whole, and one that is not is thrown away: no journal is needed.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        connection.execute(_TABLE)

        def add(blobs: Iterable[Blob]) -> None:
            connection.executemany("INSERT INTO item VALUES (?, ?, ?)", ((it.pk, it.sk, it.body) for it in blobs))

        try:
            yield add
            connection.commit()
        except sqlite3.OperationalError as error:
            raise Trouble(f"{path} cannot be written ({error}): is there room on the disk?") from error
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Two builds into one folder would take each other's file away."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Trouble(f"another build is writing to {folder}: wait for it to end") from error
        yield
    finally:
        os.close(handle)
