"""The moments that Claude chooses: it points at sentences, and everything else is ours."""

from clipping.moments.claude.detector import ClaudeDetector, Models

__all__ = ["ClaudeDetector", "Models"]
