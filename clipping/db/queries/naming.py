"""What lists call a clip."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func
from sqlmodel import col

from clipping.db.tables import MomentRow


def called(plan: Any) -> ColumnElement[str]:
    """The hook that its film shows, which somebody may have changed; else its moment's, or title.

    :param plan: The column of the clip's plan; its moment is joined.
    """
    return func.coalesce(
        func.nullif(plan["hook"]["text"].as_string(), ""),
        func.nullif(col(MomentRow.hook), ""),
        col(MomentRow.title),
    )
