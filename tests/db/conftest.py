"""Fixtures of the database's tests."""

from tests.support.database import database_url, postgres, session

__all__ = ["database_url", "postgres", "session"]
