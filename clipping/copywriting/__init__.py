"""The words beside a clip: drafted from its own words, and fitted to each platform."""

from clipping.copywriting.checking import problems
from clipping.copywriting.drafting import Commission, write_locally, write_words
from clipping.copywriting.fitting import fit
from clipping.copywriting.local import write

__all__ = ["Commission", "fit", "problems", "write", "write_locally", "write_words"]
