"""The keys of the object store, kept by a real Prefect server."""

from __future__ import annotations

import subprocess
import sys

from clipping.settings import CHECKOUT
from tests.flows.conftest import Clipper

SCRIPT = """
from blocks.object_store import ObjectStore, client_of
from clipping.errors import NeedsPerson

ObjectStore(access_key_id="AKIABLOCK", secret_access_key="key-secret").save("main")
client = client_of("main")
print(client.generate_presigned_url("get_object", Params={"Bucket": "media", "Key": "k"}))
try:
    client_of("other")
except NeedsPerson as error:
    print(error)
"""


def test_keys_that_were_saved_in_a_block_are_found_by_its_name(
    clipper: Clipper,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=CHECKOUT,
        env={
            **clipper.environment,
            "CLIPPER_STORE": "s3://media",
            "CLIPPER_STORE_ENDPOINT": "https://minio.example",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    url, told = done.stdout.splitlines()
    assert url.startswith("https://minio.example/media/k?")
    assert "AKIABLOCK" in url
    assert told.startswith("There is no block other of the kind object-store")
    assert "key-secret" not in done.stdout + done.stderr
