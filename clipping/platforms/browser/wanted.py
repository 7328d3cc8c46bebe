"""What a post wants of a page, and whether the page can do it: pure."""

from __future__ import annotations

from clipping.models import Disclosure, PostJob
from clipping.platforms.browser.tables import Table

_PUBLIC = "PUBLIC_TO_EVERYONE"
_DISCLOSURES = {
    "paid_partnership": "a paid partnership",
    "own_brand": "the account's own brand",
    "ai_generated": "what AI made",
}


def texts(job: PostJob) -> dict[str, str]:
    """What can be written, by name."""
    return {"text": job.words.text, "title": job.words.title}


def switches(job: PostJob) -> dict[str, bool]:
    """What can be on or off, by name."""
    told, agreed = job.disclosure, job.consent
    promotion = told.paid_partnership or told.own_brand
    return {
        "always_so": True,
        "paid_partnership": told.paid_partnership,
        "own_brand": told.own_brand,
        "ai_generated": told.ai_generated,
        "promotion": promotion,
        "anything_disclosed": promotion or told.ai_generated,
        "comments": agreed.allow_comments,
        "duets": agreed.allow_duet,
        "stitches": agreed.allow_stitch,
    }


def undisclosable(told: Disclosure, table: Table) -> list[str]:
    """What the page has no field for, a sentence each."""
    found = [
        what
        for name, what in _DISCLOSURES.items()
        if getattr(told, name) and name not in table.discloses
    ]
    if told.sponsors:
        found.append("who pays")
    unknown = f"{table.title}'s page in a browser has no field that is known for"
    return [f"{unknown} {what}." for what in found]


def refusals(job: PostJob, table: Table) -> list[str]:
    """Why the page cannot do it, a sentence each; empty when it can."""
    found = undisclosable(job.disclosure, table)
    if job.consent.privacy != _PUBLIC:
        found.append(
            f"Its owner agreed to {job.consent.privacy}, and a post in a browser is public."
        )
    if job.inbox:
        found.append("A browser leaves no drafts for the owner to post.")
    if not words_in_list(job, table):
        found.append(f"A post needs its {table.posts.shows}, by which it is known again.")
    return found


def words_in_list(job: PostJob, table: Table) -> str:
    """By which words the post is known again in the account's list."""
    words = job.words
    return words.title if table.posts.shows == "title" else words.text
