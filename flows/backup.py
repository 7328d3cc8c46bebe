"""Back the database up."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows import forms
from flows.stages import finished
from tasks.backup import back_up_database


@flow(name="backup-database", flow_run_name="back the database up")
def backup_database(to: forms.BackupFolder = None, keep: forms.Backups = None) -> State[Any]:
    """Keep all rows of the database in one file, and let the oldest backups go.

    Args:
        to: folder of the backups; else the one of the settings.
        keep: how many stay; else as many as the settings say.

    Returns:
        Where the backup is, what it holds, and which vault keys it needs.
    """
    return finished(back_up_database(to, keep))
