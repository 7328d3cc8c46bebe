"""Words and hooks that captions have to survive, shared by the tests of this folder."""

from __future__ import annotations

from hypothesis import strategies as st

from clipping.models import ClipWord

LONG = "Donaudampfschifffahrtsgesellschaftskapitän"
URL = "https://www.example.com/a/very/long/path/to/page?id=12345&x=1"

SENTENCES = {
    "english": "And so my fellow Americans, ask not what your country can do",
    "one letter": "I",
    "long german word": f"Der {LONG} spricht",
    "url": f"Visit {URL} now",
    "masked": "that is f*** great",
    "emoji": "funny 😂🔥 👨‍👩‍👧 ❤️ 👍🏽 🇩🇪 1️⃣ ok",
    "arabic": "مرحبا بكم في قناتنا على YouTube اليوم 2025!",
    "arabic with marks": "مُحَمَّد كيف تصبح مليونيراً في عام",
    "persian with joiner": "می‌خواهم پاکستان",
    "hebrew": "שלום לכולם, היום נדבר על iPhone 15 (חדש).",
    "hebrew points": "שָׁלוֹם עֲלֵיכֶם",
    "japanese words": "今日 は とても いい 天気 です ね。",
    "japanese line": "日本で一番大切なことは何ですか？本当に知りたいです",
    "two kanas": "これはペンですノートとすペ",
    "japanese and latin": "新しい iPhone を YouTube で 見た",
    "chinese": "我们今天来谈谈人工智能的未来发展方向和挑战",
    "korean": "안녕하세요 여러분 오늘은 좋은 날입니다",
    "korean and signs": "첀'S 한{국} (오늘)",
    "hindi": "नमस्ते दोस्तों, आज हम क्षमता की बात करेंगे।",
    "thai": "สวัสดีครับวันนี้เราจะมาพูดคุยเรื่องเทคโนโลยี",
    "greek and cyrillic": "Καλημέρα σας! Привет, друзья",
    "two alphabets in a word": "АVТОVАЗ T-банк",
    "vietnamese": "Xin chào các bạn, hôm nay trời đẹp quá",
    "stacked marks": "Z̴̧̢͎̮̑̈́͝a̷̛͚l̶̡͠g̸o here",
    "tags": r"{\b1}bold {\pos(0,0)} \N \h \n a\{b}c \\ {",
    "mathematical letters": "𝐇𝐞𝐥𝐥𝐨 𝓌𝑜𝓇𝓁𝒹",
    "narrow and wide": "iiiiiiiiiiiiiiiiiiiiiiiiiiiiii WWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    "five hundred letters": "a" * 500,
    "long chinese and latin": "漢字" * 40 + "abcdef" * 20,
    "long arabic word": "أفاستسقيناكموهاأفاستسقيناكموها",
}


def spoken(sentence: str, *, word_ms: int = 300, gap_ms: int = 20) -> list[ClipWord]:
    """A sentence as clip words of equal length, split at spaces."""
    step = word_ms + gap_ms
    return [
        ClipWord(text=text, start_ms=index * step, end_ms=index * step + word_ms)
        for index, text in enumerate(sentence.split(" "))
    ]


_SAMPLES = [word for sentence in SENTENCES.values() for word in sentence.split(" ")]

any_text = st.one_of(
    st.text(max_size=40),
    st.text(alphabet=st.characters(categories=["L", "M", "N", "P", "S"]), max_size=30),
    st.sampled_from(_SAMPLES),
    st.lists(st.sampled_from(_SAMPLES), min_size=2, max_size=3).map("".join),
)


@st.composite
def clip_words(draw: st.DrawFn) -> list[ClipWord]:
    """Words in order that never overlap; gaps from none to a long silence, words from 0.1 s."""
    at_ms = draw(st.integers(0, 800))
    words: list[ClipWord] = []
    for text in draw(st.lists(any_text, min_size=1, max_size=8)):
        length_ms = draw(st.integers(100, 900))
        speaker = draw(st.sampled_from([None, "A", "B"]))
        words.append(ClipWord(text=text, start_ms=at_ms, end_ms=at_ms + length_ms, speaker=speaker))
        at_ms += length_ms + draw(st.sampled_from([0, 0, 10, 90, 200, 400, 700, 2000]))
    return words
