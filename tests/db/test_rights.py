"""Rights of sources, and what clients have decided, in the database."""

from __future__ import annotations

from sqlmodel import Session

from clipping.db import queries
from clipping.models import ClientSettings, Ground, Rights
from tests.db.values import a_source

OWN = Rights(ground=Ground.OWN, owner="acme")
LENT = Rights(ground=Ground.PERMISSION, owner="Jo", note="mail of 3 May")


def test_rights_stay_until_others_are_stated(session: Session) -> None:
    source = a_source()
    queries.save_source(session, source)
    assert queries.get_source(session, source.source_id).rights == Rights()
    for given, kept in ((OWN, OWN), (Rights(), OWN), (LENT, LENT), (Rights(), LENT), (OWN, OWN)):
        queries.save_source(session, a_source(rights=given))
        assert queries.get_source(session, source.source_id).rights == kept


def test_rights_are_those_of_one_client_s_source(session: Session) -> None:
    queries.save_source(session, a_source(rights=OWN))
    queries.save_source(session, a_source("umbrella"))
    assert queries.get_source(session, a_source("umbrella").source_id).rights == Rights()


def test_a_client_requires_rights_from_when_it_says_so(session: Session) -> None:
    assert queries.client_settings(session, "acme") == ClientSettings()
    required = ClientSettings(require_rights=True)
    queries.save_client_settings(session, "acme", required)
    queries.save_source(session, a_source())
    session.expire_all()
    assert queries.client_settings(session, "acme") == required
    assert queries.client_settings(session, "umbrella") == ClientSettings()
    queries.save_client_settings(session, "acme", ClientSettings())
    session.expire_all()
    assert queries.client_settings(session, "acme") == ClientSettings()
