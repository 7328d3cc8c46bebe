"""The YouTube Data API through Google's client: one exchange per call, our errors out.

The client builds every request from the description that comes bundled with it, and sends the parts
of an upload. Two steps are sent here, because it does not take them alone: it begins a session and
sends the first part in one call, and it probes a session and sends the next part in one call. So a
session could not be stored before its first byte, nor looked at without finishing it. Its own
``num_retries`` sends an empty body the second time (2.202.0), and its usual transport, httplib2,
sends a request again when the connection is lost; neither is used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from clipping.errors import NotInstalled
from clipping.platforms.exchange import NoAnswer, NotSent, ask, unanswered
from clipping.platforms.failures import FailureKind, failure
from clipping.platforms.quiet import hush
from clipping.platforms.youtube_errors import refusal

CHUNK_BYTES: Final = 8 * 1024 * 1024
"""A multiple of 256 KiB, which all parts but the last have to be."""
BATCH: Final = 50
"""So many videos can be asked for at once, and so many of a list come at once."""
URL: Final = "https://youtube.googleapis.com"
_TIMEOUT_S: Final = 120.0
_OF_THE_CLIENT: Final = ("user-agent", "accept")
"""Headers of Google's client that every exchange has already."""
_GONE: Final = (404, 410)
_UNREACHABLE: Final = "YouTube cannot be reached just now."
_UNKNOWN_FORM: Final = "YouTube answered in a form nobody knows."
_NO_CHANNEL: Final = b'{"error": {"errors": [{"reason": "youtubeSignupRequired"}]}}'


@dataclass(frozen=True)
class Progress:
    """How far an upload session is."""

    session: str = ""
    """Its address from now on."""
    stored_bytes: int = 0
    video: str = ""
    """The video's id once all bytes are there."""
    gone: bool = False
    """YouTube no longer knows the session."""


@dataclass(frozen=True)
class Api:
    """The API as one channel sees it.

    Every call raises what ``failures.failure`` makes.

    :param token: An access token; sent in a header, and nowhere else.
    :param proxy: The only way out, if there is one; none is taken from the environment.
    """

    token: SecretStr
    now: datetime
    proxy: str | None = field(default=None, repr=False)
    url: str = URL
    chunk_bytes: int = CHUNK_BYTES

    def begin(self, part: str, body: Mapping[str, Any], path: str, size_bytes: int) -> str:
        """The address of a new upload session; nothing of the file has been sent."""
        with (
            self._exchange() as transport,
            self._insertion(part, body, path, size_bytes) as request,
        ):
            headers = {
                **request.headers,
                "content-length": str(len(request.body.encode())),
                "X-Upload-Content-Type": "video/mp4",
                "X-Upload-Content-Length": str(size_bytes),
            }
            answer, content = transport.request(request.uri, "POST", request.body, headers)
            if answer.status != 200:
                raise refusal(answer.status, content, answer, now=self.now)
            return self._ours(answer.get("location", ""))

    def send(self, session: str, path: str, size_bytes: int, first: int, *, last: bool) -> Progress:
        """Send the part of the file that begins at ``first``.

        :param last: Whether it is the last one, with which the video exists.
        """
        with (
            self._exchange(armed=last) as transport,
            self._insertion("snippet", {}, path, size_bytes) as request,
        ):
            from googleapiclient.errors import HttpError

            request.resumable_uri = self._ours(session)
            request.resumable_progress = first
            try:
                _, video = request.next_chunk(http=transport, num_retries=0)
            except HttpError as error:
                if error.resp.status in _GONE:
                    return Progress(gone=True)
                raise
            if video is not None:
                return Progress(session, request.resumable.size(), video=str(video["id"]))
            return Progress(self._ours(request.resumable_uri), request.resumable_progress)

    def probe(self, session: str, size_bytes: int) -> Progress:
        """How far a session is; this sends nothing of the file."""
        headers = {"content-length": "0", "Content-Range": f"bytes */{size_bytes}"}
        with self._exchange() as transport:
            answer, content = transport.request(self._ours(session), "PUT", b"", headers)
            if answer.status in (200, 201):
                return Progress(session, size_bytes, video=str(json.loads(content)["id"]))
            if answer.status in _GONE:
                return Progress(gone=True)
            if answer.status != 308:
                raise refusal(answer.status, content, answer, now=self.now)
            stored = re.fullmatch(r"bytes=0-(\d+)", answer.get("range", ""))
            # Without that header, nothing has been stored.
            return Progress(
                self._ours(answer.get("location", session)), int(stored[1]) + 1 if stored else 0
            )

    def items(self, collection: str, **asked: Any) -> list[dict[str, Any]]:
        """What ``list`` of a collection gives for these parameters; costs a unit of the quota."""
        with self._exchange() as transport:
            request = _collection(collection).list(**asked)
            found = request.execute(http=transport, num_retries=0)
            if "items" not in found and "pageInfo" not in found:
                # An empty list says that it is one.
                raise ValueError
            return list(found.get("items", []))

    def uploads(self) -> list[dict[str, Any]]:
        """The channel's newest uploads, with what is said of them and their status."""
        channels = self.items("channels", part="contentDetails", mine=True)
        if not channels:
            raise refusal(401, _NO_CHANNEL, {}, now=self.now)
        with readable():
            playlist = channels[0]["contentDetails"]["relatedPlaylists"]["uploads"]
        listed = self.items(
            "playlistItems", part="contentDetails", playlistId=playlist, maxResults=BATCH
        )
        with readable():
            ids = ",".join(one["contentDetails"]["videoId"] for one in listed)
        return self.items("videos", part="snippet,status", id=ids) if ids else []

    @contextmanager
    def _insertion(
        self, part: str, body: Mapping[str, Any], path: str, size_bytes: int
    ) -> Iterator[Any]:
        """The client's request to insert this file as a video."""
        from googleapiclient.http import MediaFileUpload

        media = MediaFileUpload(
            path, mimetype="video/mp4", chunksize=self.chunk_bytes, resumable=True
        )
        videos = _collection("videos")
        try:
            if media.size() != size_bytes:
                raise OSError("another file than the one that was prepared")
            yield videos.insert(
                part=part, body=dict(body), notifySubscribers=False, media_body=media
            )
        finally:
            media.stream().close()

    @contextmanager
    def _exchange(self, *, armed: bool = False) -> Iterator[_Transport]:
        """Errors of the client, and of what it is made of, leave the block as ours.

        Without the originals, which hold addresses and what the server said.
        """
        _check_installed()
        from googleapiclient.errors import HttpError

        hush()
        try:
            yield _Transport(self.token, self.url, self.proxy)
        except HttpError as error:
            raise refusal(
                error.resp.status, error.content, error.resp, now=self.now, armed=armed
            ) from None
        except NotSent as error:
            raise unanswered(error, _UNREACHABLE) from None
        except NoAnswer:
            raise _lost(armed, _UNREACHABLE) from None
        except OSError:
            raise failure(
                FailureKind.PERMANENT_MEDIA, "The file of the post is missing or has changed."
            ) from None
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            # A page of a proxy, JSON that was cut off, fields that are not there.
            raise _lost(armed, _UNKNOWN_FORM) from None

    def _ours(self, session: str) -> str:
        """The address, if it is YouTube's: the token goes wherever it leads."""
        to, known = urlsplit(session), urlsplit(self.url)
        google = to.scheme == "https" and f".{to.hostname}".endswith(".googleapis.com")
        if google or (to.scheme, to.netloc) == (known.scheme, known.netloc):
            return session
        raise failure(
            FailureKind.RETRY_NEW_CONTAINER, "YouTube named no address of its own for the upload."
        )


