"""Recent clips: covers to look through, and one clip in full."""

from __future__ import annotations

import streamlit as st

from clipping.db import queries
from clipping.db.queries.clip_lines import ClipChoice, ClipLine, clip_page
from clipping.db.queries.review_lines import waiting_of
from clipping.models import ClipState, Decision
from clipping.timing import timecode
from dashboard import library, looks, own_panel
from dashboard.addresses import cover_url, video_url
from dashboard.choosing import client_choice
from dashboard.door.person import person
from dashboard.library import ClipCard
from dashboard.page import looking, plain, reading
from dashboard.paging import Pages
from dashboard.reviewed import review_lead

PER_PAGE = 25
COLUMNS = 5
STATES = {
    ClipState.READY: "ready",
    ClipState.HELD: "held",
    ClipState.FAILED_PROOF: "failed proof",
}


def overview() -> None:
    looks.begin("Clips", "What was rendered, the newest first. Open one for its score and proof.")
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    with left:
        client = client_choice(person())
    state = right.segmented_control(
        "State", list(STATES), format_func=STATES.__getitem__, key="state"
    )
    with reading() as session:
        choice = ClipChoice(client, state)
        pages = Pages("clips", choice)
        found = clip_page(session, choice, PER_PAGE + 1, pages.after)
    pages.step_back_if_empty(found)
    if not found:
        _nothing(choice)
        return
    shown = found[:PER_PAGE]
    for start in range(0, len(shown), COLUMNS):
        row = st.columns(COLUMNS)
        for column, line in zip(row, shown[start : start + COLUMNS], strict=False):
            with column.container(border=True):
                tile(line, of=client is None)
    pages.show(shown[-1].key, more=len(found) > PER_PAGE)


def _nothing(choice: ClipChoice) -> None:
    if choice == ClipChoice():
        looks.empty("No clips yet", "Add a video on the page Add; its clips are here once made.")
        return
    which = "" if choice.state is None else f" that is {STATES[choice.state]}"
    whose = "" if choice.client is None else f" of {choice.client}"
    looks.empty(f"There is no clip{whose}{which}", "Choose another client or state above.")


def tile(line: ClipLine, *, of: bool) -> None:
    """A clip among others.

    :param of: Whether it says whose it is.
    """
    st.image(cover_url(line.clip_id), width="stretch")
    st.markdown(f"**{plain(line.hook)}**")
    if not _settled(line.decision, replaced=line.replaced):
        _badge(line.state, line.failures, line.checks)
    score = "" if line.score is None else f"score {line.score} · "
    whose = f"{line.client} · " if of else ""
    st.caption(plain(f"{whose}{score}{line.seconds:.1f} s · {line.file_name}"))
    st.button("Open", key=line.clip_id, on_click=_open, args=(line.clip_id,), width="stretch")


def detail(clip_id: str) -> None:
    st.button("All clips", icon=":material/arrow_back:", on_click=_close)
    with reading() as session:
        card = library.card(session, clip_id)
        waiting = waiting_of(session, clip_id)
        verdict = queries.verdicts.find_verdict(session, clip_id)
        replaced = queries.changes.superseded_by(session, clip_id) is not None
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
        if not _settled(verdict.decision if verdict else None, replaced=replaced):
            _badge(clip.state, len(clip.proof.failures), len(clip.proof.checks))
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


def _settled(decision: Decision | None, *, replaced: bool) -> bool:
    """Say of a clip that is not posted, or was approved, that it is so; whether there was that."""
    if replaced:
        st.badge("replaced by another version", icon=":material/history:", color="gray")
    elif decision is Decision.REJECTED:
        st.badge("rejected", icon=":material/block:", color="gray")
    elif decision is Decision.APPROVED:
        st.badge("approved", icon=":material/check:", color="green")
    return replaced or decision is not None


def _badge(state: ClipState, failures: int, checks: int) -> None:
    if state == ClipState.READY:
        st.badge("ready", icon=":material/check:", color="green")
    elif state == ClipState.HELD:
        st.badge("waits for a person", icon=":material/pan_tool:", color="orange")
    else:
        st.badge(f"failed {failures} of {checks} checks", color="red")


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


chosen, who = st.query_params.get("clip"), looking()
if not who.is_staff:
    own_panel.show(who, chosen)
elif chosen:
    detail(chosen)
else:
    overview()
