"""The clips of a client, as its own people see them: what each is, and where it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from clipping.db.queries.own_clips import OwnClip, OwnPost, caption_of, own_clips, own_posts
from clipping.db.queries.review_lines import WaitsFor, waiting_of
from clipping.models import PostState
from dashboard import looks
from dashboard.addresses import cover_url, video_url
from dashboard.choosing import client_choice
from dashboard.door.person import Person
from dashboard.looks import Lead
from dashboard.own import chip, said, waits_for_them
from dashboard.page import plain, reading
from dashboard.paging import Pages
from dashboard.reviewed import review_lead
from dashboard.words import STATES, account_name, local, many

PER_PAGE = 20
COLUMNS = 5


def show(who: Person, clip_id: str | None) -> None:
    """One clip, or all of them."""
    if clip_id:
        _detail(clip_id)
    else:
        _overview(who)


def _overview(who: Person) -> None:
    looks.begin("Clips", f"What was made for {', '.join(who.clients) or 'you'}, the newest first.")
    client = client_choice(who) if len(who.clients) > 1 else None
    pages = Pages("own clips", client)
    with reading() as session:
        found = own_clips(session, PER_PAGE + 1, client, pages.after)
        posts = _by_clip(own_posts(session, [clip.clip_id for clip in found]))
    pages.step_back_if_empty(found)
    if not found:
        looks.empty("No clips yet", "As soon as some are finished, they are here.")
        return
    shown = found[:PER_PAGE]
    waiting = sum(waits_for_them(clip) for clip in shown)
    if waiting:
        verb = "waits" if waiting == 1 else "wait"
        st.info(f"{many(waiting, 'clip')} here {verb} for your word.", icon=":material/how_to_reg:")
        looks.link(Lead("Review", "review", {"client": client} if client else {}))
    for start in range(0, len(shown), COLUMNS):
        row = st.columns(COLUMNS)
        for column, clip in zip(row, shown[start : start + COLUMNS], strict=False):
            with column.container(border=True):
                _tile(clip, posts.get(clip.clip_id, ()))
    pages.show(shown[-1].key, more=len(found) > PER_PAGE)


def _by_clip(posts: Sequence[OwnPost]) -> Mapping[str, list[OwnPost]]:
    found: dict[str, list[OwnPost]] = {}
    for post in posts:
        found.setdefault(post.clip_id, []).append(post)
    return found


def _tile(clip: OwnClip, posts: Sequence[OwnPost]) -> None:
    st.image(cover_url(clip.clip_id), width="stretch")
    st.html(looks.chip(chip(clip, posts)))
    st.markdown(f"**{plain(clip.hook or clip.file_name)}**")
    st.caption(plain(f"{clip.duration_ms / 1000:.0f} s. {said(clip, posts)}"))
    st.button("Open", key=clip.clip_id, on_click=_open, args=(clip.clip_id,), width="stretch")


def _detail(clip_id: str) -> None:
    st.button("All clips", icon=":material/arrow_back:", on_click=_close)
    with reading() as session:
        found = own_clips(session, 1, clip_id=clip_id)
        posts = own_posts(session, [clip_id]) if found else []
        caption = caption_of(session, clip_id) if found else ""
        waiting = waiting_of(session, clip_id) if found else None
    if not found:
        looks.empty("There is no such clip", "It may not be finished, or not yours.")
        return
    clip = found[0]
    player, story = st.columns([1, 2], gap="large")
    with player:
        st.video(video_url(clip.clip_id))
    with story:
        st.header(plain(clip.hook or clip.file_name))
        st.html(looks.chip(chip(clip, posts)))
        st.markdown(plain(said(clip, posts)))
        if waiting is not None and waiting.waits_for is WaitsFor.APPROVAL:
            looks.link(review_lead(waiting))
        if clip.verdict is not None and not clip.verdict.rejects and not clip.replaced:
            st.caption(plain(f"{clip.verdict.sentence[:-1]} on {clip.verdict.at:%d %B %Y}."))
        st.caption(plain(f"{clip.duration_ms / 1000:.0f} seconds of {clip.file_name}"))
        if caption:
            st.subheader("What is written beside it")
            st.markdown(plain(caption))
        _posts(posts)


def _posts(posts: Sequence[OwnPost]) -> None:
    if not posts:
        return
    st.subheader("Where it goes")
    with looks.listing():
        for post in posts:
            when = local(post.at, post.timezone)
            named = account_name(post.platform, post.handle)
            mark = STATES[PostState.POSTED if post.is_posted else PostState.RESERVED]
            line = looks.row(mark, named, (when,))
            if post.url.startswith("https://"):
                with line:
                    st.link_button("See it", post.url, icon=":material/open_in_new:")


def _open(clip_id: str) -> None:
    st.query_params["clip"] = clip_id


def _close() -> None:
    st.query_params.clear()


def lead(clip_id: str) -> Lead:
    """Goes to a clip."""
    return Lead("Open", "clips", {"clip": clip_id})
