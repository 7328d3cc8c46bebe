"""Calls of Instagram's Graph API, and what it says of how much is left."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from clipping.errors import ClippingError
from clipping.models import Account, PostFile
from clipping.platforms import instagram_errors as errors
from clipping.platforms.base import Access
from clipping.platforms.exchange import Answer, NoAnswer, NotSent, Piece, ask, unanswered
from clipping.platforms.failures import UNANSWERED, FailureKind, failure
from clipping.platforms.instagram_media import MISSING

_UNREACHABLE: Final = "Instagram cannot be reached just now."
_UNREADABLE: Final = "Instagram answered in a form nobody knows."
_PAUSE_S: Final = 900.0
"""Where a pause is asked for and its length is not said: limits count by the hour."""
_BUSY: Final = ((95, 300.0), (80, 60.0))
"""From which percentage of a limit on calls are that far apart, in seconds."""


class Refused(Exception):
    """An answer that is none: ``error`` is ours, ``codes`` the platform's code and subcode.

    ``lost`` says that no answer came, or one of 500 and more, or one from somebody on the way: it
    may have happened.
    """

    def __init__(
        self, error: ClippingError, codes: tuple[int, int] = (0, 0), *, lost: bool = False
    ) -> None:
        super().__init__(str(error))
        self.error = error
        self.codes = codes
        self.lost = lost


class Graph:
    """The API at its two hosts, for accounts of either login.

    :param upload_url: How the addresses begin that bytes, with the account's token, may go to.
    """

    def __init__(
        self,
        facebook_url: str,
        instagram_url: str,
        upload_url: str,
        version: str,
        timeout_s: float,
    ) -> None:
        self._facebook_url = facebook_url
        self._instagram_url = instagram_url
        self.upload_url = upload_url
        self._version = version
        self._timeout_s = timeout_s

    def call(
        self,
        method: str,
        path: str,
        access: Access,
        *,
        query: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """The object that was answered; in it ``pause_s``, see :func:`pause_s`. Raises Refused."""
        host = self._instagram_url if is_by_instagram(access.account) else self._facebook_url
        try:
            answer = ask(
                method,
                f"{host}/{self._version}/{path}",
                headers={"Authorization": f"Bearer {access.token.get_secret_value()}"},
                query=query,
                form=form,
                proxy=access.proxy,
                timeout_s=self._timeout_s,
            )
        except NoAnswer as error:
            lost = not isinstance(error, NotSent)
            raise Refused(unanswered(error, _UNREACHABLE), lost=lost) from None
        said = answer.json()
        if answer.status >= 400 or "error" in said:
            raise _refused(answer, said)
        if not said:
            raise Refused(failure(FailureKind.RETRY_BACKOFF, _UNREADABLE), lost=True)
        return {**said, "pause_s": pause_s(answer.headers)}

    def read(self, path: str, access: Access, **query: str) -> dict[str, Any]:
        """What is at a path. Raises our error."""
        try:
            return self.call("GET", path, access, query=query)
        except Refused as refused:
            raise refused.error from None

    def container(self, container_id: str, access: Access) -> dict[str, Any]:
        """What a container says; its ``status_code`` is ``MISSING`` when it cannot be read."""
        fields = "status_code,status"
        if not is_by_instagram(access.account):
            fields += ",copyright_check_status,video_status"
        try:
            return self.call("GET", container_id, access, query={"fields": fields})
        except Refused as refused:
            if refused.codes[1] == errors.MISSING or refused.codes == errors.GONE:
                return {"status_code": MISSING}
            raise refused.error from None

    def send_file(self, url: str, file: PostFile, first: int, access: Access) -> None:
        """Send the file from its byte ``first`` on to a container's address. Raises our error."""
        try:
            answer = ask(
                "POST",
                url,
                headers={
                    # This host's own word for it.
                    "Authorization": f"OAuth {access.token.get_secret_value()}",
                    "Content-Type": "application/octet-stream",
                    "offset": str(first),
                    "file_size": str(file.size_bytes),
                },
                piece=Piece(file, first, file.size_bytes),
                proxy=access.proxy,
                timeout_s=self._timeout_s,
            )
        except NoAnswer as error:
            raise unanswered(error, _UNREACHABLE) from None
        said = answer.json()
        if answer.status < 400 and said.get("success") is True:
            return
        info = said.get("debug_info")
        if not isinstance(info, dict):
            raise _refused(answer, said).error
        if info.get("retriable") is False:
            code = str(info.get("type", ""))
            raise failure(
                FailureKind.PERMANENT_MEDIA, "Instagram does not take the file.", code=code
            )
        raise failure(FailureKind.RETRY_BACKOFF, "Instagram did not take the upload just now.")


def is_by_instagram(account: Account) -> bool:
    """Whether an account was connected by Instagram's own login, which can do less."""
    return account.login_path == "instagram"


def _refused(answer: Answer, said: Mapping[str, Any]) -> Refused:
    codes = errors.codes_of(said)
    if answer.status < 400 and codes == (0, 0):
        return Refused(failure(FailureKind.RETRY_BACKOFF, _UNREADABLE), lost=True)
    wait_s = pause_s(answer.headers) or _PAUSE_S
    # A code that Graph gives itself is an answer, whatever stands on its envelope.
    unsure = answer.status >= 500 or (codes == (0, 0) and answer.status in UNANSWERED)
    return Refused(errors.of_answer(answer.status, said, wait_s), codes, lost=unsure)


def pause_s(headers: Mapping[str, str]) -> float:
    """How far apart calls should be by the usage headers, in seconds; 0 for as close as one likes.

    ``X-Business-Use-Case-Usage`` and ``X-App-Usage`` (rate limiting page, 2026-06): percentages of
    what is allowed, and in how many minutes a refused caller is let in again.
    """
    pause = 0.0
    for usage in _usages(headers):
        regained = usage.pop("estimated_time_to_regain_access", 0)
        most = max((part for part in usage.values() if isinstance(part, int | float)), default=0)
        pause = max(pause, next((wait for percent, wait in _BUSY if most >= percent), 0.0))
        if isinstance(regained, int | float):
            pause = max(pause, 60.0 * regained)
    return pause


def _usages(headers: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for name in ("x-app-usage", "x-business-use-case-usage"):
        try:
            said = json.loads(headers.get(name, "{}"))
        except ValueError:
            continue
        if not isinstance(said, dict):
            continue
        parts = [[said]] if name == "x-app-usage" else said.values()
        for several in parts:
            if isinstance(several, list):
                yield from (dict(part) for part in several if isinstance(part, dict))
