"""Claude, behind one door: every call is within budget, booked and remembered.

``question`` and ``door`` are what callers need; the rest is how it is done.
"""

from clipping.claude.door import Books, Door, Entry
from clipping.claude.question import Block, Question, Reply, Usage

__all__ = ["Block", "Books", "Door", "Entry", "Question", "Reply", "Usage"]
