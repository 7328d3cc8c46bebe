"""A good clip passes every check, and each way of spoiling it fails just the check for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clipping.errors import UnreadableMedia
from clipping.media.ffmpeg import run_ffmpeg
from clipping.models import Box, RenderPlan
from clipping.rendering import proof as proof_module
from clipping.rendering.proof import frames_sha256
from clipping.timing import TimeSpan
from tests.rendering.clips import (
    MUTED_MS,
    PICTURE_AGAIN,
    SOUND_AGAIN,
    Clip,
    failed,
    good_clip,
    muted,
    value,
)

Spoil = Callable[[Clip], Path]


@pytest.fixture(scope="module", autouse=True)
def brief_opening() -> Iterator[None]:
    """As brief as the clip; ``test_measure_sound`` has how long it really is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("clipping.rendering.measure.speech.OPENING_MS", 1_000)
        yield


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return good_clip(tmp_path_factory.mktemp("proof"))


def test_a_good_clip_passes_every_check(good: Clip) -> None:
    proof = good.prove()
    assert failed(proof) == set()
    assert proof.passed
    assert len(proof.checks) == len({check.name for check in proof.checks}) == 39
    assert value(proof, "cut_start_error_frames") == value(proof, "cut_end_error_frames") == 0
    offset = value(proof, "av_offset_ms")
    assert isinstance(offset, float)
    assert abs(offset) < 0.5


def test_the_digest_is_ffmpegs_own_hash_of_the_frames(good: Clip) -> None:
    args = ["-i", str(good.path), "-map", "0:v", "-f", "hash", "-hash", "sha256", "pipe:1"]
    said = run_ffmpeg(args, timeout_s=60, capture_stdout=True).stdout.decode()
    assert said.strip() == f"SHA256={frames_sha256(good.path)}"


