"""Everything the program asks Postgres, as functions of an open session.

Values of :mod:`clipping.models` go in and come out. Every save is an upsert, so a stage that
runs twice, even at the same time, leaves one row. A ``get_`` raises Rejected for an id that was
never saved; a ``find_`` returns None.
"""

from clipping.db.locks import stage_lock
from clipping.db.queries.claude import (
    CostLine,
    batch_ids,
    costs,
    find_reply,
    forget_old_replies,
    month_span,
    note_batch,
    open_intents,
    outage,
    reserved_usd,
    save_entry,
    save_intents,
    save_reply,
    settle_intents,
    spent_usd,
)
from clipping.db.queries.clients import (
    client_settings,
    clients,
    editorial_policy,
    save_client_settings,
    save_editorial_policy,
)
from clipping.db.queries.clips import (
    clip_of_recipe,
    clips_cut_alike,
    clips_of,
    clips_of_moment,
    get_clip,
    recent_clips,
    save_clip,
)
from clipping.db.queries.detections import (
    detection_of,
    find_detection,
    get_moment,
    save_detection,
)
from clipping.db.queries.drafts import save_writings, writings_of
from clipping.db.queries.experiments import arms_of_clips, experiments_of, save_arms
from clipping.db.queries.heard import (
    find_heard_chunk,
    glossary_of,
    save_glossary,
    save_heard_chunk,
)
from clipping.db.queries.likeness import ClipAlike, clips_of_month, save_print
from clipping.db.queries.lineage import (
    captions_in_use,
    engines_of,
    forget_source,
    get_detection,
    get_transcript,
    transcripts_of,
)
from clipping.db.queries.overview import (
    SourceOverview,
    Stage,
    recent_sources,
)
from clipping.db.queries.releases import (
    hold_as,
    releases_of,
    save_release,
)
from clipping.db.queries.rescues import (
    newest_detection,
    save_rescued,
)
from clipping.db.queries.sources import (
    find_source,
    get_source,
    save_source,
    source_at,
)
from clipping.db.queries.transcripts import (
    find_transcript,
    latest_transcript,
    save_transcript,
    transcript_id,
)
from clipping.db.queries.watches import (
    find_watch,
    forget_items,
    forget_watch,
    item_counts,
    items_of,
    items_with_reasons,
    note_look,
    note_pass,
    put_off_site,
    save_items,
    save_watch,
    watch_id,
    watches,
)

__all__ = [
    "ClipAlike",
    "CostLine",
    "SourceOverview",
    "Stage",
    "arms_of_clips",
    "batch_ids",
    "captions_in_use",
    "client_settings",
    "clients",
    "clip_of_recipe",
    "clips_cut_alike",
    "clips_of",
    "clips_of_moment",
    "clips_of_month",
    "costs",
    "detection_of",
    "editorial_policy",
    "engines_of",
    "experiments_of",
    "find_detection",
    "find_heard_chunk",
    "find_reply",
    "find_source",
    "find_transcript",
    "find_watch",
    "forget_items",
    "forget_old_replies",
    "forget_source",
    "forget_watch",
    "get_clip",
    "get_detection",
    "get_moment",
    "get_source",
    "get_transcript",
    "glossary_of",
    "hold_as",
    "item_counts",
    "items_of",
    "items_with_reasons",
    "latest_transcript",
    "month_span",
    "newest_detection",
    "note_batch",
    "note_look",
    "note_pass",
    "note_trouble",
    "open_intents",
    "outage",
    "put_off_site",
    "recent_clips",
    "recent_sources",
    "releases_of",
    "reserved_usd",
    "save_arms",
    "save_client_settings",
    "save_clip",
    "save_detection",
    "save_editorial_policy",
    "save_entry",
    "save_glossary",
    "save_heard_chunk",
    "save_intents",
    "save_items",
    "save_print",
    "save_release",
    "save_reply",
    "save_rescued",
    "save_source",
    "save_transcript",
    "save_watch",
    "save_writings",
    "settle_intents",
    "source_at",
    "spent_usd",
    "stage_lock",
    "transcript_id",
    "transcripts_of",
    "watch_id",
    "watches",
    "writings_of",
]
