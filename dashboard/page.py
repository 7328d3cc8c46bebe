"""What every page needs: a session, the files, and text that Markdown leaves alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

import streamlit as st
from sqlmodel import Session

from clipping.db.session import open_session
from clipping.errors import ClippingError, NeedsPerson
from clipping.keeping.ledger import RowLedger
from clipping.settings import settings
from clipping.storage import MediaStore, open_store

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")


@contextmanager
def reading() -> Iterator[Session]:
    """A session for one run of the page; what goes wrong is said in the page, which ends there."""
    url = settings().database_url
    if url is None:
        st.error("DATABASE_URL is not set, so there is nothing to show: start this with `make up`.")
        st.stop()
    try:
        with open_session(url.get_secret_value()) as session:
            yield session
    except ClippingError as error:
        st.error(plain(str(error)), icon=":material/cloud_off:")
        st.stop()


@st.cache_resource
def store() -> MediaStore:
    """The media store that the settings name."""
    return open_store(settings(), _client_of, RowLedger(_session), _archive_client_of)


def _session() -> AbstractContextManager[Session]:
    url = settings().database_url
    if url is None:
        raise NeedsPerson("DATABASE_URL is not set.")
    return open_session(url.get_secret_value())


@contextmanager
def stored(key: str) -> Iterator[str]:
    """Path of a file in the store, which stays there until the block ends."""
    with store().held():
        yield str(store().local_path(key))


def _client_of(block: str) -> S3Client:
    # Only who keeps the keys in a block waits for Prefect to be imported.
    from blocks.object_store import client_of

    return client_of(block)


def _archive_client_of(block: str) -> S3Client:
    from blocks.object_store import client_of_archive

    return client_of_archive(block)


def plain(text: str) -> str:
    """The text as it is: nothing in it is Markdown, and a line break is a space."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
