"""Any draft fits any platform: limits, words, hashtags, and what may not be written."""

from __future__ import annotations

import unicodedata

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from clipping.copywriting import fit, problems
from clipping.copywriting.cutting import cut
from clipping.copywriting.limits import RULES
from clipping.copywriting.wording import clean
from clipping.models import Draft, PlatformName, PostCopy, ProfanityPolicy, WritingPolicy

PLATFORMS = pytest.mark.parametrize("platform", list(PlatformName))
FAMILY = "👨\u200d👩\u200d👧\u200d👦"

_PIECES = st.sampled_from(
    [
        *(
            "word",
            "Sentence one.",
            "is it? ",
            "end! ",
            "https://a.example/b",
            "example.com",
            "x.co.uk",
        ),
        *(
            "#tag",
            "##two",
            "#1",
            "＃全",
            "@name",
            "$AAPL",
            "$BTC ",
            "<b>",
            "<",
            ">",
            "shit",
            "f.u.c.k",
        ),
        *(
            FAMILY,
            "🇩🇪",
            "👍🏽",
            "1️⃣",
            "é",
            "e\u0301",
            "न्दी",
            "ภาษาไทย",
            "日本語です。",
            "안녕",
            "العربية",
        ),
        *(
            "\n",
            "\n\n",
            " ",
            "\u200d",
            "\u202e",
            "\ufeff",
            "\x00",
            "\uffff",
            "\ud800",
            "…",
            "“",
            "crypto",
        ),
        *("Dick Cheney", "a" * 300, "b-" * 150, "x " * 1200, "漢" * 300, "😀" * 150),
    ]
)
TEXTS = st.one_of(
    st.text(max_size=80),
    st.lists(_PIECES, max_size=12).map("".join),
    st.lists(_PIECES, max_size=12).map(" ".join),
)
DRAFTS = st.builds(
    Draft,
    hook=TEXTS,
    caption=TEXTS,
    hashtags=st.lists(TEXTS, max_size=8).map(tuple),
    title=TEXTS,
)
POLICIES = st.builds(
    WritingPolicy,
    banned_words=st.sampled_from([(), ("crypto",), ("word", "sentence one"), ("",)]),
    profanity=st.sampled_from(ProfanityPolicy),
    default_hashtags=st.sampled_from([(), ("Client", "#deep work", "crypto")]),
    most_hashtags=st.integers(0, 30),
)


def _draft(caption: str, *hashtags: str, title: str = "A title", hook: str = "A hook") -> Draft:
    return Draft(hook=hook, caption=caption, hashtags=hashtags, title=title)


@PLATFORMS
@settings(max_examples=60)
@given(draft=DRAFTS, policy=POLICIES)
def test_any_draft_comes_out_as_the_platform_takes_it(
    platform: PlatformName, draft: Draft, policy: WritingPolicy
) -> None:
    copy = fit(draft, platform, policy)
    assert problems(copy) == []
    assert len(copy.hashtags) <= min(policy.most_hashtags, RULES[platform].usual_hashtags)
    assert bool(copy.title) == (platform is PlatformName.YOUTUBE)
    assert clean(copy.text) == copy.text
    again = fit(_draft(copy.caption, *copy.hashtags, title="", hook=""), platform, policy)
    assert again.caption == copy.caption


@settings(max_examples=120)
@given(text=TEXTS, room=st.integers(0, 60))
def test_a_cut_never_parts_a_word_or_what_a_reader_takes_for_one_character(
    text: str, room: int
) -> None:
    text = clean(text)
    short = cut(text, room, len)
    assert len(short) <= room or short == text
    kept = short.removesuffix("…").rstrip()
    assert text.startswith(kept)
    rest = text[len(kept) :]
    if kept and rest:
        graphemes = {found.end() for found in regex.finditer(r"\X", text)}
        assert len(kept) in graphemes
        both = (
            regex.search(r"[\p{Latin}\p{Nd}#@$*]$", kept),
            regex.match(r"[\p{Latin}\p{Nd}]", rest),
        )
        assert not all(both)


@PLATFORMS
def test_what_fits_is_left_as_it_was_drafted(platform: PlatformName) -> None:
    copy = fit(_draft("Nobody asked. I did.", "sleep"), platform)
    assert (copy.caption, copy.hashtags, copy.trimmed) == ("Nobody asked. I did.", ("sleep",), ())
    assert copy.text == "Nobody asked. I did.\n\n#sleep"


