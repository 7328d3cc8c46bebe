"""The tables. Every change here needs a migration; a test compares the two on a real server.

Enums are strings with a check, times are ``timestamptz`` in UTC, nested values are ``jsonb``.
Ids are made by :func:`clipping.models.make_id`, so saving twice finds the first row. All tables
live in a schema of their own, so that one database can be shared with Prefect.
"""

from clipping.db.tables.accounts import AccountEventRow, AccountRow, AccountTokensRow
from clipping.db.tables.additions import AdditionRow
from clipping.db.tables.alarms import AlarmMentionRow, AlarmMessageRow, AlarmTargetRow
from clipping.db.tables.base import SCHEMA, Row
from clipping.db.tables.claude import BatchIntentRow, LedgerRow, OutageRow, ReplyRow
from clipping.db.tables.clips import (
    ClipChangeRow,
    ClipRow,
    DetectionMomentRow,
    DetectionRow,
    DraftRow,
    MomentRow,
    RejectionRow,
    ReleaseRow,
)
from clipping.db.tables.keeping import ArchivedObjectRow, StoredBytesRow
from clipping.db.tables.likeness import ClipPrintRow, ExperimentArmRow, ExperimentRow
from clipping.db.tables.people import SignInAttemptRow, SignInRow, UserClientRow, UserRow
from clipping.db.tables.plans import ClipDistanceRow, MomentAskRow, PlanRow
from clipping.db.tables.posts import AlertRow, BucketRow, PostEventRow, PostRow, StopRow
from clipping.db.tables.sources import (
    ClientRow,
    GlossaryTermRow,
    HeardChunkRow,
    SourceRow,
    StrategyChangeRow,
    TranscriptRow,
)
from clipping.db.tables.verdicts import AccountCheckRow, VerdictRow
from clipping.db.tables.watches import WatchedItemRow, WatchRow

__all__ = [
    "SCHEMA",
    "AccountCheckRow",
    "AccountEventRow",
    "AccountRow",
    "AccountTokensRow",
    "AdditionRow",
    "AlarmMentionRow",
    "AlarmMessageRow",
    "AlarmTargetRow",
    "AlertRow",
    "ArchivedObjectRow",
    "BatchIntentRow",
    "BucketRow",
    "ClientRow",
    "ClipChangeRow",
    "ClipDistanceRow",
    "ClipPrintRow",
    "ClipRow",
    "DetectionMomentRow",
    "DetectionRow",
    "DraftRow",
    "ExperimentArmRow",
    "ExperimentRow",
    "GlossaryTermRow",
    "HeardChunkRow",
    "LedgerRow",
    "MomentAskRow",
    "MomentRow",
    "OutageRow",
    "PlanRow",
    "PostEventRow",
    "PostRow",
    "RejectionRow",
    "ReleaseRow",
    "ReplyRow",
    "Row",
    "SignInAttemptRow",
    "SignInRow",
    "SourceRow",
    "StopRow",
    "StoredBytesRow",
    "StrategyChangeRow",
    "TranscriptRow",
    "UserClientRow",
    "UserRow",
    "VerdictRow",
    "WatchRow",
    "WatchedItemRow",
]
