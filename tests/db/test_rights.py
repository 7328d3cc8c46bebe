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
    queries.sources.save_source(session, source)
    assert queries.sources.get_source(session, source.source_id).rights == Rights()
    for given, kept in ((OWN, OWN), (Rights(), OWN), (LENT, LENT), (Rights(), LENT), (OWN, OWN)):
        queries.sources.save_source(session, a_source(rights=given))
        assert queries.sources.get_source(session, source.source_id).rights == kept


def test_rights_are_those_of_one_client_s_source(session: Session) -> None:
    queries.sources.save_source(session, a_source(rights=OWN))
    queries.sources.save_source(session, a_source("umbrella"))
    assert queries.sources.get_source(session, a_source("umbrella").source_id).rights == Rights()


def test_a_client_requires_rights_from_when_it_says_so(session: Session) -> None:
    assert queries.clients.client_settings(session, "acme") == ClientSettings()
    required = ClientSettings(require_rights=True)
    queries.clients.save_client_settings(session, "acme", required)
    queries.sources.save_source(session, a_source())
    session.expire_all()
    assert queries.clients.client_settings(session, "acme") == required
    assert queries.clients.client_settings(session, "umbrella") == ClientSettings()
    queries.clients.save_client_settings(session, "acme", ClientSettings())
    session.expire_all()
    assert queries.clients.client_settings(session, "acme") == ClientSettings()
