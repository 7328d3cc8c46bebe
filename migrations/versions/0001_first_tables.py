"""First tables: clients, sources, transcripts, detections, moments, rejections, clips

Revision: 0001
Revises:
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSON, JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "clipping"


def text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def big_number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def nested(name: str) -> sa.Column[object]:
    return sa.Column(name, JSONB(), nullable=False)


def time(name: str) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def time_of_save(name: str) -> sa.Column[datetime]:
    now = sa.text("clock_timestamp()")
    return sa.Column(name, sa.DateTime(timezone=True), server_default=now, nullable=False)


def reference(
    table: str, columns: list[str], target: str, ondelete: str | None = "CASCADE"
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        columns,
        [f"{SCHEMA}.{target}.{column}" for column in columns],
        name=f"fk_{table}_{'_'.join(columns)}_{target}",
        ondelete=ondelete,
    )


def index(table: str, *columns: str, using: str | None = None) -> None:
    op.create_index(
        f"ix_{table}_{'_'.join(columns)}",
        table,
        list(columns),
        schema=SCHEMA,
        postgresql_using=using,
    )


def upgrade() -> None:
    op.create_table(
        "clients",
        text("client_id"),
        text("name"),
        time_of_save("created_at"),
        sa.PrimaryKeyConstraint("client_id", name="pk_clients"),
        sa.UniqueConstraint("name", name="uq_clients_name"),
        schema=SCHEMA,
    )

    op.create_table(
        "sources",
        text("source_id"),
        text("client_id"),
        text("sha256"),
        text("file_name"),
        text("location"),
        text("media_key"),
        text("captions_key", nullable=True),
        text("captions_sha256", nullable=True),
        nested("media"),
        time("ingested_at"),
        time_of_save("located_at"),
        sa.PrimaryKeyConstraint("source_id", name="pk_sources"),
        reference("sources", ["client_id"], "clients", ondelete=None),
        sa.UniqueConstraint("client_id", "sha256", name="uq_sources_client_id_sha256"),
        sa.UniqueConstraint("source_id", "client_id", name="uq_sources_source_id_client_id"),
        schema=SCHEMA,
    )
    index("sources", "location", using="hash")

    op.create_table(
        "transcripts",
        text("transcript_id"),
        text("source_id"),
        text("engine"),
        text("engine_version"),
        text("captions_sha256", nullable=True),
        text("language"),
        number("word_count"),
        nested("words"),
        text("chosen_because"),
        nested("notes"),
        time_of_save("saved_at"),
        sa.PrimaryKeyConstraint("transcript_id", name="pk_transcripts"),
        reference("transcripts", ["source_id"], "sources"),
        sa.CheckConstraint("word_count >= 0", name=op.f("ck_transcripts_word_count")),
        schema=SCHEMA,
    )
    index("transcripts", "source_id", "saved_at")

    op.create_table(
        "detections",
        text("detection_id"),
        text("detection_key"),
        text("source_id"),
        text("transcript_id"),
        text("detector"),
        text("detector_version"),
        nested("notes"),
        time_of_save("saved_at"),
        sa.PrimaryKeyConstraint("detection_id", name="pk_detections"),
        reference("detections", ["source_id"], "sources"),
        reference("detections", ["transcript_id"], "transcripts"),
        sa.UniqueConstraint("detection_key", name="uq_detections_detection_key"),
        schema=SCHEMA,
    )
    index("detections", "source_id", "saved_at")
    index("detections", "transcript_id")

    op.create_table(
        "moments",
        text("moment_id"),
        text("source_id"),
        big_number("start_ms"),
        big_number("end_ms"),
        number("score"),
        nested("rubric"),
        text("reason"),
        text("hook"),
        text("title"),
        text("text"),
        sa.PrimaryKeyConstraint("moment_id", name="pk_moments"),
        reference("moments", ["source_id"], "sources"),
        sa.CheckConstraint("start_ms >= 0 AND end_ms > start_ms", name=op.f("ck_moments_span")),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_moments_score")),
        schema=SCHEMA,
    )
    index("moments", "source_id")

    op.create_table(
        "detection_moments",
        text("detection_id"),
        number("rank"),
        text("moment_id"),
        sa.PrimaryKeyConstraint("detection_id", "rank", name="pk_detection_moments"),
        reference("detection_moments", ["detection_id"], "detections"),
        reference("detection_moments", ["moment_id"], "moments"),
        sa.CheckConstraint("rank >= 1", name=op.f("ck_detection_moments_rank")),
        schema=SCHEMA,
    )
    index("detection_moments", "moment_id")

    op.create_table(
        "rejections",
        text("detection_id"),
        number("position"),
        big_number("start_ms"),
        big_number("end_ms"),
        number("score"),
        text("code"),
        text("reason"),
        text("text"),
        sa.PrimaryKeyConstraint("detection_id", "position", name="pk_rejections"),
        reference("rejections", ["detection_id"], "detections"),
        sa.CheckConstraint("start_ms >= 0 AND end_ms > start_ms", name=op.f("ck_rejections_span")),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_rejections_score")),
        schema=SCHEMA,
    )

    op.create_table(
        "clips",
        text("clip_id"),
        text("moment_id"),
        text("source_id"),
        text("client_id"),
        text("state"),
        text("style"),
        text("recipe_hash"),
        sa.Column("plan", JSON(), nullable=False),
        text("video_key"),
        text("cover_key"),
        text("video_sha256"),
        text("frames_sha256"),
        big_number("size_bytes"),
        nested("proof"),
        time("rendered_at"),
        sa.PrimaryKeyConstraint("clip_id", name="pk_clips"),
        reference("clips", ["source_id", "client_id"], "sources", ondelete=None),
        reference("clips", ["moment_id"], "moments", ondelete=None),
        sa.CheckConstraint("state IN ('ready', 'failed_proof')", name=op.f("ck_clips_state")),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_clips_size_bytes")),
        schema=SCHEMA,
    )
    index("clips", "client_id", "rendered_at")
    index("clips", "rendered_at")
    index("clips", "source_id")
    index("clips", "moment_id")


def downgrade() -> None:
    for table in (
        "clips",
        "rejections",
        "detection_moments",
        "moments",
        "detections",
        "transcripts",
        "sources",
        "clients",
    ):
        op.drop_table(table, schema=SCHEMA)
