"""Experiments: clips that differ in one factor, beside the one they are variations of."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from clipping.db.queries.clients import client_id
from clipping.db.queries.upsert import save_row
from clipping.db.tables import ClientRow, ClipRow, ExperimentArmRow, ExperimentRow
from clipping.models import Arm, Experiment, Factor, make_id

QUESTIONS = {
    Factor.HOOK: "Which hook holds viewers?",
    Factor.BOUNDS: "Where should it begin and end?",
    Factor.STYLE: "Which look of the captions holds viewers?",
    Factor.FRAMING: "Which framing holds viewers?",
}


def save_arms(
    session: Session,
    factor: Factor,
    control: tuple[str, str],
    variations: Sequence[tuple[str, str]],
) -> str:
    """The id of the experiment on one factor of a clip; what is not yet part of it is added.

    :param control: The clip's id, and what it has of the factor.
    :param variations: The same of each variation; one that is the control itself is no arm.
    """
    control_id, _ = control
    clip = session.exec(
        select(ClipRow.client_id, ClipRow.moment_id).where(ClipRow.clip_id == control_id)
    ).one()
    made = make_id("exp", control_id, factor)
    values = {
        "experiment_id": made,
        "client_id": clip[0],
        "moment_id": clip[1],
        "factor": factor.value,
        "question": QUESTIONS[factor],
    }
    # Locks the row: two runs that add arms do so one after the other.
    save_row(session, ExperimentRow, values, found_by=("experiment_id",), keep=("moment_id",))
    known = {
        row.clip_id: row.position
        for row in session.exec(
            select(ExperimentArmRow).where(ExperimentArmRow.experiment_id == made)
        )
    }
    arms = dict(both for both in (control, *variations) if both[0] not in known)
    for position, (clip_id, value) in enumerate(arms.items(), max(known.values(), default=-1) + 1):
        session.execute(insert(ExperimentArmRow).values(_arm(made, clip_id, position, value)))
    return made


def _arm(experiment_id: str, clip_id: str, position: int, value: str) -> dict[str, object]:
    return {
        "experiment_id": experiment_id,
        "clip_id": clip_id,
        "position": position,
        "label": f"variation {position}" if position else "control",
        "value": value,
        "control": position == 0,
    }


def experiments_of(session: Session, client: str) -> list[Experiment]:
    """The client's experiments, the newest first."""
    rows = session.exec(
        select(ExperimentRow, ClientRow.name)
        .join(ClientRow, col(ClientRow.client_id) == col(ExperimentRow.client_id))
        .where(ExperimentRow.client_id == client_id(client))
        .order_by(col(ExperimentRow.created_at).desc(), col(ExperimentRow.experiment_id))
    ).all()
    return [
        Experiment(**row.model_dump(exclude={"client_id"}), client=name, arms=_arms(session, row))
        for row, name in rows
    ]


def _arms(session: Session, experiment: ExperimentRow) -> tuple[Arm, ...]:
    rows = session.exec(
        select(ExperimentArmRow)
        .where(ExperimentArmRow.experiment_id == experiment.experiment_id)
        .order_by(col(ExperimentArmRow.position))
    )
    return tuple(Arm(**row.model_dump(exclude={"experiment_id", "position"})) for row in rows)


def arms_of_clips(session: Session, client: str) -> list[set[str]]:
    """The ids of the clips of each of the client's experiments."""
    found: dict[str, set[str]] = {}
    for experiment_id, clip_id in session.exec(
        select(ExperimentArmRow.experiment_id, ExperimentArmRow.clip_id)
        .join(
            ExperimentRow,
            col(ExperimentRow.experiment_id) == col(ExperimentArmRow.experiment_id),
        )
        .where(ExperimentRow.client_id == client_id(client))
    ):
        found.setdefault(experiment_id, set()).add(clip_id)
    return list(found.values())
