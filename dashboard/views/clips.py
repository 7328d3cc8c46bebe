"""Recent clips: covers to look through, and one clip in full."""

from __future__ import annotations

import streamlit as st

from clipping.db import queries
from clipping.db.queries.review_lines import waiting_of
from clipping.models import ClipState
from clipping.timing import timecode
from dashboard import library, looks, own_panel
from dashboard.addresses import cover_url, video_url
from dashboard.library import ClipCard
from dashboard.page import looking, plain, reading
from dashboard.reviewed import review_lead

PER_PAGE = 25
COLUMNS = 5
STATES = {
    ClipState.READY: "ready",
    ClipState.HELD: "held",
    ClipState.FAILED_PROOF: "failed proof",
}


def overview() -> None:
    st.title("Clips")
    left, right = st.columns([1, 2])
    with reading() as session:
        names = queries.clients.clients(session)
        client = left.selectbox("Client", [None, *names], format_func=lambda name: name or "all")
        state = right.segmented_control(
            "State", list(STATES), format_func=STATES.__getitem__, key="state"
        )
        limit = int(st.session_state.get("limit", PER_PAGE))
        cards = library.recent_cards(session, client, limit)
    shown = [card for card in cards if state is None or card.clip.state == state]
    if not cards:
        st.info(
            "No clips yet: run `make clips`, or `make clips VIDEO=talk.mp4` for your own video."
        )
        return
    if state is not None and not shown:
        st.info(f"None of the newest {len(cards)} clips is {STATES[state]}.")
    for start in range(0, len(shown), COLUMNS):
        row = st.columns(COLUMNS)
        for column, card in zip(row, shown[start : start + COLUMNS], strict=False):
            with column.container(border=True):
                tile(card, named=client is None)
    if len(cards) == limit:
        st.button("Show more", on_click=_show_more, args=(limit + PER_PAGE,))


def tile(card: ClipCard, *, named: bool = False) -> None:
    """:param named: Whether the client stands on the card, where those of all are shown."""
    clip = card.clip
    st.image(cover_url(clip.clip_id), width="stretch")
    st.markdown(f"**{plain(card.hook)}**")
    _badge(card)
    score = "" if card.score is None else f"score {card.score} · "
    span = clip.plan.span
    whose = f"{clip.client} · " if named else ""
    st.caption(plain(f"{whose}{score}{span.duration_ms / 1000:.1f} s · {card.source.file_name}"))
    st.button("Open", key=clip.clip_id, on_click=_open, args=(clip.clip_id,), width="stretch")


def detail(clip_id: str) -> None:
    st.button("All clips", icon=":material/arrow_back:", on_click=_close)
    with reading() as session:
        card = library.card(session, clip_id)
        waiting = waiting_of(session, clip_id)
    if card is None:
        st.warning(f"There is no clip {plain(clip_id)} in the database.")
        return
    clip = card.clip
    player, story = st.columns([1, 2], gap="large")
    with player:
        st.video(video_url(clip.clip_id))
        st.caption(plain(f"{clip.clip_id} · recipe {clip.recipe_hash[:12]}"))
    with story:
        st.header(plain(card.hook))
        _badge(card)
        if waiting is not None:
            looks.link(review_lead(waiting))
        _facts(card)
        _holds(card)
        if card.moment is not None:
            st.markdown(plain(card.moment.reason))
        _failures(card)
        score, proof, words = st.tabs(["Why this score", "Proof", "Words"])
        with score:
            _rubric(card)
        with proof:
            _proof(card)
        with words:
            st.markdown(plain(" ".join(word.text for word in clip.plan.words)))


def _badge(card: ClipCard) -> None:
    if card.clip.state == ClipState.READY:
        st.badge("ready", icon=":material/check:", color="green")
    elif card.clip.state == ClipState.HELD:
        st.badge("waits for a person", icon=":material/pan_tool:", color="orange")
    else:
        failed = len(card.clip.proof.failures)
        st.badge(f"failed {failed} of {len(card.clip.proof.checks)} checks", color="red")


def _facts(card: ClipCard) -> None:
    span = card.clip.plan.span
    facts = st.columns(4)
    facts[0].metric("Score", "–" if card.score is None else card.score)
    facts[1].metric("Length", f"{span.duration_ms / 1000:.1f} s")
    facts[2].metric("Starts at", timecode(span.start_ms))
    facts[3].metric("Size", f"{card.clip.size_bytes / 1e6:.1f} MB")
    st.caption(
        plain(
            f"{card.source.file_name} · client {card.clip.client} · style {card.clip.style} · "
            f"rendered {card.clip.rendered_at:%Y-%m-%d %H:%M} UTC"
        )
    )


def _holds(card: ClipCard) -> None:
    for hold in card.waits_for:
        st.warning(plain(hold.reason), icon=":material/pan_tool:")
    if card.clip.state == ClipState.HELD:
        st.caption(plain(f"Once you agree: clipper release {card.clip.clip_id} --by NAME"))
    for release in card.releases:
        said = f"Released by {release.person} on {release.released_at:%Y-%m-%d %H:%M} UTC"
        st.caption(plain(f"{said}: {release.note}" if release.note else said))


def _failures(card: ClipCard) -> None:
    for check in card.clip.proof.failures:
        measured = "was not measured" if check.value is None else f"is {check.value} {check.unit}"
        name = check.name.replace("_", " ")
        text = f"{name} {measured.strip()}, the limit is {check.limit}"
        st.error(plain(text), icon=":material/close:")


def _rubric(card: ClipCard) -> None:
    if card.moment is None:
        st.info("The detection that found this clip has been replaced.")
        return
    st.dataframe(
        [
            {
                "criterion": line.name.replace("_", " "),
                "value": line.value,
                "weight": line.weight,
                "evidence": line.evidence,
            }
            for line in card.moment.rubric
        ],
        column_config={
            "value": st.column_config.ProgressColumn(min_value=0, max_value=1, format="percent")
        },
        hide_index=True,
    )


def _proof(card: ClipCard) -> None:
    st.dataframe(
        [
            {
                "check": check.name.replace("_", " "),
                "measured": "not measured" if check.value is None else str(check.value),
                "limit": str(check.limit),
                "unit": check.unit,
                "passed": check.passed,
            }
            for check in sorted(card.clip.proof.checks, key=lambda check: check.passed)
        ],
        hide_index=True,
    )


def _open(clip_id: str) -> None:
    st.query_params["clip"] = clip_id


def _close() -> None:
    st.query_params.clear()


def _show_more(limit: int) -> None:
    st.session_state["limit"] = limit


chosen, who = st.query_params.get("clip"), looking()
if not who.is_staff:
    own_panel.show(who, chosen)
elif chosen:
    detail(chosen)
else:
    overview()
