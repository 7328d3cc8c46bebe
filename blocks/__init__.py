"""One file per outside service: its secrets and a ``get_client()``.

Another one: a module here with a :class:`prefect.blocks.core.Block` whose secrets are
``SecretStr``, whose slug never changes again, and whose ``get_client()`` makes the connection; then
a line in ``BLOCKS``. The contract tests in ``tests/blocks`` run over them all.
"""

from prefect.blocks.core import Block

from blocks.claude import Claude
from blocks.object_store import ObjectStore

BLOCKS: dict[str, type[Block]] = {
    block.get_block_type_slug(): block for block in (Claude, ObjectStore)
}
