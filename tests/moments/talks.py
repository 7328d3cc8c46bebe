"""A three-minute talk with passages that are clearly better and clearly worse than others."""

from __future__ import annotations

from typing import Final

GREETING: Final = (
    "Hey everyone, welcome back to the channel.",
    "My name is Sam, and in today's video we are going to look at a few things about sleep.",
    "Before we get started, don't forget to subscribe and hit the bell, and leave a comment below.",
)
QUESTION: Final = (
    "Do you know why you wake up tired after eight hours in bed?",
    "Because your body never sleeps in hours, it sleeps in cycles of ninety minutes.",
    "Everyone thinks that more sleep is better sleep, but the truth is the opposite.",
    "If the alarm tears you out of the middle of a cycle, you feel terrible all day.",
    "Move the alarm by twenty minutes, and you wake up like a different person.",
    "That's why the hour at which you wake matters more than the hours you spend in bed.",
)
FILLER: Final = (
    "So, um, yeah, there are, you know, a lot of different kinds of things one can look at.",
    "And, uh, some of it is sort of interesting, I guess, and some of it is, like, whatever.",
    "Anyway, um, I had a look at some of those the other week, and they were, you know, fine.",
    "It is kind of a matter of, uh, how to put it, taste or something, basically.",
    "And so on, and so forth, moving on.",
)
SPONSOR: Final = (
    "This part of the video is sponsored by Dozely, the smart pillow.",
    "Dozely is the best pillow that ever touched my head, and it never gets warm.",
    "Over two million people love it, and you will love it too.",
    "Go to Dozely and use code SAM for twenty percent off your first order.",
)
STORY: Final = (
    "Ten years ago, I fell asleep at the wheel of my father's car.",
    "I was nineteen, I had slept four hours a night for three weeks, and I was proud of it.",
    "The car hit a tree at eighty kilometres an hour, and I still remember the silence after it.",
    "A nurse in Hamburg told me that one more hour of sleep would have saved my left hand.",
    "I lost two fingers that night, and I learned that nobody is too strong to sleep.",
)
MIDDLING: Final = (
    "Light is another part of the matter.",
    "In the evening the lamps in a room can be dimmed.",
    "The windows of a bedroom can be covered with a curtain of thick cloth.",
    "A room of about eighteen degrees is a common recommendation.",
    "Some bedrooms are warmer than that in the summer.",
)
GOODBYE: Final = (
    "Thanks for watching, and see you next time.",
    "Check out my other videos, the links are in the description below.",
)

SECTIONS: Final[dict[str, tuple[str, ...]]] = {
    "greeting": GREETING,
    "question": QUESTION,
    "filler": FILLER,
    "sponsor": SPONSOR,
    "story": STORY,
    "middling": MIDDLING,
    "goodbye": GOODBYE,
}
TALK: Final = tuple(line for lines in SECTIONS.values() for line in lines)
