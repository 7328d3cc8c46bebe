"""One request that goes on with a file: piece by piece to the disk, never all of it in memory."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from clipping.db.queries.sign_ins import Admitted
from clipping.errors import Rejected, TooLarge, UnreadableMedia
from clipping.media.container import container_of
from clipping.models import Addition
from dashboard.adding import records
from dashboard.adding.parts import PartFile, part_path
from dashboard.adding.said import Checksum

PIECE: Final = 1024**2
"""So many bytes are held in memory, and written at a time."""
KEPT_EVERY: Final = 32 * 1024**2
"""After so many bytes of a request it is written down how far it is."""
HEAD: Final = 64 * 1024
"""A file is told by so many of its first bytes."""
SILENCE_S: Final = 60.0
"""A sender that says nothing for so long has gone."""


class ChecksumWrong(Rejected):
    """The bytes are not those that were sent; nothing of them is kept."""


class Gone(Rejected):
    """The upload was discarded meanwhile."""


class Receiving:
    """Takes the body of one request.

    :param at: Where its first byte belongs.
    """

    def __init__(
        self, who: Admitted, addition: Addition, part: PartFile, at: int, check: Checksum | None
    ) -> None:
        self._who, self._addition, self._part, self._check = who, addition, part, check
        self._begun, self.at, self._kept = at, at, at
        self._hash = check.begun() if check else None
        self._held = bytearray()
        # Of bytes that are not proven to be right nothing is said.
        self._judged = at >= min(HEAD, addition.size_bytes)

    async def take(self, request: Request) -> bool:
        """Take all of it; False when its sender has gone, and what came stays as far as it may.

        :raises ChecksumWrong: It is not what was sent.
        :raises TooLarge: It is more than the file was said to have.
        :raises UnreadableMedia: The file is no video, as its first bytes say.
        :raises Gone: The upload was discarded.
        """
        body = request.stream()
        try:
            while True:
                piece = await asyncio.wait_for(anext(body, None), SILENCE_S)
                if piece is None:
                    break
                self._held += piece
                if self.at + len(self._held) > self._addition.size_bytes:
                    await run_in_threadpool(self._part.cut, self._begun)
                    await run_in_threadpool(self._note, self._begun)
                    raise TooLarge("This is more than the file was said to hold.")
                if len(self._held) >= PIECE:
                    await run_in_threadpool(self._flush)
        except (ClientDisconnect, TimeoutError):
            await run_in_threadpool(self._cut_off)
            return False
        await run_in_threadpool(self._end)
        return True

    def _flush(self) -> None:
        data, self._held = bytes(self._held), bytearray()
        if self._hash is not None:
            self._hash.update(data)
        self._part.write(data)
        self.at += len(data)
        if self._check is None:
            self._judge()
            if self.at - self._kept >= KEPT_EVERY:
                self._keep()

    def _judge(self) -> None:
        if self._judged or self.at < min(HEAD, self._addition.size_bytes):
            return
        path = part_path(self._addition.addition_id)
        try:
            container_of(path)
        except UnreadableMedia as error:
            records.forget(self._who, self._addition.addition_id)
            raise UnreadableMedia(str(error).replace(path.name, self._addition.name)) from None
        self._judged = True

    def _cut_off(self) -> None:
        if self._check is not None:
            self._part.cut(self._begun)
            return
        self._flush()
        self._keep()

    def _end(self) -> None:
        self._flush()
        if self._check is not None and self._hash is not None:
            if self._hash.digest() != self._check.expected:
                self._part.cut(self._begun)
                raise ChecksumWrong("These bytes were damaged on their way: send them again.")
            self._judge()
        self._keep()

    def _keep(self) -> None:
        self._part.keep()
        self._note(self.at)
        self._kept = self.at

    def _note(self, at: int) -> None:
        all_there = at == self._addition.size_bytes
        if not records.note_received(
            self._who, self._addition.addition_id, at, all_there=all_there
        ):
            raise Gone("This upload was discarded.")
