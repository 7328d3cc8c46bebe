"""Sweep the media store."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows import forms
from flows.stages import finished
from tasks.sweep import sweep_files


@flow(name="sweep-storage", flow_run_name="sweep the media store")
def sweep_storage(apply: forms.Apply = True, client: forms.OneClient = None) -> State[Any]:
    """Bring what is old to the archive, and remove from the store only what lies there whole.

    Args:
        apply: without it, only what would be done is said.
        client: only this client's files.

    Returns:
        Bytes by kind and client, what was done, and why old files stay.
    """
    return finished(sweep_files(apply, client))
