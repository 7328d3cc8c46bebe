"""The English word lists behind the text signals: phrases in lower case, without punctuation.

``phrase*0.5`` counts half. Lists are short on purpose: a phrase belongs here when a passage that
holds it is more often worth watching (or, for ``housekeeping`` and ``filler``, less often).
"""

from __future__ import annotations

from typing import Final


def phrases(listing: str) -> frozenset[tuple[str, ...]]:
    """Comma-separated phrases as tuples of words."""
    return frozenset(tuple(phrase.split()) for phrase in listing.split(","))


PHRASES: Final[dict[str, str]] = {
    "claim": """
        never, always, nobody, no one, everyone*0.5, everybody*0.5, every single, impossible,
        we choose*0.8, we shall*0.6, we will*0.4, we must*0.4, let us*0.6, i refuse,
        we intend*0.5, the only*0.8, the best, the worst, the biggest, the greatest,
        the most important, the hardest, the number one, the single*0.7, the real reason,
        the reason why*0.7, the reason is*0.7, the truth is, the truth about, here is the truth,
        the fact is, the problem is, the secret, the key is, the key to, the mistake,
        biggest mistake, a mistake*0.7, wrong*0.7, a lie, a myth, proven*0.7, guarantee,
        guaranteed, i promise, must*0.6, you need to*0.6, you have to*0.5, you should*0.6,
        you cannot*0.6, you can't*0.6, stop*0.4, most people, what matters, matters more,
        nothing to do with, changes everything, changed everything, changed my life,
        change your life, game changer, it all comes down to, there is no, there's no*0.8,
        the difference between, far more*0.6, more important than, better than*0.6,
        worse than*0.6, not one*0.6, without exception, i believe*0.6, i am convinced,
        i'm convinced, destroys*0.7, kills*0.7, the opposite, no matter*0.6, here's the thing,
        here is the thing, period*0.3, ask not, let every nation*0.6, will never, should never,
        the hard truth, the whole point
    """,
    "emotion": """
        love*0.6, loved*0.6, hate, hated, afraid, fear, scared, terrified, terrifying, frightened,
        cry, crying, cried, tears, angry, anger, furious, rage, shocked, shocking, amazing*0.6,
        incredible, incredibly*0.6, insane, crazy*0.7, unbelievable, heartbreaking, heartbroken,
        broke my heart, proud, ashamed, shame, embarrassed, embarrassing, humiliated, regret,
        pain, painful, hurt*0.7, suffer, suffered, suffering, die, died, dying, death, dead,
        killed, lost everything, happy*0.6, happiest, joy, excited*0.6, exciting*0.6,
        beautiful*0.6, horrible, terrible, awful, disgusting, wonderful*0.6, miracle, desperate,
        desperately, lonely, alone*0.6, dream*0.6, nightmare, laughed, laughing, hilarious,
        funny*0.7, wow, oh my god, panic, panicked, grateful, thankful, broke down, disaster,
        disastrous, hopeless, hope*0.5, betrayed, betrayal, worried*0.6, anxious, nervous,
        courage, brave, freedom*0.5, tragic, tragedy, devastated, devastating, stunned, screamed,
        screaming, trembling, shaking, thrilled, surprised*0.6, surprise*0.5, furiously,
        passion*0.6, forgive, forgave, sorry*0.4, worst day, best day, hugged, burst into
    """,
    "contrast": """
        but*0.5, but because, however*0.8, actually*0.6, instead*0.8, turns out, turned out,
        yet*0.4, although*0.6, even though*0.7, everyone thinks, everybody thinks,
        most people think, people think, people believe, you would think, you'd think,
        you might think, we think*0.4, we are told, we're told, they tell you, not because,
        rather than*0.7, on the contrary, the opposite, in fact*0.7, in reality, despite*0.7,
        except*0.5, whereas*0.7, until*0.5, except that*0.8, no longer*0.6, used to*0.4,
        on the other hand*0.7, not what, ironically, the irony, contrary to, it isn't*0.5,
        it is not*0.5, it's not*0.5, surprisingly, unlike*0.6, and yet
    """,
    "story": """
        when i was, when we were, i remember, i'll never forget, i will never forget, one day,
        one night, one morning, years ago, months ago, weeks ago, days ago, the day*0.6,
        last year, last week, last night, last month, the first time, the last time, there was a,
        there was this, once upon, and then*0.6, suddenly, all of a sudden, he said*0.7,
        she said*0.7, i said*0.7, they said*0.5, told me*0.8, asked me*0.8, called me*0.8,
        looked at me, that night, that morning, that day*0.7, what happened, it happened,
        at the time*0.5, back then, back in*0.5, grew up, growing up, a story, the story,
        my father*0.7, my mother*0.7, my dad*0.7, my mom*0.7, my son*0.7, my daughter*0.7,
        my wife*0.7, my husband*0.7, my boss*0.7, i was*0.3, we were*0.3, i walked, i went*0.5,
        i decided, i quit, i found*0.5, i met, the next day, the next morning, a year later,
        years later, months later, weeks later, days later, hours later, two years, at first*0.5,
        in the middle of*0.4
    """,
    "list": """
        first of all, firstly, secondly, thirdly, the first thing, the second thing,
        the third thing, the first one*0.7, the second one*0.7, the third one*0.7, number one,
        number two, number three, step one, step two, step three, two things, three things,
        four things, five things, two reasons, three reasons, three steps, three ways,
        three rules, two rules, rule number, here is how, here's how, the next step*0.7, lastly,
        the first is*0.7, the second is*0.7, the third is*0.7
    """,
    "payoff": """
        that's why, that is why, this is why, that's how, that is how, that's what*0.6,
        that is what*0.6, that's when*0.7, that was when*0.7, which means*0.7, the point is,
        the lesson, the moral, in the end, at the end of the day, ultimately, the bottom line,
        the takeaway, i learned, we learned, i've learned, i have learned, i realized, i realised,
        we realized, it taught me, taught me, therefore*0.6, the answer is, the answer was,
        turns out*0.8, turned out*0.8, and it worked, it worked*0.7, changed everything,
        changed my life, to sum up, in short, in other words*0.5, remember this*0.8, never again,
        ever since, from that day, from then on, to this day, so if you*0.5,
        that was the moment*0.8, so the next time, next time you, and nothing*0.5,
        that's the difference, that is the difference, that's the whole,
        that made all the difference, and that changed, i never*0.6
    """,
    "address": """
        you*0.5, your*0.5, you're*0.5, yourself, yours*0.5, you've*0.5, you'll*0.5, imagine,
        picture this, think about it, think about, ask yourself, let me tell you, let me ask you,
        listen*0.6, trust me, believe me, try this, my fellow, my friends*0.6,
        ladies and gentlemen*0.4
    """,
    "filler": """
        um, uh, er, erm, uhm, hmm, mhm, you know*0.7, i mean*0.7, sort of*0.7, kind of*0.7,
        like i said, basically*0.6, stuff like that, and stuff, and so on*0.6, and so forth*0.6,
        whatever*0.7, anyway*0.6, anyways, i guess*0.6, blah, or something*0.7, or whatever,
        let me see, let's see, where was i, what else, so yeah, yeah so, okay so*0.7, alright*0.5,
        all right*0.4, as i said*0.6, i don't know*0.4, what was i saying, moving on*0.7,
        that kind of thing, things like that*0.7
    """,
    "housekeeping": """
        welcome back, welcome to*0.6, welcome to the, welcome to my, hi everyone, hi everybody,
        hey everyone, hello everyone, hi guys, hey guys, hello guys, hello and welcome,
        hi and welcome, what's up guys, what is up guys, hello friends, good morning everyone,
        good evening everyone, subscribe, subscribed, subscribing, subscribers, smash that,
        like button, hit the like, hit like, give it a like, thumbs up, hit the bell,
        ring the bell, notification bell, turn on notifications, leave a comment,
        leave me a comment, comment below, comments below, in the comments, comment section,
        in the description, description below, link below, links below, the show notes,
        follow me on, follow us on, check out my, check out our, share this video, patreon,
        my channel, our channel, this channel, to the channel, before we start, before we begin,
        before we get started, before i start, before i begin, without further ado,
        let's get started, let's get into it, let's dive in, let's jump in, let's jump right in,
        thanks for watching, thank you for watching, thanks for listening,
        thank you for listening, thanks for tuning in, thank you for tuning in,
        thanks for having me, thank you for having me, thanks for coming, thank you for coming,
        thanks so much for watching, thanks so much for listening, thanks so much for coming,
        thanks so much for having, thank you so much for watching, thank you so much for listening,
        thank you so much for coming, thank you so much for having, thank you very much for coming,
        thank you very much for listening, thank you very much for watching,
        thank you all for coming, see you next time, see you next week, see you in the next,
        i'll see you, catch you in the next, in today's video, in this video, in today's episode,
        in this episode, in the next video, my next video, next slide, can you hear me,
        can everyone hear, can everybody hear, is this on, is the microphone, mic check,
        see my screen, share my screen, sharing my screen, housekeeping, take questions,
        questions at the end,
        coffee break, lunch break, restrooms, the slides are, bye bye, bye guys, stick around,
        stay tuned, after the break, right after this, last week's video, hope you enjoyed,
        my name is*0.6, the recording*0.5
    """,
    "sponsor": """
        today's sponsor, our sponsor, our sponsors, the sponsor, sponsor of, sponsored by,
        sponsoring this, brought to you by, promo code, discount code, coupon code, coupon,
        use code, use my code, use the code, with code, percent off, % off, off your first,
        free trial, sign up at, sign up today, sign up for, head over to, go to the link,
        dot com slash, our partners at, our friends at, partnered with, first month free,
        free shipping, money back guarantee, limited time, exclusive offer, exclusive deal,
        terms apply, click the link, the first link, download the app, available now at, affiliate,
        supported by*0.9, support for this, support for the show, at checkout, with the code,
        nights for free
    """,
}
"""Signal name to phrases; ``phrase*weight``, weight 1 unless given."""