@pytest.mark.parametrize(
    ("platform", "text", "refused"),
    [
        (PlatformName.TIKTOK, "😀" * 1_100, False),
        (PlatformName.TIKTOK, "😀" * 1_101, True),
        (PlatformName.INSTAGRAM, "😀" * 2_200, False),
        (PlatformName.INSTAGRAM, "a" * 2_201, True),
        (PlatformName.YOUTUBE, "é" * 2_500, False),
        (PlatformName.YOUTUBE, "é" * 2_501, True),
        (PlatformName.X, "漢" * 140, False),
        (PlatformName.X, "漢" * 141, True),
    ],
)
def test_each_platform_counts_in_its_own_unit(
    platform: PlatformName, text: str, refused: bool
) -> None:
    title = "T" if platform is PlatformName.YOUTUBE else ""
    copy = PostCopy(platform=platform, title=title, caption=text, hashtags=())
    assert bool(problems(copy)) is refused


@pytest.mark.parametrize(
    ("copy", "said"),
    [
        (("instagram", "", "a", tuple("abcdef")), "6 hashtags; Instagram takes 5"),
        (("instagram", "", "#a #b #c", ("d", "e", "f")), "6 hashtags"),
        (("instagram", "", "@a " * 21, ()), "21 mentions; Instagram takes 20"),
        (("youtube", "", "a", ()), "wants a title"),
        (("youtube", "t" * 101, "a", ()), "title has 101 characters"),
        (("youtube", "a < b", "a", ()), "angle brackets"),
        (("youtube", "a", "<b>", ()), "angle brackets"),
        (("x", "", "see example.com", ()), "link"),
        (("x", "", "$AAPL and $TSLA", ()), "2 cashtags; X takes 1"),
        (("x", "title", "a", ()), "no title"),
        (("tiktok", "", "a", ("two words",)), "no hashtag"),
        (("tiktok", "", "\ud800", ()), "cannot be sent"),
    ],
)
def test_what_would_be_refused_is_named(
    copy: tuple[str, str, str, tuple[str, ...]], said: str
) -> None:
    platform, title, caption, hashtags = copy
    found = problems(
        PostCopy(platform=PlatformName(platform), title=title, caption=caption, hashtags=hashtags)
    )
    assert len(found) == 1
    assert said in found[0]


def test_a_long_caption_ends_after_a_sentence_with_its_hashtags_whole() -> None:
    caption = " ".join(f"Sentence number {at} says something of its own." for at in range(9))
    copy = fit(_draft(caption, "alpha", "beta", "gamma"), PlatformName.X)
    assert copy.caption.endswith("of its own.")
    assert copy.hashtags == ("alpha", "beta")
    assert copy.trimmed == (
        "Hashtags left out: gamma.",
        f"The caption had {len(caption)} weighted characters; 266 fit.",
    )


def test_a_caption_without_sentences_ends_after_a_word() -> None:
    copy = fit(_draft("several words " * 40), PlatformName.X)
    assert regex.fullmatch(r"(several words )*several( words)?…", copy.caption)
    assert len(copy.caption) > 260


def test_a_script_without_spaces_is_cut_between_its_characters() -> None:
    copy = fit(_draft("漢字" * 200), PlatformName.X)
    assert copy.caption == "漢字" * 69 + "漢…"


def test_one_endless_word_is_left_out_rather_than_cut() -> None:
    copy = fit(_draft("w" * 3_000, title="t" * 200, hook="A hook"), PlatformName.YOUTUBE)
    assert (copy.title, copy.caption) == ("A hook", "w" * 3_000)
    assert fit(_draft("w" * 300), PlatformName.X).caption == ""


def test_hashtags_at_the_end_of_a_caption_join_the_others_and_those_within_become_words() -> None:
    copy = fit(
        _draft("My #first try at #1. #work #sleep", "sleep", "deep work"), PlatformName.TIKTOK
    )
    assert copy.caption == "My first try at #1."
    assert copy.hashtags == ("sleep", "DeepWork", "work")


