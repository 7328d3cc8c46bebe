"""Hearing: chunks as they were heard, glossaries, sounds beside the words

Revision: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SCHEMA = "clipping"


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def big_number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def nested(name: str) -> sa.Column[object]:
    return sa.Column(name, JSONB(), nullable=False)


def of_client(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["client_id"], [f"{SCHEMA}.clients.client_id"], name=f"fk_{table}_client_id_clients"
    )


def upgrade() -> None:
    op.create_table(
        "heard_chunks",
        text("chunk_id"),
        text("client_id"),
        text("audio_sha256"),
        text("engine"),
        text("edition"),
        big_number("start_ms"),
        big_number("end_ms"),
        text("language"),
        nested("words"),
        nested("voices"),
        nested("notes"),
        sa.Column(
            "saved_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("chunk_id", name="pk_heard_chunks"),
        of_client("heard_chunks"),
        sa.CheckConstraint(
            "start_ms >= 0 AND end_ms > start_ms", name=op.f("ck_heard_chunks_span")
        ),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_heard_chunks_client_id_audio_sha256",
        "heard_chunks",
        ["client_id", "audio_sha256"],
        schema=SCHEMA,
    )

    op.create_table(
        "glossary_terms",
        text("client_id"),
        sa.Column("position", sa.Integer(), nullable=False),
        text("text"),
        nested("sounds_like"),
        sa.PrimaryKeyConstraint("client_id", "position", name="pk_glossary_terms"),
        of_client("glossary_terms"),
        schema=SCHEMA,
    )

    op.add_column(
        "transcripts",
        sa.Column("sounds", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        schema=SCHEMA,
    )


def downgrade() -> None:
    op.drop_column("transcripts", "sounds", schema=SCHEMA)
    op.drop_table("glossary_terms", schema=SCHEMA)
    op.drop_table("heard_chunks", schema=SCHEMA)
