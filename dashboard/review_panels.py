"""What the review page tells of the clip in front, and where it is changed."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

import streamlit as st

from clipping.captions import HOOK_STYLES, STYLES
from clipping.models import ClipWord, OwnWords, PlatformName, PostCopy, Sentence
from clipping.timing import timecode
from dashboard import front, looks, verdicts
from dashboard.door.person import Person
from dashboard.library import ClipCard
from dashboard.page import plain, reading
from dashboard.reviewed import (
    CAMERA,
    Reviewed,
    camera_now,
    film_edit,
    lines_of,
    sentences_around,
    tags_of,
    words_edit,
)
from dashboard.words import PLATFORMS, Chip, Tone, many, utc

_SCORES: Final = (75, 50)
_TITLED: Final = (PlatformName.YOUTUBE,)


def about(shown: Reviewed, who: Person) -> None:
    """What it is, and how it stands; how it was graded and measured is for who made it."""
    clip, card = shown.clip, shown.card
    st.header(plain(shown.hook))
    seconds = clip.plan.span.duration_ms / 1000
    if who.is_staff:
        looks.chips([_score(card.score), *_stands(shown), _proof_chip(shown)])
    else:
        looks.chips(_stands(shown))
    told = f"{clip.client} · {card.source.file_name} · {seconds:.1f} s from "
    st.caption(plain(f"{told}{timecode(clip.plan.span.start_ms)} · captions {clip.style}"))
    if who.is_staff:
        _why(card)
    elif card.waits_for:
        st.info("One of us looks at it first.")
    if shown.superseded_by:
        st.info("This clip was changed: another one is there in its place.")
        st.button("Show that one", on_click=front.go, args=(shown.superseded_by,))
    if shown.verdict is not None:
        st.caption(plain(shown.verdict.sentence))


def _why(card: ClipCard) -> None:
    """What holds it, and why it was chosen."""
    for hold in card.waits_for:
        st.warning(plain(hold.reason), icon=":material/pan_tool:")
    if card.moment is not None:
        st.markdown(plain(card.moment.reason))


def _score(score: int | None) -> Chip:
    if score is None:
        return Chip("score not known", Tone.CALM)
    good, fair = _SCORES
    tone = Tone.GOOD if score >= good else Tone.BUSY if score >= fair else Tone.CALM
    return Chip(f"score {score}", tone)


def _stands(shown: Reviewed) -> list[Chip]:
    if shown.being_changed:
        return [Chip("is being changed", Tone.BUSY)]
    if shown.superseded_by:
        return [Chip("replaced", Tone.CALM)]
    if shown.card.waits_for:
        return [Chip("held", Tone.WARN)]
    if shown.verdict is None:
        return []
    decided = shown.verdict
    return [Chip(decided.decision.value, Tone.BAD if decided.rejects else Tone.GOOD)]


def _proof_chip(shown: Reviewed) -> Chip:
    proof = shown.clip.proof
    if proof.passed:
        return Chip(f"proof: {many(len(proof.checks), 'check')} passed", Tone.GOOD)
    return Chip(f"proof: {len(proof.failures)} of {len(proof.checks)} checks failed", Tone.BAD)


def panels(shown: Reviewed, who: Person) -> None:
    """What is said in it and written beside it; to staff, how good it is, and its changes."""
    offered = ["Words", "Posts"]
    offered += ["Score", "Proof", "Change", "History"] if who.is_staff else []
    panel = st.segmented_control(
        "About it",
        offered,
        default="Words",
        required=True,
        key="review panel",
        label_visibility="collapsed",
    )
    match panel:
        case "Posts":
            _posts(shown.copies)
        case "Score" if who.is_staff:
            _rubric(shown)
        case "Proof" if who.is_staff:
            _proof(shown)
        case "Change" if who.is_staff:
            _change(shown)
        case "History" if who.is_staff:
            _history(shown)
        case _:
            _words(shown.clip.plan.words)


def _words(words: Sequence[ClipWord]) -> None:
    looks.sayings(
        (start_ms, " ".join(_word(word) for word in line)) for start_ms, line in lines_of(words)
    )


def _word(word: ClipWord) -> str:
    said = escape(word.text)
    return f'<span class="cl-muted">{said}</span>' if word.muted else said


def _posts(copies: Sequence[PostCopy]) -> None:
    for copy in copies:
        st.markdown(f"**{PLATFORMS[copy.platform]}**")
        looks.copied(copy.title, copy.text)
        for note in copy.trimmed:
            st.caption(plain(note))


def _rubric(shown: Reviewed) -> None:
    if shown.card.moment is None:
        return
    bar = st.column_config.ProgressColumn(min_value=0, max_value=1, format="percent")
    st.dataframe(
        [
            {
                "criterion": line.name.replace("_", " "),
                "value": line.value,
                "weight": line.weight,
                "evidence": line.evidence,
            }
            for line in shown.card.moment.rubric
        ],
        column_config={"value": bar},
        hide_index=True,
    )


def _proof(shown: Reviewed) -> None:
    with looks.listing():
        for check in sorted(shown.clip.proof.checks, key=lambda check: check.passed):
            measured = "not measured" if check.value is None else f"{check.value} {check.unit}"
            mark = Chip("passed", Tone.GOOD) if check.passed else Chip("failed", Tone.BAD)
            name = check.name.replace("_", " ")
            looks.row(mark, name, (f"{measured.strip()}, the limit is {check.limit}",))


def _history(shown: Reviewed) -> None:
    lines = []
    if shown.verdict is not None:
        lines.append((utc(shown.verdict.at), shown.verdict.sentence))
    lines += [
        (utc(one.released_at), f"{one.person} released it. {one.note}".strip())
        for one in shown.card.releases
    ]
    for change in shown.changes:
        here = change.clip_id == shown.clip.clip_id
        told = change.told or ("" if change.open else "Its words were changed.")
        what = f"{change.by}: {change.wanted.told}." if here else f"Made by {change.by} of another."
        lines.append((utc(change.asked_at), f"{what} {told}".strip()))
    lines.append((utc(shown.clip.rendered_at), "It was rendered."))
    looks.lines(sorted(lines, reverse=True))


def _change(shown: Reviewed) -> None:
    if shown.being_changed or shown.superseded_by:
        st.info("It is being changed, or was: what is there in its place can be changed.")
        return
    _film(shown)
    _beside(shown)


def _film(shown: Reviewed) -> None:
    clip, made = shown.clip, shown.clip.plan.choices
    clip_id, hook_now = clip.clip_id, _hook_of(shown)
    with reading() as session:
        before, inside, after = sentences_around(session, shown.card)
    st.subheader("The film")
    st.caption("Whatever changes here makes another film, which waits for approval in its place.")
    with st.form(f"film {clip_id}", border=False):
        st.text_input("Hook (empty: none)", hook_now, max_chars=120, key=f"hook {clip_id}")
        one, two, three = st.columns(3)
        looks_now = list(HOOK_STYLES)
        look = looks_now.index(made.hook_style)
        one.selectbox("Hook's look", looks_now, look, key=f"hook style {clip_id}")
        styles = list(STYLES)
        known = styles if clip.style in styles else [clip.style, *styles]
        two.selectbox("Captions", known, known.index(clip.style), key=f"style {clip_id}")
        now = camera_now(clip)
        three.selectbox(f"Camera (now {now})", list(CAMERA), key=f"camera {clip_id}")
        _sentences(before, inside, after)
        left, right = st.columns(2)
        left.number_input("Start, in sentences (− earlier)", -20, 20, 0, key=f"start {clip_id}")
        right.number_input("End, in sentences (+ later)", -20, 20, 0, key=f"end {clip_id}")
        st.form_submit_button(
            "Render again",
            type="primary",
            icon=":material/movie:",
            on_click=_render_again,
            args=(shown,),
        )


def _hook_of(shown: Reviewed) -> str:
    return shown.clip.plan.hook.text if shown.clip.plan.hook else ""


def _render_again(shown: Reviewed) -> None:
    clip, typed = shown.clip, st.session_state
    clip_id = clip.clip_id
    wanted = film_edit(
        clip,
        _hook_of(shown),
        hook=typed[f"hook {clip_id}"],
        hook_style=typed[f"hook style {clip_id}"] or clip.plan.choices.hook_style,
        style=typed[f"style {clip_id}"] or clip.style,
        camera=typed[f"camera {clip_id}"] or "as it is",
        start=int(typed[f"start {clip_id}"]),
        end=int(typed[f"end {clip_id}"]),
    )
    if verdicts.edit(clip_id, clip.client, wanted) and wanted.renders:
        # It waits no more as it is: the next one is in front.
        front.go_on(clip_id, None)


def _sentences(
    before: Sequence[Sentence], inside: Sequence[Sentence], after: Sequence[Sentence]
) -> None:
    if not inside:
        return
    lines = [(f"−{len(before) - at}", one.text, False) for at, one in enumerate(before)]
    lines.append(("first", inside[0].text, True))
    if len(inside) > 1:
        lines.append(("last", inside[-1].text, True))
    lines += [(f"+{at + 1}", one.text, False) for at, one in enumerate(after)]
    looks.ends(lines)


def _beside(shown: Reviewed) -> None:
    st.subheader("The words beside it")
    st.caption("They hold at once, also for posts that are planned. What was approved waits again.")
    with st.form(f"words {shown.words_mark}", border=False):
        for name, words in shown.own.items():
            with st.expander(PLATFORMS[name]):
                _fields(f"{shown.words_mark} {name.value}", name, words)
        # Called with what was shown when it was pressed, which others may have changed by now.
        st.form_submit_button(
            "Save the words", icon=":material/save:", on_click=_save_words, args=(shown,)
        )


def _save_words(shown: Reviewed) -> None:
    then = {
        name: _typed(f"{shown.words_mark} {name.value}", words) for name, words in shown.own.items()
    }
    clip, wanted = shown.clip, words_edit(shown.own, then)
    verdicts.edit(clip.clip_id, clip.client, wanted, seen=shown.written)


def _fields(key: str, name: PlatformName, words: OwnWords) -> None:
    if name in _TITLED:
        st.text_input("Title", words.title, max_chars=200, key=f"title {key}")
    st.text_area("Caption", words.caption, max_chars=5_000, key=f"caption {key}")
    st.text_input("Hashtags", " ".join(words.hashtags), max_chars=500, key=f"tags {key}")


def _typed(key: str, words: OwnWords) -> OwnWords:
    """What is in the fields that were filled with these words."""
    typed = st.session_state
    tags = tags_of(typed[f"tags {key}"])
    same = tags == tags_of(" ".join(words.hashtags))
    return OwnWords(
        title=typed.get(f"title {key}", words.title),
        caption=typed[f"caption {key}"],
        hashtags=words.hashtags if same else tags,
    )