SPONSOR_OPENERS: Final = phrases(
    """
        sponsor, sponsors, sponsored by, our sponsor, brought to you, supported by,
        support for this, partnered with
    """
)
"""Words with which a sponsor's message begins: what was said before is none of it."""

QUESTION_OPENINGS: Final = phrases(
    """
        what is, what are, what do, what does, what did, what if, what happens, what happened to,
        what would, what makes, what about, what can, what should, what was, what were, what has,
        what kind of, what's, why do, why does, why did, why is, why are, why would, why not,
        why can't, why don't, why was, why should, why have, why were, how do, how does, how did,
        how many, how much, how can, how come, how would, how is, how are, how long, how often,
        how could, how should, how about, who is, who are, who was, who would, who wants,
        who here, who knows, who has, who can, who's, when do, when did, when does, when is,
        when will, where do, where did, where does, where is, where are, which one, which of,
        do you, did you, does it, does he, does she, do we, do they, does anyone, does anybody,
        have you, has anyone, has anybody, are you, are we, are they, is it, is there, is this,
        is that, can you, can we, can i, could you, would you, will you, should you, should we,
        should i, isn't it, isn't that, aren't you, don't you, didn't you, wouldn't you,
        guess what, ever wondered, ever wonder
    """
)
"""How a question opens when nobody wrote a question mark."""