def test_a_proven_clip_is_not_decoded_again_for_its_digest(
    good: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = frames_sha256(good.path)
    good.prove()
    monkeypatch.setattr(proof_module, "decode_digest", lambda path: "decoded again")
    assert frames_sha256(good.path) == expected
    other = good.remade("same_pictures.mp4", "-movflags", "+faststart")
    assert frames_sha256(other) == "decoded again"


# --- the file -----------------------------------------------------------------------------------

# Each is wrong in two or three ways that have nothing to do with one another.
REMUXED = {
    "index_behind_the_media_and_wide_pixels": (
        ("-movflags", "negative_cts_offsets", "-aspect", "3:4"),
        {"moov_first", "sample_aspect"},
    ),
    "second_sound_track_and_other_primaries": (
        (
            *("-map", "0:v", "-map", "0:a", "-map", "0:a"),
            *("-bsf:v", "h264_metadata=colour_primaries=5", "-color_primaries", "bt470bg"),
        ),
        {"streams", "colour"},
    ),
    "wide_pixels_within_the_stream_and_one_long_frame": (
        ("-bsf:v", "h264_metadata=sample_aspect_ratio=4/3,setts=ts=TS+gte(N\\,50)*512"),
        {"sample_aspect", "frame_step_error_ms", "duration_error_ms"},
    ),
}


@pytest.mark.parametrize("name", REMUXED)
def test_a_clip_packed_wrongly_fails_only_what_is_wrong(good: Clip, name: str) -> None:
    args, expected = REMUXED[name]
    assert failed(good.prove(good.remade(f"{name}.mp4", *args))) == expected


# What is wrong with the picture, and what is wrong with the sound.
REENCODED = {
    "too_small_and_other_sound_codec": (
        (*PICTURE_AGAIN, "-vf", "scale=720:1280", "-c:a", "libmp3lame", "-b:a", "192k"),
        {"resolution", "audio_codec"},
    ),
    "full_chroma_and_other_sound_rate": (
        (*PICTURE_AGAIN, "-pix_fmt", "yuv444p", *SOUND_AGAIN, "-ar", "44100"),
        {"pixel_format", "audio_rate_hz"},
    ),
    "other_picture_codec_and_too_quiet": (
        (
            *(*PICTURE_AGAIN, "-c:v", "mpeg4", "-q:v", "2", "-preset", "0"),
            *(*SOUND_AGAIN, "-af", "volume=-3dB"),
        ),
        {"video_codec", "loudness_lufs"},
    ),
    "something_drawn_at_the_foot_and_too_loud": (
        (
            *(*PICTURE_AGAIN, "-vf", "drawbox=x=300:y=1700:w=400:h=60:color=white:t=fill"),
            *(*SOUND_AGAIN, "-af", "volume=4dB,alimiter=limit=0.8:level=disabled:latency=1"),
        ),
        {"captions_in_safe_area", "loudness_lufs"},
    ),
    "something_drawn_at_the_side": (
        (*PICTURE_AGAIN, "-vf", "drawbox=x=1000:y=900:w=60:h=60:color=black:t=fill"),
        {"captions_in_safe_area"},
    ),
}


@pytest.mark.parametrize("name", REENCODED)
def test_a_clip_encoded_wrongly_fails_only_what_is_wrong(good: Clip, name: str) -> None:
    args, expected = REENCODED[name]
    assert failed(good.prove(good.remade(f"{name}.mp4", *args))) == expected


def test_peaks_above_the_limit_are_found(good: Clip) -> None:
    # From one channel to two, it loses 3 dB.
    click = "aevalsrc=exprs='1.38*sin(2*PI*1500*t)*between(t,1.3,1.306)':s=48000:d=2.4[click]"
    graph = f"{click};[0:a][click]amix=inputs=2:normalize=0:duration=first[a]"
    path = good.remade(
        "peaks.mp4", "-filter_complex", graph, "-map", "0:v", "-map", "[a]", *SOUND_AGAIN
    )
    assert failed(good.prove(path)) == {"true_peak_dbtp"}


def test_a_clip_without_sound_fails_everything_that_is_heard(good: Clip) -> None:
    proof = good.prove(good.remade("no_sound.mp4", "-map", "0:v"))
    assert failed(proof) == {
        "streams",
        "audio_codec",
        "audio_rate_hz",
        "audio_start_ms",
        "av_offset_ms",
        "loudness_lufs",
        "true_peak_dbtp",
        "muted_spans_silent",
        "mute_neighbours_audible",
    }


def test_silence_in_place_of_the_talk_is_not_called_in_sync(good: Clip) -> None:
    path = good.remade("silent.mp4", *SOUND_AGAIN, "-af", "volume=0")
    assert failed(good.prove(path)) == {
        "av_offset_ms",
        "loudness_lufs",
        "mute_neighbours_audible",
    }


def test_a_clip_cut_short_on_disk_fails(good: Clip) -> None:
    path = good.path.with_name("cut_short.mp4")
    data = good.path.read_bytes()
    path.write_bytes(data[: len(data) * 7 // 10])
    proof = good.prove(path)
    assert {"decode_faults", "frame_count", "duration_error_ms"} <= failed(proof)
    with pytest.raises(UnreadableMedia, match=r"cut_short\.mp4 cannot be decoded to its end"):
        frames_sha256(path)


@pytest.mark.parametrize("size", [0, 40, 2_000])
def test_what_cannot_be_opened_fails_that_check_alone(good: Clip, size: int) -> None:
    path = good.path.with_name(f"first_{size}.mp4")
    path.write_bytes(good.path.read_bytes()[:size])
    proof = good.prove(path)
    assert failed(proof) == {"opens"}
    assert not proof.passed


def test_one_damaged_picture_is_found(good: Clip) -> None:
    data = bytearray(good.path.read_bytes())
    place = len(data) * 6 // 10
    data[place : place + 40] = bytes(reversed(data[place : place + 40]))
    path = good.path.with_name("damaged.mp4")
    path.write_bytes(bytes(data))
    assert "decode_faults" in failed(good.prove(path))


def test_a_missing_clip_fails(good: Clip) -> None:
    missing = good.path.with_name("missing.mp4")
    assert failed(good.prove(missing)) == {"opens"}
    with pytest.raises(UnreadableMedia, match=r"missing\.mp4 cannot be opened"):
        frames_sha256(missing)


# --- time ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("delay_ms", [80, -80])
def test_sound_that_is_late_or_early_is_measured(good: Clip, delay_ms: int) -> None:
    shift = (
        f"adelay={delay_ms}:all=1,atrim=end=2.4"
        if delay_ms > 0
        else f"atrim=start={-delay_ms / 1000},asetpts=PTS-STARTPTS,apad,atrim=end=2.4"
    )
    path = good.remade(f"shifted_{delay_ms}.mp4", *SOUND_AGAIN, "-af", shift)
    # Without its mute in the plan, the offset is all that is wrong.
    proof = good.prove(path, good.plan.model_copy(update={"mutes": ()}))
    assert failed(proof) == {"av_offset_ms"}
    assert value(proof, "av_offset_ms") == pytest.approx(delay_ms, abs=0.5)


def test_a_late_picture_is_measured_as_early_sound(good: Clip) -> None:
    path = good.path.with_name("late_picture.mp4")
    late = ["-itsoffset", "0.08", "-i", str(good.path), "-i", str(good.path)]
    copied = ["-map", "0:v", "-map", "1:a", "-c", "copy", "-movflags", "+faststart"]
    run_ffmpeg([*late, *copied, "-f", "mp4", str(path)], timeout_s=60)
    proof = good.prove(path)
    assert failed(proof) == {
        "starts_with_key_frame",
        "video_start_ms",
        "av_start_offset_ms",
        "av_length_difference_ms",
        "av_offset_ms",
    }
    assert value(proof, "av_offset_ms") == pytest.approx(-80, abs=1)


def _moved(plan: RenderPlan, frames: int) -> RenderPlan:
    return plan.model_copy(update={"span": plan.span.shifted(40 * frames)})


def test_a_cut_two_frames_after_the_plans_is_found_at_both_ends(good: Clip) -> None:
    proof = good.prove(good.rendered("moved_2.mp4", _moved(good.plan, 2)))
    assert failed(proof) == {"cut_start_error_frames", "cut_end_error_frames"}
    assert value(proof, "cut_start_error_frames") == 2
    assert value(proof, "cut_end_error_frames") == 2


def test_a_cut_two_frames_before_the_plans_and_one_missing_caption_are_both_found(
    good: Clip,
) -> None:
    fewer = good.plan.model_copy(update={"captions": good.plan.captions[:-3]})
    proof = good.prove(good.rendered("moved_-2.mp4", _moved(fewer, -2)))
    assert failed(proof) == {
        *("cut_start_error_frames", "cut_end_error_frames"),
        *("captions_visible", "spoken_word_lit"),
    }
    assert value(proof, "cut_start_error_frames") == 2
    assert value(proof, "cut_end_error_frames") == 2


def test_a_cut_one_frame_beside_the_plan_is_allowed_and_a_missing_hook_is_not(good: Clip) -> None:
    bare = good.plan.model_copy(update={"hook": None})
    proof = good.prove(good.rendered("moved_1.mp4", _moved(bare, 1)))
    assert failed(proof) == {"hook_present"}
    assert value(proof, "cut_start_error_frames") == 1


def test_missing_pictures_are_counted(good: Clip) -> None:
    plan = good.plan.model_copy(
        update={"frames": 63, "span": TimeSpan(start_ms=1_480, end_ms=4_000)}
    )
    proof = good.prove(plan=plan)
    assert failed(proof) == {"frame_count", "duration_error_ms", "cut_end_error_frames"}
    assert value(proof, "cut_end_error_frames") == 3


# --- picture ------------------------------------------------------------------------------------


def test_a_black_stretch_fails_even_when_the_source_is_black_there(good: Clip) -> None:
    black = "drawbox=c=black:t=fill:enable='between(t,2.0,2.8)'"
    spoiled = _spoiled_source(good, "black.mp4", black)
    clip = Clip(spoiled, good.media, good.plan, good.rendered("black_clip.mp4", good.plan, spoiled))
    proof = clip.prove()
    assert failed(proof) == {"longest_black_ms"}
    assert value(proof, "longest_black_ms") == pytest.approx(800, abs=41)


def test_black_inserted_into_the_clip_alone_fails(good: Clip) -> None:
    black = "drawbox=c=black:t=fill:enable='between(t,1.06,1.62)'"
    path = good.remade("blacked.mp4", *PICTURE_AGAIN, "-vf", black)
    # Black is a picture that stands still, too.
    assert failed(good.prove(path)) == {"longest_black_ms", "longest_frozen_ms"}


def test_a_picture_that_stands_still_while_the_source_goes_on_fails(good: Clip) -> None:
    # The pause between two captions: nothing else is looked at there.
    frozen = "loop=loop=13:size=1:start=68,trim=end=4.6,setpts=N/25/TB"
    held = "select='not(between(n,68,80))',setpts=N/25/TB," + frozen
    spoiled = _spoiled_source(good, "frozen.mp4", held)
    proof = good.prove(good.rendered("frozen_clip.mp4", good.plan, spoiled))
    assert failed(proof) == {"longest_frozen_ms"}
    assert value(proof, "longest_frozen_ms") == pytest.approx(14 * 40, abs=41)


def test_a_picture_that_stands_still_with_its_source_passes(good: Clip) -> None:
    still = _spoiled_source(good, "still.mp4", "loop=loop=-1:size=1:start=0,trim=end=4.6")
    clip = Clip(still, good.media, good.plan, good.rendered("still_clip.mp4", good.plan, still))
    proof = clip.prove()
    assert failed(proof) == set()
    notes = [check.limit for check in proof.checks if check.name.startswith("cut_")]
    assert all("stands still" in str(note) for note in notes)


def _spoiled_source(good: Clip, name: str, filters: str) -> Path:
    path = good.path.with_name(name)
    args = ["-i", str(good.source), "-vf", filters, "-c:a", "copy", *PICTURE_AGAIN]
    run_ffmpeg([*args, "-crf", "12", str(path)], timeout_s=60)
    return path


# --- captions and hook --------------------------------------------------------------------------


# ``test_proof_looks`` has what every style must be able to show.


def test_captions_that_stand_elsewhere_than_planned_are_found(good: Clip) -> None:
    proof = good.prove(good.rendered("lower.mp4", _lowered(good.plan, 260)))
    assert failed(proof) == {"captions_visible", "captions_in_safe_area", "spoken_word_lit"}


def _lowered(plan: RenderPlan, by_px: int) -> RenderPlan:
    def down(box: Box) -> Box:
        return box.model_copy(update={"top": box.top + by_px, "bottom": box.bottom + by_px})

    captions = tuple(
        event.model_copy(update={"boxes": tuple(down(box) for box in event.boxes)})
        for event in plan.captions
    )
    return plan.model_copy(update={"captions": captions})


# --- mutes and opening --------------------------------------------------------------------------


def test_a_muted_word_that_can_be_heard_is_found(good: Clip) -> None:
    heard = good.plan.model_copy(update={"mutes": ()})
    assert failed(good.prove(good.resounded("heard.mp4", heard))) == {"muted_spans_silent"}


def test_the_end_of_a_muted_word_that_can_be_heard_is_found(good: Clip) -> None:
    start, end = MUTED_MS
    shorter = muted(good.plan, "darn", [(start, end - 20)])
    assert failed(good.prove(good.resounded("leak.mp4", shorter))) == {"muted_spans_silent"}


def test_a_mute_that_eats_into_the_next_word_is_found(good: Clip) -> None:
    start, end = MUTED_MS
    longer = muted(good.plan, "darn", [(start, end + 60)])
    assert failed(good.prove(good.resounded("eaten.mp4", longer))) == {"mute_neighbours_audible"}


def test_a_profane_opening_is_found(good: Clip) -> None:
    first, *others = good.plan.words
    profane = (first.model_copy(update={"text": "shit"}), *others)
    proof = good.prove(plan=good.plan.model_copy(update={"words": profane}))
    assert failed(proof) == {"clean_opening"}
