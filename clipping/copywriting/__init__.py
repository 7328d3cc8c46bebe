"""The words beside a clip: drafted from its own words, and fitted to each platform."""

from clipping.copywriting.checking import problems
from clipping.copywriting.fitting import fit
from clipping.copywriting.local import write

__all__ = ["fit", "problems", "write"]
