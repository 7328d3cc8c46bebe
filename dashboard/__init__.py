"""The operator's pages: what was clipped, how it was proven, and what was dropped and why."""