TAG_QUESTIONS: Final[frozenset[str]] = frozenset(
    {
        *("right", "okay", "ok", "you know", "huh", "eh", "yeah", "see", "really", "no", "alright"),
        *("isn't it", "all right", "you know what i mean", "know what i mean", "get it", "what"),
        *("where was i", "what was i saying", "what else", "is this on", "can you hear me"),
        *("can everyone hear me", "is the microphone on", "any questions", "does that make sense"),
    }
)
"""Questions that ask nothing."""

DANGLING_OPENINGS: Final[dict[tuple[str, ...], float]] = {
    tuple(opening.split()): severity
    for severity, openings in (
        (0.0, "no one|no matter|no more|too many|too much|too often|those who|or else|same old"),
        (1.0, "because|'cause|cause|cuz|that's why|that is why|which|whose|as a result|therefore"),
        (0.9, "he|she|him|her|they|them|their|theirs|he's|she's|they're|he'd|she'd|they'd|hers"),
        (0.9, "exactly|yes|yeah|yep|no|nope|absolutely|likewise|me too|of course"),
        (0.8, "thus|hence|otherwise|as i said|like i said|in other words|too|either|as well as"),
        (0.8, "or|nor|than|whereas|for example|for instance|such as|except|including|his"),
        (
            0.7,
            "it|its|it'll|that's|that was|those|these|secondly|thirdly|besides|that one|and that",
        ),
        (0.5, "and|but|also|then|another|instead|however|plus|this one|that|both|it's|the other"),
        (0.3, "it was|it is|it takes|it turns out|it turned out|this|they say|now then|there"),
        (0.1, "so|well|now|okay|ok|alright|right"),
    )
    for opening in openings.split("|")
}
"""Openings that lean on what was said before, and how badly (1: cannot be understood alone)."""

