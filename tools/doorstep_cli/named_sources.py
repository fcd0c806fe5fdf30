"""The sources that somebody names on the command line: what each is called, and whether it can be read at all."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from doorstep_cli.errors import Trouble
from doorstep_cli.progress import WatchedFile

if TYPE_CHECKING:
    from doorstep.address.reference.sources import Source

_STRANGE: Final = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST: Final = 128
_BUFFER: Final = 1 << 17


@dataclass(frozen=True, slots=True)
class NamedSource:
    """A file, and the name that its part of the reference goes by."""

    path: Path
    name: str

    @property
    def size(self) -> int:
        """Bytes."""
        return self.path.stat().st_size

    @contextmanager
    def opened(self, told: Callable[[int], None] = lambda position: None) -> Iterator[Source]:
        """The source, read as it is iterated; `told` hears how many bytes of the file have been read.

        Raises `Trouble`, here and for what goes wrong within the block, when the file cannot be read or is no source.
        """
        from doorstep.address.reference.sources import open_source
        from doorstep.errors import Rejected

        try:
            with io.BufferedReader(WatchedFile(self.path, told), _BUFFER) as stream:
                yield open_source(self.path.name, stream)
        except Rejected as error:
            raise Trouble(f"{self.path} cannot be used ({error.code}): {error.message}; nothing was changed") from error
        except OSError as error:
            raise Trouble(f"{self.path} cannot be read: {error.strerror or error}; nothing was changed") from error


def name_of(path: Path | str) -> str:
    """The name of a source: that of its file, with dashes for what keys cannot hold. Raises `Trouble`."""
    name = _STRANGE.sub("-", Path(path).name)
    if not 0 < len(name) <= _LONGEST:
        raise Trouble(f"{path} has a name of more than {_LONGEST} characters: rename it")
    return name


def named(paths: Sequence[Path]) -> list[NamedSource]:
    """The sources under their names. Raises `Trouble` when two would have the same, for one would replace the other."""
    sources = [NamedSource(path, name_of(path)) for path in paths]
    for name, count in Counter(source.name for source in sources).items():
        if count > 1:
            raise Trouble(f"{count} sources are called {name}, and one would replace the other: rename them")
    return sources


def told_apart(paths: Sequence[Path]) -> list[NamedSource]:
    """As `named`, but where names are the same, the folders come in front: us/vt/statewide.csv → vt-statewide.csv."""
    places = [path.absolute() for path in paths]
    for path, count in Counter(place.resolve() for place in places).items():
        if count > 1:
            raise Trouble(f"{path} is named {count} times: name it once")
    names = [name_of(place) for place in places]
    for depth in range(2, max((len(place.parts) for place in places), default=0) + 1):
        seen = Counter(names)
        if len(seen) == len(names):
            break
        names = [
            name if seen[name] == 1 else name_of("-".join(place.parts[-depth:]).replace("/", "-"))
            for name, place in zip(names, places, strict=True)
        ]
    sources = [NamedSource(path, name) for path, name in zip(paths, names, strict=True)]
    return sources if len(set(names)) == len(names) else named(paths)


def check(sources: Sequence[NamedSource]) -> None:
    """Look into each source, as far as its header. Raises `Trouble` with the first that cannot be used."""
    for source in sources:
        with source.opened():
            pass
