"""The template engine: files in `templates/`, sentences from the catalogue, everything escaped in HTML.

`.html.j2` templates escape whatever they show; `.txt.j2` templates wrap it. A name that a template uses and nobody
gave it raises, and so does a sentence that is missing: better no mail than one with a hole in it.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from doorstep.messages.catalogue import Texts

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

TEMPLATES: Final = Path(__file__).parent / "templates"
LINE_WIDTH: Final = 72
_INDENT: Final = "    "


def render(template: str, catalogue: Texts, /, **values: object) -> str:
    """`templates/<template>.j2`, in the language of `catalogue`. In HTML, `say` gives escaped markup."""
    say = _say_markup(catalogue) if ".html" in template else catalogue.say
    return (
        _environment()
        .get_template(f"{template}.j2")
        .render(say=say, names=catalogue.names, locale=catalogue.locale, **values)
    )


def differences(before: Iterable[str], after: Iterable[str]) -> tuple[tuple[tuple[str, bool], ...], ...]:
    """The lines of `after` in pieces (text, is it new?), compared word by word with `before`, whatever the case."""
    known = [word.casefold() for line in before for word in line.split()]
    lines = [line.split() for line in after]
    words = [word for line in lines for word in line]
    matcher = SequenceMatcher(None, known, [word.casefold() for word in words], autojunk=False)
    same = {position for block in matcher.get_matching_blocks() for position in range(block.b, block.b + block.size)}
    pieces, position = [], 0
    for line in lines:
        pieces.append(_joined([(word, position + index not in same) for index, word in enumerate(line)]))
        position += len(line)
    return tuple(pieces)


def _joined(words: list[tuple[str, bool]]) -> tuple[tuple[str, bool], ...]:
    """Neighbours of the same kind become one piece; the blank between two kinds belongs to neither."""
    pieces: list[tuple[str, bool]] = []
    for word, new in words:
        if pieces and pieces[-1][1] == new:
            pieces[-1] = (f"{pieces[-1][0]} {word}", new)
        else:
            pieces.append((word, new))
    return tuple(pieces)


def _say_markup(catalogue: Texts) -> Callable[..., Markup]:
    from markupsafe import Markup

    def say(key: str, **values: object) -> Markup:
        return Markup.escape(catalogue.sentence(key)).format(**values)

    return say


def _wrap(text: str) -> str:
    """A paragraph in lines a mail client need not break. A line break in a value must not start a paragraph."""
    return textwrap.fill(" ".join(text.split()), LINE_WIDTH, break_long_words=False, break_on_hyphens=False)


def _block(lines: Iterable[str]) -> str:
    """Lines that stay as they are, such as an address: indented, which also tells `paste_text` not to join them."""
    return "\n".join(_INDENT + " ".join(line.split()) for line in lines)


@cache
def _environment() -> Environment:
    # The engine costs 50 ms of a cold start, and half of those who import this room never render anything.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), disabled_extensions=("txt.j2",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        keep_trailing_newline=False,
    )
    environment.filters.update(wrap=_wrap, block=_block)
    environment.globals["differences"] = differences
    return environment


def squeezed(text: str) -> str:
    """At most one empty line in a row, one line break at the end."""
    return re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n"
