"""A user of the database who leaves when its parent is gone: ``python -m clipping.db.keeper``.

A process that is killed cannot stop the embedded server as its last user. This one can in its
stead: its standard input closes when the parent ends, whatever ended it, and then it leaves.

The parent must be no user itself any more once a line on the standard output has told that this
one is. When a process is killed, the kernel closes its files one after another: this one would
sometimes be woken while the parent's lock is still held, and leave the server to it.
"""

from __future__ import annotations

import signal
import sys
from types import FrameType

from clipping.db.embedded import database_url
from clipping.errors import ClippingError
from clipping.settings import settings


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit


def main() -> None:
    """Use the database until the input closes, or SIGTERM; also when it has closed before."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        with database_url(settings()):
            sys.stdout.write("here\n")
            sys.stdout.flush()
            while sys.stdin.buffer.read(4096):
                pass
    except BrokenPipeError:
        pass
    except ClippingError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
