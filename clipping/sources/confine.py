"""The walls of the child process: which names it may look up, whom it may talk to, what it starts.

Code of many sites' extractors runs inside, fed with pages that anybody may have written. The walls
do not ask why it wants to connect somewhere:

- a name that leads to any address outside the public internet is refused when it is looked up;
- each connection is checked once more by the very address it goes to, in an audit hook, which no
  code can take away and which sees every socket of Python. A name that leads elsewhere the second
  time gains nothing by it;
- no program is started but the one that is named.

With a proxy, the proxy is the only name that is looked up and the only machine that is talked to.
"""

from __future__ import annotations

import os
import resource
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from clipping.sources.addresses import is_public

_LOOKUPS = {"socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
_SENDS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_STARTS = {
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.system",
    "pty.spawn",
}


class Refused(BaseException):
    """A wall was touched. Not an Exception: no handler on the way may carry on as if it were one.

    ``str()`` is one sentence for a person.
    """


@dataclass(frozen=True)
class Walls:
    """Where they stand. The defaults are those of every real run; tests give others."""

    lookup: Callable[..., list[Any]] = socket.getaddrinfo
    is_public: Callable[[str], bool] = is_public
    program: str | None = None
    """Path of the one program that may be started."""
    proxy: tuple[str, int] | None = None
    """Host and port of the proxy through which everything goes."""


def raise_walls(walls: Walls) -> None:
    """Confine this process, for good.

    :raises OSError: The proxy's name cannot be looked up.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the cookies
    door = _door(walls)
    socket.getaddrinfo = _guarded(walls)
    sys.addaudithook(lambda event, arguments: _audit(walls, door, event, arguments))


def _door(walls: Walls) -> frozenset[tuple[str, int]]:
    """The addresses of the proxy."""
    if walls.proxy is None:
        return frozenset()
    answers = walls.lookup(*walls.proxy, 0, socket.SOCK_STREAM)
    return frozenset((str(answer[4][0]), int(answer[4][1])) for answer in answers)


def _guarded(walls: Walls) -> Callable[..., list[Any]]:
    """``socket.getaddrinfo`` that answers with public addresses or not at all."""

    def getaddrinfo(host: Any, port: Any, *rest: Any, **options: Any) -> list[Any]:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
        if walls.proxy is not None:
            if name != walls.proxy[0]:
                raise Refused(f"The link leads to {name} past the proxy.")
            return walls.lookup(host, port, *rest, **options)
        answers = walls.lookup(host, port, *rest, **options)
        check_answers(walls, name, [str(answer[4][0]) for answer in answers])
        return answers

    return getaddrinfo


def check_answers(walls: Walls, name: str, addresses: list[str]) -> None:
    """:raises Refused: One of the addresses to which a name leads is not public."""
    for address in addresses:
        if not walls.is_public(address):
            raise Refused(
                f"The link leads to {name}, which is the internal address {address}; "
                "it was not asked."
            )


def _audit(
    walls: Walls, door: frozenset[tuple[str, int]], event: str, arguments: tuple[Any, ...]
) -> None:
    if event in _SENDS:
        check_connection(walls, door, arguments[1])
    elif event in _LOOKUPS:
        raise Refused("A name was looked up past the guard.")
    elif event == "subprocess.Popen" or event in _STARTS:
        check_program(walls, event, arguments)


def check_connection(walls: Walls, door: frozenset[tuple[str, int]], target: Any) -> None:
    """:raises Refused: ``target``, as a socket was given it, is not where we may connect to."""
    if target is None:
        return  # the socket is connected already
    if not isinstance(target, tuple):
        raise Refused("The link leads to a service of this machine; it was not asked.")
    host, port = str(target[0]), target[1]
    if (host, port) in door:
        return
    # A name would be looked up below Python, where nobody checks what comes back.
    if door or not walls.is_public(host):
        raise Refused(f"The link leads to the internal address {host}; it was not asked.")


def check_program(walls: Walls, event: str, arguments: tuple[Any, ...]) -> None:
    """:raises PermissionError: Another program than the one that is allowed would be started."""
    named = os.fsdecode(arguments[0]) if event == "subprocess.Popen" and arguments[0] else None
    if walls.program is None or named != walls.program:
        # yt-dlp takes this for "not installed" and goes on without it.
        raise PermissionError(f"{event} is not allowed here")
