"""A page whole: one HTML file with its own style sheet, no script, no request, nothing but itself."""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from shared.pages.markup import Markup, element
from shared.pages.style import STYLE

_STYLE_HASH: Final = b64encode(sha256(STYLE.encode()).digest()).decode()

CONTENT_SECURITY_POLICY: Final = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'"
"""What a page needs: its own style sheet and nothing else. A response that has one should send this as a header."""


def page(title: str, *content: str | None, lang: str = "en") -> str:
    """Return `content` as an HTML document; a text in it that is no `Markup` is escaped."""
    top = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=CONTENT_SECURITY_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        Markup(f"<style>{STYLE}</style>"),
    )
    whole = element("html", top, element("body", element("main", *content)), lang=lang)
    return f"<!doctype html>\n{whole}\n"


def contents(sections: Iterable[tuple[str, str]]) -> Markup:
    """Return links to the sections (name, title) of a page."""
    return element("nav", *(element("a", title, href=f"#{name}") for name, title in sections), aria_label="Sections")
