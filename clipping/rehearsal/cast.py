"""Who and what takes part in a rehearsal: a client's accounts, and clips enough for all of them.

Everything follows from a few numbers, so that each process of a rehearsal makes it for itself.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Final

from clipping.models import (
    Account,
    AudioStream,
    ClipState,
    Consent,
    Crop,
    Detection,
    Draft,
    EncoderSettings,
    Framing,
    Ground,
    Loudness,
    MediaInfo,
    Moment,
    PlatformName,
    Proof,
    ProofCheck,
    RenderedClip,
    RenderPlan,
    Rights,
    SourceVideo,
    Transcript,
    VideoStream,
    Word,
    Writing,
    make_id,
)
from clipping.storage.keys import clip_key, source_key
from clipping.timing import TimeSpan

CLIENT: Final = "rehearsal"
FIRST_DAY: Final = date(2027, 3, 1)
"""Always the same, so that a seed tells all; in this month most clocks change."""
POSTS_A_DAY: Final = 2
_AHEAD: Final = timedelta(hours=15)
"""Before the first day begins in UTC: somewhere it has begun by then."""
_MOMENTS: Final = 20
"""Of a source."""
_CLIP_MS: Final = 15_000
_LARGE: Final = 10
"""Every so many clips one is large enough to go up in several pieces everywhere."""
_PLATFORMS: Final = tuple(PlatformName)
_ZONES: Final = (
    "America/New_York",
    "Europe/Berlin",
    "America/Los_Angeles",
    "Europe/London",
    "Asia/Tokyo",
    "America/Sao_Paulo",
    "Australia/Sydney",
    "Asia/Kolkata",
)
_AWAKE: Final = ((8, 23), (7, 22), (9, 23), (6, 21))
_TOPICS: Final = ("money", "family", "boxing", "travel", "food", "music", "law", "training")
_OPENINGS: Final = ("He left and", "Nobody saw that", "She said that", "What if", "It began when")
_ENDINGS: Final = (
    "the door stayed open",
    "everything was paid twice",
    "the team had gone home",
    "nothing was ever signed",
    "one call changed it",
)
_PASSED: Final = Proof(
    passed=True,
    checks=(ProofCheck(name="loudness", value=-14.0, limit="-14 ±1", unit="LUFS", passed=True),),
)


@dataclass(frozen=True)
class Piece:
    """A clip of a rehearsal, by its number."""

    number: int
    clip_id: str
    moment_id: str
    size_bytes: int

    def content(self, size: str = "") -> bytes:
        """Its file: bytes, not a video; no platform of a rehearsal looks into it.

        :param size: Names another size of the same clip, whose bytes are others.
        """
        name = f"{self.clip_id} {size}".encode()
        line = hashlib.sha256(name).digest() + name
        return (line * (self.size_bytes // len(line) + 1))[: self.size_bytes]

    def sha256(self, size: str = "") -> str:
        """Of its file, 64 hex digits."""
        return hashlib.sha256(self.content(size)).hexdigest()


@dataclass(frozen=True)
class Cast:
    """The whole of it.

    :ivar spare: Clips beyond one for each post, as a share of those.
    """

    accounts: int
    days: int
    seed: int
    spare: float

    @property
    def slots(self) -> int:
        """How many posts there can be."""
        return self.accounts * self.days * POSTS_A_DAY

    @property
    def begins_at(self) -> datetime:
        """When the rehearsal's clock starts."""
        return datetime.combine(FIRST_DAY, time(), UTC) - _AHEAD

    @property
    def last_day(self) -> date:
        """On which posts are planned."""
        return FIRST_DAY + timedelta(days=self.days - 1)

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """All clips."""
        chance = random.Random(f"pieces {self.seed}")
        # A day's plan weighs what it cannot use, too; so there is some in any case.
        count = round(self.slots * (1 + self.spare)) + _MOMENTS
        return tuple(
            Piece(
                number,
                f"clip_{number:05d}",
                make_id("mom", CLIENT, self.seed, number),
                chance.randint(700_000, 900_000)
                if number % _LARGE == 0
                else chance.randint(8_000, 48_000),
            )
            for number in range(count)
        )

    @cached_property
    def by_clip(self) -> dict[str, Piece]:
        """All clips by their ids."""
        return {piece.clip_id: piece for piece in self.pieces}

    def members(self) -> Iterator[Account]:
        """The accounts: old enough to post twice a day, on the platforms in turn."""
        for number in range(self.accounts):
            platform = _PLATFORMS[number % len(_PLATFORMS)]
            wakes, sleeps = _AWAKE[number % len(_AWAKE)]
            handle = f"{platform.value}{number:02d}"
            yield Account(
                account_id=f"account_{number:03d}",
                client=CLIENT,
                platform=platform,
                handle=handle,
                platform_user_id=str(1_000_000 + number),
                timezone=_ZONES[(number // len(_PLATFORMS)) % len(_ZONES)],
                login_path="facebook" if platform is PlatformName.INSTAGRAM else "",
                angle=_TOPICS[number % len(_TOPICS)],
                wakes_at=time(wakes),
                sleeps_at=time(sleeps),
                first_post_on=date(2026, 1, 1),
                # Every other one pays for more; the others take 720x1280.
                premium=platform is PlatformName.X and number % 8 < len(_PLATFORMS),
                consent=Consent(owner=handle, given_at=datetime(2026, 1, 1, tzinfo=UTC)),
            )

    def sources(self) -> Iterator[tuple[SourceVideo, list[Piece]]]:
        """The videos that the clips were cut from."""
        for first in range(0, len(self.pieces), _MOMENTS):
            pieces = list(self.pieces[first : first + _MOMENTS])
            digest = hashlib.sha256(f"{self.seed} {first}".encode()).hexdigest()
            yield (
                SourceVideo(
                    source_id=make_id("src", CLIENT, digest),
                    client=CLIENT,
                    sha256=digest,
                    file_name=f"talk-{first // _MOMENTS:03d}.mp4",
                    location=f"/rehearsal/talk-{first // _MOMENTS:03d}.mp4",
                    media_key=source_key(CLIENT, digest, ".mp4"),
                    captions_key=None,
                    captions_sha256=None,
                    media=_media(),
                    ingested_at=self.begins_at,
                    rights=Rights(ground=Ground.OWN, owner=CLIENT),
                ),
                pieces,
            )

    def detection(self, pieces: list[Piece]) -> Detection:
        """What was found in a source."""
        return Detection(
            detector="local",
            detector_version="rehearsal",
            moments=tuple(self._moment(rank, piece) for rank, piece in enumerate(pieces, 1)),
            rejections=(),
        )

    def _moment(self, rank: int, piece: Piece) -> Moment:
        words = self.words(piece)
        start_ms = 20_000 * rank
        return Moment(
            moment_id=piece.moment_id,
            rank=rank,
            span=TimeSpan(start_ms=start_ms, end_ms=start_ms + _CLIP_MS),
            score=self._chance(piece).randint(40, 100),
            rubric=(),
            reason="Made for a rehearsal.",
            hook=words.hook,
            title=words.title,
            text=words.caption,
        )

    def words(self, piece: Piece) -> Draft:
        """What is said beside a clip; never twice the same."""
        chance = self._chance(piece)
        said = f"{chance.choice(_OPENINGS)} {chance.choice(_ENDINGS)}"
        return Draft(
            hook=f"{said}?",
            caption=f"{said}, part {piece.number}.",
            hashtags=tuple(chance.sample(_TOPICS, 2)),
            title=f"{said} ({piece.number})",
            language="en",
        )

    def writing(self, piece: Piece) -> Writing:
        """The same as it is kept."""
        return Writing(
            draft=self.words(piece), writer="local", writer_version="rehearsal", wishes="none"
        )

    def clip(self, source: SourceVideo, rank: int, piece: Piece) -> RenderedClip:
        """A clip that lacks nothing."""
        plan = _plan(source, rank, piece)
        return RenderedClip(
            clip_id=piece.clip_id,
            moment_id=piece.moment_id,
            source_id=source.source_id,
            client=CLIENT,
            state=ClipState.READY,
            style=plan.style,
            recipe_hash=plan.recipe_hash(),
            plan=plan,
            video_key=clip_key(CLIENT, piece.clip_id, "mp4"),
            cover_key=clip_key(CLIENT, piece.clip_id, "jpg"),
            video_sha256=piece.sha256(),
            frames_sha256=piece.sha256(),
            size_bytes=piece.size_bytes,
            proof=_PASSED,
            rendered_at=self.begins_at,
        )

    def _chance(self, piece: Piece) -> random.Random:
        return random.Random(f"words {self.seed} {piece.number}")


def a_transcript() -> Transcript:
    """Of any source: nobody reads it."""
    word = Word(text="word", span=TimeSpan(start_ms=300, end_ms=550))
    return Transcript(
        engine="captions",
        engine_version="rehearsal",
        language="en",
        words=(word,),
        chosen_because="Made for a rehearsal.",
    )


def _plan(source: SourceVideo, rank: int, piece: Piece) -> RenderPlan:
    start_ms, frames = 20_000 * rank, _CLIP_MS * 30 // 1000
    crop = Crop(left_px=436, top_px=0, width_px=404, height_px=720)
    return RenderPlan(
        version=2,
        source_sha256=source.sha256,
        span=TimeSpan(start_ms=start_ms, end_ms=start_ms + _CLIP_MS),
        fps="30",
        frames=frames,
        framings=(Framing(start_frame=0, end_frame=frames, crops=(crop,)),),
        style="highlight",
        words=(),
        captions=(),
        hook=None,
        mutes=(),
        fade_ms=10,
        loudness=Loudness(gain_db=0.0, measured_lufs=-14.0),
        encoder=EncoderSettings(build=piece.clip_id),
    )


def _media() -> MediaInfo:
    return MediaInfo(
        container="mp4",
        duration_ms=20_000 * (_MOMENTS + 2),
        size_bytes=50_000_000,
        video=VideoStream(
            codec="h264",
            width_px=1280,
            height_px=720,
            coded_width_px=1280,
            coded_height_px=720,
            rotation=0,
            sample_aspect="1:1",
            fps="30",
            variable_rate=False,
            pixel_format="yuv420p",
            start_ms=0,
        ),
        audio=AudioStream(codec="aac", sample_rate_hz=48_000, channels=2, start_ms=0, index=1),
    )
