"""One file per outside service: its secrets and a ``get_client()``.

Another one: a module here with a :class:`prefect.blocks.core.Block` whose secrets are
``SecretStr``, whose slug never changes again, and whose ``get_client()`` makes the connection; then
a line in ``BLOCKS``. The contract tests in ``tests/blocks`` run over them all.
"""

from prefect.blocks.core import Block

from blocks.claude import Claude
from blocks.instagram import Instagram
from blocks.object_store import ObjectStore
from blocks.tiktok import TikTok
from blocks.x import X
from blocks.youtube import YouTube

BLOCKS: dict[str, type[Block]] = {
    block.get_block_type_slug(): block
    for block in (Claude, ObjectStore, TikTok, Instagram, YouTube, X)
}
