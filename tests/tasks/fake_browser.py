"""What tests put in the place of a browser that uploads."""

from __future__ import annotations

from clipping.models import Account, AccountLimits, PostJob
from clipping.platforms.base import Access, Clock
from clipping.platforms.x import X


class QuietBrowser(X):
    """Asks nobody before an upload and knows no limit; what it does then is a test's own."""

    def check(self, job: PostJob, account: Account, limits: AccountLimits) -> list[str]:
        return []

    def limits(self, access: Access, clock: Clock) -> AccountLimits:
        return AccountLimits()

    def let_go(self, post_id: str) -> None:
        pass
