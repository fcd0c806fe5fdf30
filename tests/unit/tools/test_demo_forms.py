"""Forms are filled in as a browser would: what the page does not offer cannot be posted."""

from __future__ import annotations

import pytest

from doorstep_cli.errors import Trouble
from doorstep_cli.forms import fill

PAGE = """
<form method="post">
<input type="hidden" name="option" value="redirect"><input type="hidden" name="shown_version" value="3">
<input name="line1" value="1 &amp; 3 Main St">
<select name="state"><option value=""></option><option value="VT" selected>VT</option><option value="NY">
NY</option></select>
<button name="action" value="edit">Go</button>
<button name="action" value="keep">Keep</button>
</form>
<form method="post">
<input type="hidden" name="option" value="hold">
<button name="action" value="choose">Hold</button>
</form>
<form method="post">
<input type="radio" name="outcome" value="requested"><input type="radio" name="outcome" value="failed">
<select name="hours"><option value="4">4</option><option value="24">24</option></select>
<textarea name="note"></textarea>
<button name="action" value="complete">Send</button>
</form>
"""


def test_a_form_posts_what_stands_in_it() -> None:
    assert fill(PAGE, "edit") == {
        "option": "redirect",
        "shown_version": "3",
        "line1": "1 & 3 Main St",
        "state": "VT",
        "action": "edit",
    }


def test_a_hidden_field_chooses_the_form_and_what_is_typed_replaces_what_stood_there() -> None:
    assert fill(PAGE, "choose", option="hold") == {"option": "hold", "action": "choose"}
    assert fill(PAGE, "keep", option="redirect", line1="2 Main St", state="NY")["line1"] == "2 Main St"


def test_radio_buttons_say_nothing_until_chosen_and_a_list_its_first_line() -> None:
    assert fill(PAGE, "complete") == {"hours": "4", "note": "", "action": "complete"}
    assert fill(PAGE, "complete", outcome="failed", hours="24", note="No")["outcome"] == "failed"


@pytest.mark.parametrize(
    ("action", "typed"),
    [
        ("delete", {}),
        ("edit", {"option": "hold"}),
        ("edit", {"shown_version": "4"}),
        ("edit", {"state": "TX"}),
        ("edit", {"country": "CA"}),
        ("complete", {"outcome": "fulfilled"}),
    ],
)
def test_what_the_page_does_not_offer_cannot_be_posted(action: str, typed: dict[str, str]) -> None:
    with pytest.raises(Trouble, match="no form"):
        fill(PAGE, action, **typed)
