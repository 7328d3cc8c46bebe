"""What a platform would refuse in a post's words; the one place where platforms ask copywriting."""

from __future__ import annotations

from clipping.models import PlatformName, PostJob


def refused_words(job: PostJob, platform: PlatformName) -> list[str]:
    """Why the platform would not take the words of a post, a sentence each."""
    # Takes half a second to import, which only those who check should wait for.
    from clipping.copywriting import problems

    if job.words.platform is not platform:
        return [f"The words of the post were written for {job.words.platform}."]
    return problems(job.words)
