"""The pages as Streamlit runs them for tests, what they say, and what they ask of Postgres."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from streamlit.testing.v1 import AppTest

from clipping.db.session import engine
from dashboard import looks

MAIN = Path(looks.__file__).with_name("pages.py")
VIEWS = MAIN.with_name("views")
MOST_STATEMENTS = 18
"""Of a page that lists 15 accounts or 30 posts: one more for each of them would be more."""


def open_page(view: str, **query: str) -> AppTest:
    """A view as somebody reaches it who is let through to it."""
    page = load(MAIN, **query)
    page.switch_page(f"views/{view}.py")
    return run(page)


def open_alone(view: str, **query: str) -> AppTest:
    """A view as no menu leads to it, whoever looks."""
    return run(load(VIEWS / f"{view}.py", **query))


def load(path: Path, **query: str) -> AppTest:
    """A page that has not run yet."""
    page = AppTest.from_file(str(path), default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = value
    return page


def run(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception, page.exception
    return page


def said(page: AppTest) -> str:
    """Everything in the page that is text, Markdown's backslashes taken out."""
    blocks = [*page.title, *page.header, *page.subheader, *page.markdown, *page.caption]
    blocks += [*page.info, *page.success, *page.warning, *page.error]
    # What blocks are made of is not all told by their names.
    html = [str(one.proto.body) for one in page.get("html")]
    links = [str(one.proto.label) for one in page.get("page_link")]
    return "\n".join([*(str(block.value) for block in blocks), *html, *links]).replace("\\", "")


def labels(page: AppTest) -> list[str]:
    return [button.label for button in page.button]


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click()
    return run(page)


@contextmanager
def statements(url: str) -> Iterator[list[str]]:
    """What Postgres is asked meanwhile."""
    asked: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(engine(url), "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine(url), "before_cursor_execute", note)
