"""What the door answers by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, PlainTextResponse, Response

_FOLDER: Final = Path(__file__).parent / "templates"
_pages = Environment(
    loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, auto_reload=False
)
_NOT_KEPT: Final = {"cache-control": "no-store"}


def page(template: str, status: int = 200, **values: Any) -> Response:
    """A page of the door, which no cache keeps."""
    text = _pages.get_template(f"{template}.html").render(**values)
    return HTMLResponse(text, status, dict(_NOT_KEPT))


def in_words(sentence: str, status: int) -> Response:
    """A sentence and nothing else."""
    return PlainTextResponse(sentence, status, dict(_NOT_KEPT))


def bounce(path: str) -> Response:
    """A page that sends the browser on by itself, so that it comes from us."""
    return page("bounce", path=local(path))


def sign_in_address(wanted: str) -> str:
    """The form, and where whoever fills it in goes on."""
    path = local(wanted)
    return "/auth/sign-in" if path == "/" else f"/auth/sign-in?next={quote(path, safe='/')}"


def local(path: str) -> str:
    """The path if it is one of ours, else the first page: nobody is sent to another site."""
    try:
        parts = urlsplit(path)
    except ValueError:
        return "/"
    plain = path.isprintable() and "\\" not in path and len(path) <= 500
    is_path = path.startswith("/") and not path.startswith("//")
    if (
        plain
        and is_path
        and not parts.scheme
        and not parts.netloc
        and parts.path != "/auth/sign-in"
    ):
        return path
    return "/"
