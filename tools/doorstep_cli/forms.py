"""Fills in the forms of our own pages as a browser would: only what the page offers can be posted.

So a story or a test that "clicks" fails when the button is not on the page, and hidden fields are those of the page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from doorstep_cli.errors import Trouble


@dataclass(slots=True)
class Form:
    """One form: what its fields hold, what its choices (radio buttons, lists) allow, and its buttons."""

    fields: dict[str, str] = field(default_factory=dict)
    fixed: set[str] = field(default_factory=set)
    choices: dict[str, set[str]] = field(default_factory=dict)
    buttons: set[tuple[str, str]] = field(default_factory=set)

    def takes(self, name: str, value: str) -> bool:
        """Whether a person at this form could make the field say so."""
        if name in self.fixed:
            return self.fields[name] == value
        return value in self.choices[name] if name in self.choices else name in self.fields


def fill(page: str, action: str, **typed: str) -> dict[str, str]:
    """What the form with the button `action` posts, with `typed` in its fields; a hidden field chooses the form.

    Raises `Trouble` when the page has no such form.
    """
    reader = _Reader()
    reader.feed(page)
    for form in reader.forms:
        if ("action", action) in form.buttons and all(form.takes(name, value) for name, value in typed.items()):
            return {**form.fields, **typed, "action": action}
    raise Trouble(f"the page has no form with the button {action!r} that takes {', '.join(sorted(typed)) or 'nothing'}")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._list = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "form":
            self.forms.append(Form())
        elif not self.forms:
            return
        elif tag == "option" and self._list:
            self._choice(self._list, value, "selected" in given)
        elif tag == "select":
            self._list = name
        elif tag == "button":
            self.forms[-1].buttons.add((name, value))
        elif tag == "textarea":
            self.forms[-1].fields[name] = ""
        elif tag == "input" and given.get("type") == "radio":
            self._choice(name, value, "checked" in given)
        elif tag == "input":
            self.forms[-1].fields[name] = value
            if given.get("type") == "hidden":
                self.forms[-1].fixed.add(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._list = ""

    def _choice(self, name: str, value: str, chosen: bool) -> None:
        form = self.forms[-1]
        form.choices.setdefault(name, set()).add(value)
        if chosen or (self._list and name not in form.fields):
            form.fields[name] = value
