"""What the children of the tests run."""

from __future__ import annotations

import subprocess
import sys
import time

BURN = "import time\nwhile time.process_time() < {seconds}: pass"
HOLD = "import time\nheld = b'x' * {size}\ntime.sleep({seconds})"


def grandchildren(burn_s: float = 0.0, hold_bytes: int = 0, count: int = 1) -> str:
    """Processes that work or hold memory, waited for; the text "done"."""
    if burn_s:
        subprocess.run([sys.executable, "-c", BURN.format(seconds=burn_s)], check=True)
    hold = HOLD.format(size=hold_bytes, seconds=1.0)
    holders = [subprocess.Popen([sys.executable, "-c", hold]) for _ in range(count)]
    for holder in holders:
        holder.wait()
    return "done"


def idle(seconds: float = 0.5) -> None:
    """Nothing, for long enough to be sampled."""
    time.sleep(seconds)


def broken() -> None:
    """A case that fails."""
    raise ValueError("it does not work")
