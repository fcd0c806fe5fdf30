"""How we call servers that are not AWS: no redirects, no proxy of the environment. Whom we call, for how long and for
how much, whoever calls decides by an allow-list of its own."""

from __future__ import annotations

import urllib.request
from functools import cache
from typing import Any


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect leads to a host that nobody checked, and would be handed whatever key the request carries."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """None: the answer is an error."""


@cache
def opener() -> urllib.request.OpenerDirector:
    """Made with the first call: it reads the authorities' certificates."""
    return urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