def test_a_client_s_own_hashtags_come_first_and_each_once() -> None:
    policy = WritingPolicy(default_hashtags=("#Acme",), most_hashtags=2)
    assert fit(_draft("a", "b2b", "ACME", "c"), PlatformName.TIKTOK, policy).hashtags == (
        "Acme",
        "b2b",
    )


@pytest.mark.parametrize(
    ("policy", "caption"),
    [
        (ProfanityPolicy.MASK, "What a s*** day. It ended well."),
        (ProfanityPolicy.LEAVE_OUT, "It ended well."),
        (ProfanityPolicy.ALLOW, "What a shit day. It ended well."),
    ],
)
def test_profanities_go_the_way_the_client_chose(policy: ProfanityPolicy, caption: str) -> None:
    drafted = _draft("What a shit day. It ended well.", "shitshow", "day")
    copy = fit(drafted, PlatformName.TIKTOK, WritingPolicy(profanity=policy))
    assert copy.caption == caption
    assert ("shitshow" in copy.hashtags) is (policy is ProfanityPolicy.ALLOW)


def test_a_cut_that_makes_a_name_profane_is_masked() -> None:
    filler = "several words " * 18
    copy = fit(_draft(f"{filler}we all saw Dick Cheney there and then some"), PlatformName.X)
    assert "Dick…" not in copy.caption


def test_sentences_and_hashtags_with_a_banned_word_are_left_out() -> None:
    policy = WritingPolicy(banned_words=("get rich quick", "Crypto", "ass"))
    drafted = _draft(
        "It works. Get rich  quick with it! First class.", "cryptonews", "class", title="CRYPTO now"
    )
    copy = fit(drafted, PlatformName.YOUTUBE, policy)
    assert copy.caption == "It works. First class."
    assert copy.hashtags == ("class",)
    assert copy.title == "A hook"
    assert any("may not be written" in note for note in copy.trimmed)


@pytest.mark.parametrize(
    ("banned", "caption", "kept"),
    [
        ("guru", "Ask the gurus. Or the guru's book. Ask me.", "Ask me."),
        ("死", "今日は死について話す。明日は海。", "明日は海。"),
    ],
)
def test_a_word_is_banned_in_its_plural_and_in_scripts_without_spaces(
    banned: str, caption: str, kept: str
) -> None:
    policy = WritingPolicy(banned_words=(banned,))
    copy = fit(_draft(caption, "死亡", "guru"), PlatformName.INSTAGRAM, policy)
    assert copy.caption == kept
    assert len(copy.hashtags) == 1


def test_a_caption_that_is_wholly_banned_gives_way_to_the_hook() -> None:
    copy = fit(_draft("All crypto."), PlatformName.TIKTOK, WritingPolicy(banned_words=("crypto",)))
    assert copy.caption == "A hook"


def test_without_a_word_that_may_be_written_a_required_title_is_still_there() -> None:
    empty = Draft(hook="", caption="", title="!!!")
    assert fit(empty, PlatformName.YOUTUBE).title == "Clip"
    assert problems(fit(empty, PlatformName.YOUTUBE)) == []


def test_angle_brackets_look_alike_on_youtube_and_stay_elsewhere() -> None:
    assert fit(_draft("a < b"), PlatformName.YOUTUBE).caption == "a ‹ b"
    assert fit(_draft("a < b"), PlatformName.TIKTOK).caption == "a < b"


def test_links_are_left_out_on_x_alone() -> None:
    text = "Read https://example.org/x and Booking.com."
    assert fit(_draft(text), PlatformName.X).caption == "Read and Booking dot com."
    assert fit(_draft(text), PlatformName.YOUTUBE).caption == text


def test_supernumerary_mentions_and_cashtags_lose_their_sign() -> None:
    many = " ".join(f"@user{at}" for at in range(22))
    assert fit(_draft(many), PlatformName.INSTAGRAM).caption.endswith("@user19 user20 user21")
    assert fit(_draft("$AAPL or $TSLA"), PlatformName.X).caption == "$AAPL or TSLA"


def test_cleaning_takes_what_nobody_sees_and_keeps_what_scripts_need() -> None:
    england = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
    persian = "می\u200cخواهم"
    text = f"a\u202eb\ufeff\x00 {FAMILY} {england} {persian}\r\n\r\n\r\ne\u0301\t!"
    assert clean(text) == unicodedata.normalize("NFC", f"ab {FAMILY} {england} {persian}\n\né !")
