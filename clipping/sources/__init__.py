"""What an operator names becomes a verified original."""

from clipping.sources.files import VerifiedSource, slugify, verify

__all__ = ["VerifiedSource", "slugify", "verify"]
