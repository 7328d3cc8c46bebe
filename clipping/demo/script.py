"""The words of the demo talk, line by line, with the silence that follows each.

The talk is written to give every stage something to do: claims, questions with answers, numbers,
names, contrast, a small story, a punch line that refers back to the opening, one housekeeping
passage that nobody would clip, and one mild profanity well inside a passage. Every word is in the
CMU pronouncing dictionary, numbers are spelled out, so forced alignment knows all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

CLAUSE_PAUSE_MS = 200
"""Silence at a clause mark ``|`` inside a line."""


@dataclass(frozen=True)
class Line:
    """One sentence; ``|`` marks where the speaker breathes. The pause follows the sentence."""

    text: str
    pause_ms: int

    @property
    def clauses(self) -> tuple[str, ...]:
        """What is spoken in one breath, in order, without the marks."""
        return tuple(part.strip() for part in self.text.split("|"))


TALK: tuple[Line, ...] = (
    Line("The most expensive word in business| is the word later.", 420),
    Line("In my first year,| I said it four hundred times.", 360),
    Line("We will fix the price later.", 300),
    Line("We will call the customer later.", 420),
    Line("And do you know what later costs?", 480),
    Line("It cost me ninety thousand dollars,| and my best friend.", 700),
    Line("Before I go on,| a quick note.", 320),
    Line("The slides are online,| and lunch is at noon.", 700),
    Line("Now let me tell you about Rosa.", 360),
    Line("Rosa runs a tiny bakery in Boston,| with one oven and seven chairs.", 420),
    Line("One day she asked every person in line| a single question.", 360),
    Line("Why did you really come here?", 480),
    Line("Guess what they said.", 380),
    Line("Not the bread.", 320),
    Line("Sixty percent said the smell!", 420),
    Line("So she opened the windows,| and in three months| her sales doubled.", 420),
    Line("And I thought,| shit,| I never asked anybody anything.", 700),
    Line("Why do smart people wait?", 460),
    Line("Because waiting feels safe,| and asking feels dangerous.", 380),
    Line("It is exactly the other way around.", 400),
    Line("Nobody loses a company| in one bad meeting.", 360),
    Line("You lose it in a thousand quiet afternoons.", 440),
    Line("If you ask today,| the worst answer is no.", 380),
    Line("If you ask next year,| the worst answer is too late.", 700),
    Line("Last night,| after eleven years,| I finally called my best friend.", 400),
    Line("I asked him| if he could ever forgive me.", 480),
    Line("Then came a long silence.", 460),
    Line("Then he laughed, and he said,| can I tell you later?", 700),
)