REPLIES: Final[frozenset[str]] = frozenset(
    {
        "yeah",
        "yes",
        "yep",
        "no",
        "nope",
        "wow",
        "okay",
        "ok",
        "right",
        "sure",
        "good",
        "great",
        "nice",
    }
    | {"exactly", "absolutely", "alright", "cool", "hmm", "mhm", "oh", "um", "uh", "well", "so"}
    | {"really", "true", "thanks", "totally", "definitely", "indeed", "interesting"}
)
"""Words of which whole sentences consist that only show that somebody listens."""

SETUPS: Final = phrases(
    """
        let me tell you, let me show you, let me give you, let me explain, i'll tell you,
        i will tell you, here is why, here's why, here is how, here's how, here is what,
        here's what, here's the thing, here is the thing, for example, the reason is, guess what,
        the first thing is, as follows, the question is, three things, two things, listen to this,
        imagine this, picture this
    """
)
"""Sentences that promise what comes next: a clip must not end on one."""

STORY_OPENERS: Final = phrases(
    """
        years ago, months ago, weeks ago, days ago, year ago, month ago, week ago, one day,
        one night, one morning, one evening, when i was, when we were, i remember, last year,
        last week, last month, last night, last summer, once upon, the first time, back in,
        i'll never forget, let me tell you, here's the thing, there was a, there was this
    """
)
"""Words that set the scene: a clip starts with them, not after them."""

DISCOURSE_MARKERS: Final[frozenset[str]] = frozenset(
    {
        "so",
        "but",
        "now",
        "and",
        "then",
        "well",
        "okay",
        "because",
        "however",
        "anyway",
        "also",
        "or",
    }
    | {
        "first",
        "second",
        "finally",
        "actually",
        "when",
        "if",
        "i",
        "we",
        "you",
        "he",
        "she",
        "they",
    }
    | {"it", "it's", "that's", "there", "there's", "this", "what", "why", "how", "let's", "i'm"}
)
"""Words that tend to open a sentence; used only where nobody wrote full stops."""

STRONG_MARKERS: Final[frozenset[str]] = frozenset(
    {"so", "but", "now", "well", "okay", "however", "anyway", "finally", "first", "second", "let's"}
)

HANGING: Final[frozenset[str]] = frozenset(
    {
        "a",
        "an",
        "the",
        "of",
        "to",
        "in",
        "on",
        "at",
        "for",
        "with",
        "from",
        "by",
        "and",
        "or",
        "but",
    }
    | {"my", "your", "his", "her", "our", "their", "its", "is", "are", "was", "were", "be", "that"}
    | {"than", "as", "if", "because", "so", "very", "not", "no", "i", "we", "he", "she", "they"}
    | {"um", "uh", "like", "which", "who", "when", "where", "this", "these", "into", "about", "i'm"}
)
"""Words after which a speaker has not finished, however long the pause."""

FUNCTION_WORDS: Final[frozenset[str]] = (
    HANGING
    | DISCOURSE_MARKERS
    | frozenset(
        {"you", "it", "me", "him", "us", "them", "have", "has", "had", "do", "does", "did", "will"}
        | {"would", "can", "could", "should", "just", "all", "there", "here", "been", "being", "am"}
        | {"one", "some", "any", "up", "out", "more", "what", "how", "why", "get", "got", "going"}
        | {"really", "thing", "things", "know", "think", "say", "said", "go", "went", "don't"}
        | {"can't", "i've", "i'd", "i'll", "you're", "you've", "we're", "we've", "that's", "yes"}
        | {"yeah", "okay", "ok", "every", "much", "many", "most", "only", "even", "over", "too"}
        | {"those", "after", "before", "while", "again", "ever", "own", "other", "such", "didn't"}
        | {"doesn't", "isn't", "wasn't", "won't", "wouldn't", "they're", "he's", "she's", "let"}
        | {"come", "came", "tell", "told", "see", "saw", "look", "take", "took", "give", "gave"}
        | {"put", "hello", "good", "like", "first", "second", "finally", "guess"}
        | {"make", "made", "want", "need", "way", "lot", "kind", "sort", "mean", "right", "maybe"}
    )
)
"""Words that carry no subject: left out of titles, and the mark by which English is known."""

NUMBER_WORDS: Final[frozenset[str]] = frozenset(
    {"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}
    | {"thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"}
    | {"thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "hundreds"}
    | {"thousand", "thousands", "million", "millions", "billion", "billions", "trillion", "percent"}
    | {"half", "twice", "double", "triple", "dozen", "dollars", "euros", "pounds", "zero"}
)
