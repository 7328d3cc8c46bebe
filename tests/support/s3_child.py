"""A run in a process of its own, to be killed: ``import|fetch BUCKET/PREFIX CACHE FILE|KEY``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from clipping.storage import source_key
from clipping.storage.cache import FileCache
from clipping.storage.s3 import S3Store
from clipping.storage.s3_bucket import Bucket
from clipping.storage.s3_client import s3_client
from clipping.storage.s3_place import S3Place


def main(act: str, place: str, cache: str, what: str, part_bytes: str) -> None:
    bucket, _, prefix = place.partition("/")
    endpoint = os.environ["CLIPPER_STORE_ENDPOINT"]
    where = S3Place(bucket, prefix, endpoint, "us-east-1", path_style=True)
    connection = Bucket(s3_client(where, attempts=1), where)
    store = S3Store(connection, FileCache(Path(cache), 10**10), part_bytes=int(part_bytes))
    before = _memory_kib("VmRSS")
    if act == "import":
        store.import_file(Path(what), lambda sha256: source_key("acme", sha256, ".mp4"))
    else:
        store.local_path(what)
    sys.stdout.write(f"{(_memory_kib('VmHWM') - before) * 1024}\n")


def _memory_kib(name: str) -> int:
    """From /proc: the peak of ``getrusage`` is that of the parent, where that was larger."""
    if sys.platform != "linux":
        return 0
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(name))


if __name__ == "__main__":
    main(*sys.argv[1:])