class _Transport:
    """What Google's client asks through: no redirect is followed, nothing is sent twice."""

    def __init__(self, token: SecretStr, url: str, proxy: str | None) -> None:
        self._token = token
        self._url = url
        self._proxy = proxy

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> tuple[Any, bytes]:
        """As ``httplib2.Http.request``."""
        from httplib2 import Response

        content = body.read() if hasattr(body, "read") else body
        if uri.startswith(f"{URL}/"):
            uri = self._url + uri.removeprefix(URL)
        kept = {name: said for name, said in (headers or {}).items() if name not in _OF_THE_CLIENT}
        answer = ask(
            method,
            uri,
            headers={**kept, "Authorization": f"Bearer {self._token.get_secret_value()}"},
            content=content.encode() if isinstance(content, str) else content,
            proxy=self._proxy,
            timeout_s=_TIMEOUT_S,
        )
        return Response({**answer.headers, "status": str(answer.status)}), answer.body


@contextmanager
def readable() -> Iterator[None]:
    """Missing fields of an answer leave the block as our error."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise _lost(False, _UNKNOWN_FORM) from None


def _check_installed() -> None:
    try:
        import googleapiclient  # noqa: F401
        import httplib2  # noqa: F401
    except ImportError as error:
        raise NotInstalled(
            "Posts reach YouTube through google-api-python-client, which is not installed: add the "
            "extra 'publish'."
        ) from error


def _lost(armed: bool, otherwise: str) -> Exception:
    if armed:
        return failure(
            FailureKind.UNKNOWN_OUTCOME,
            "The last part of the upload was not answered; whether YouTube has the video is not"
            " known.",
        )
    return failure(FailureKind.RETRY_BACKOFF, otherwise)


@cache
def _collection(name: str) -> Any:
    """The client's requests for a collection; where they go is said with each.

    ``client_options`` could name another address, but for uploads only its host counts, and not
    whether it is https (2.202.0).
    """
    # Takes half a second to import, which only those who ask should wait for.
    from googleapiclient.discovery import build_from_document
    from googleapiclient.discovery_cache import get_static_doc

    document = json.loads(get_static_doc("youtube", "v3"))
    document.pop("mtlsRootUrl", None)
    document["rootUrl"] = f"{URL}/"
    service = build_from_document(document, http=_Unused())
    # Each of these takes 20 ms to make.
    return getattr(service, name)()


class _Unused:
    """In the place of a transport of the client's own."""
