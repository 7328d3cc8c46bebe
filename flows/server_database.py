"""Prefect's own database in our Postgres: ``python -m flows.server_database``, at any time again.

``DATABASE_URL`` names our database, with a role that may make others;
``PREFECT_SERVER_DATABASE_CONNECTION_URL`` the one that Prefect's server is to find.
"""

from __future__ import annotations

import os
import sys

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from clipping.errors import ClippingError, NeedsPerson
from clipping.settings import settings

WANTED = "PREFECT_SERVER_DATABASE_CONNECTION_URL"


def prepare() -> None:
    """Make Prefect's role and database where they are missing.

    Raises NeedsPerson when the environment does not name both databases, or one for both.
    """
    from clipping.db.neighbour import make_neighbour

    ours = settings().database_url
    try:
        theirs = make_url(os.environ.get(WANTED, ""))
    except ArgumentError:
        raise NeedsPerson(f"Name Prefect's own database in {WANTED}.") from None
    if ours is None:
        raise NeedsPerson("Name the Postgres server in DATABASE_URL.")
    if not (theirs.username and theirs.password and theirs.database):
        raise NeedsPerson(f"{WANTED} has to name a user, its password and a database.")
    if theirs.database == make_url(ours.get_secret_value()).database:
        raise NeedsPerson(f"{WANTED} has to name another database than DATABASE_URL.")
    make_neighbour(ours.get_secret_value(), theirs.username, theirs.password, theirs.database)


def main() -> None:
    """One sentence and exit code 1 on failure."""
    try:
        prepare()
    except ClippingError as error:
        sys.exit(str(error))
    sys.stdout.write("Prefect's database is in place.\n")


if __name__ == "__main__":
    main()
