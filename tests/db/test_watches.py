"""Watches and what they found, in the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session

from clipping.db import queries
from clipping.models import Ground, ItemState, Rights, Watch
from tests.watching.items import NOW, a_file, a_video, a_watch, an_item

OWN = Rights(ground=Ground.OWN, owner="acme")


def _stored(session: Session, place: str = "/videos", client: str = "acme") -> Watch:
    made = a_watch(place, client=client, watch_id=queries.watches.watch_id(client, place))
    queries.watches.save_watch(session, made)
    return made


def test_a_watch_comes_back_as_it_was_saved_and_each_client_has_its_own(session: Session) -> None:
    ours, theirs = _stored(session), _stored(session, client="umbrella")
    assert queries.watches.watches(session) == [ours, theirs]
    assert queries.watches.watches(session, "umbrella") == [theirs]
    assert ours.watch_id != theirs.watch_id


def test_a_watch_saved_again_is_the_same_with_what_is_asked_of_it_now(session: Session) -> None:
    first = _stored(session)
    queries.watches.note_look(session, first.watch_id, NOW)
    troubled = first.replace(trouble="The folder cannot be read.", waits=2, not_before=NOW)
    queries.watches.note_pass(session, troubled)
    queries.watches.save_watch(session, first.replace(min_seconds=5, clip=True, rights=OWN))
    queries.watches.save_watch(session, first.replace(min_seconds=7, clip=True))
    (kept,) = queries.watches.watches(session)
    assert kept == first.replace(
        min_seconds=7,
        clip=True,
        rights=OWN,
        asked_at=NOW,
        trouble="The folder cannot be read.",
        waits=2,
        not_before=NOW,
    )
    assert queries.watches.find_watch(session, first.watch_id) == kept
    assert queries.watches.find_watch(session, "watch_none") is None


def test_rights_of_a_watch_are_taken_back_only_when_that_is_said(session: Session) -> None:
    watch = _stored(session)
    queries.watches.save_watch(session, watch.replace(rights=OWN))
    queries.watches.save_watch(session, watch)
    assert queries.watches.watches(session)[0].rights == OWN
    queries.watches.save_watch(session, watch, withdraw_rights=True)
    assert queries.watches.watches(session)[0].rights == Rights()


def test_items_come_back_as_they_stand_in_the_order_in_which_they_were_found(
    session: Session,
) -> None:
    watch = _stored(session)
    items = [
        an_item(a_file("b.mp4"), ItemState.DONE, watch_id=watch.watch_id),
        an_item(
            a_video("a"),
            ItemState.FAILED,
            watch_id=watch.watch_id,
            reason="Not now.",
            attempts=2,
            waits=3,
            try_again_at=NOW + timedelta(minutes=10),
        ),
    ]
    queries.watches.save_items(session, items)
    assert queries.watches.items_of(session, watch.watch_id) == items
    later = items[0].replace(size_bytes=2**40, state=ItemState.WAITING)
    queries.watches.save_items(session, [later])
    session.expire_all()
    assert queries.watches.items_of(session, watch.watch_id) == [later, items[1]]
    assert queries.watches.item_counts(session) == {
        (watch.watch_id, ItemState.WAITING): 1,
        (watch.watch_id, ItemState.FAILED): 1,
    }


def test_two_watches_may_find_the_same_and_each_forgets_its_own(session: Session) -> None:
    one, two = _stored(session), _stored(session, "/videos/new")
    for watch in (one, two):
        queries.watches.save_items(session, [an_item(a_file(), watch_id=watch.watch_id)])
    queries.watches.forget_items(session, one.watch_id, [a_file()])
    assert queries.watches.items_of(session, one.watch_id) == []
    assert len(queries.watches.items_of(session, two.watch_id)) == 1
    assert queries.watches.forget_watch(session, two.watch_id)
    assert queries.watches.items_of(session, two.watch_id) == []
    assert queries.watches.watches(session) == [one]
    assert not queries.watches.forget_watch(session, two.watch_id)


@pytest.mark.parametrize("state", list(ItemState))
def test_what_did_not_go_well_is_shown_with_its_reason(state: ItemState, session: Session) -> None:
    watch = _stored(session)
    said = an_item(a_file(), state, watch_id=watch.watch_id, reason="So it is.")
    queries.watches.save_items(
        session, [said, an_item(a_file("b"), state, watch_id=watch.watch_id)]
    )
    silent = state in (ItemState.DONE, ItemState.TOO_SHORT)
    assert queries.watches.items_with_reasons(session, watch.watch_id, 5) == (
        [] if silent else [said]
    )
    assert queries.watches.items_with_reasons(session, watch.watch_id, 0) == []
