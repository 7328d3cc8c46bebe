"""The operators' daily pages, on a database as an agency has it after a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event
from streamlit.testing.v1 import AppTest

from clipping.db.session import engine, open_session
from clipping.db.tables import Row
from clipping.models import Role
from dashboard import looks
from tests.dashboard.conftest import Workplace, forget
from tests.dashboard.door_place import cheap_passwords
from tests.dashboard.seeded import Size, seed

MAIN = Path(looks.__file__).with_name("pages.py")
SIZE = Size()


@pytest.fixture(scope="module")
def agency(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """Two clients, 30 accounts, 200 posts; an admin looks, unless somebody else does."""
    with psycopg.connect(postgres) as connection:
        for table in reversed(Row.metadata.sorted_tables):
            connection.execute(f"DELETE FROM {table.fullname}")
    with open_session(postgres) as session:
        seed(session, SIZE, datetime.now(UTC))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", postgres)
        patch.setenv("CLIPPER_STORE", str(tmp_path_factory.mktemp("store")))
        cheap_passwords(patch)
        forget()
        made = Workplace(postgres, tmp_path_factory.getbasetemp(), patch)
        made.look_as("ann", Role.ADMIN)
        yield made
        forget()


def open_page(view: str, **query: str) -> AppTest:
    page = AppTest.from_file(str(MAIN), default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = value
    page.switch_page(f"views/{view}.py")
    page.run()
    assert not page.exception, page.exception
    return page


def said(page: AppTest) -> str:
    """Everything in the page that is text, Markdown's backslashes taken out."""
    blocks = [*page.title, *page.header, *page.subheader, *page.markdown, *page.caption]
    blocks += [*page.success, *page.warning, *page.error]
    html = [str(one.proto.body) for one in page.get("html")]
    return "\n".join([*(str(block.value) for block in blocks), *html]).replace("\\", "")


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


@pytest.mark.parametrize("view", ["today", "schedule", "accounts", "posts", "alarms"])
def test_a_page_opens(agency: Workplace, view: str) -> None:
    page = open_page(view)
    print(said(page)[-6000:])
