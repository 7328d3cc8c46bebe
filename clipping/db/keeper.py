"""A user of the database who leaves when its parent is gone: ``python -m clipping.db.keeper``.

Until then it looks every second whether the embedded server still answers; one that was killed is
started again.

A process that is killed cannot stop the embedded server as its last user. This one can in its
stead: its standard input closes when the parent ends, whatever ended it, and then it leaves.

The parent must be no user itself any more once a line on the standard output has told that this
one is. When a process is killed, the kernel closes its files one after another: this one would
sometimes be woken while the parent's lock is still held, and leave the server to it.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from contextlib import ExitStack
from types import FrameType
from typing import Final

from clipping.db.embedded import answers, database_url
from clipping.errors import ClippingError
from clipping.settings import settings

_LOOK_S: Final = 1.0


def _input_closed(within_s: float) -> bool:
    ready, _, _ = select.select([sys.stdin], [], [], within_s)
    return bool(ready) and not os.read(sys.stdin.fileno(), 4096)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit


def main() -> None:
    """Use the database until the input closes, or SIGTERM; also when it has closed before."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        with ExitStack() as uses:
            uses.enter_context(database_url(settings()))
            sys.stdout.write("here\n")
            sys.stdout.flush()
            while not _input_closed(_LOOK_S):
                if not answers(settings()):
                    # The users of a server that was killed stay its users: of the next one, too.
                    uses.enter_context(database_url(settings()))
    except BrokenPipeError:
        pass
    except ClippingError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
