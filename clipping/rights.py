"""Whether rights are stated in full, and whether a source may be clipped. Pure."""

from __future__ import annotations

from clipping.errors import Rejected, RightsNotStated
from clipping.models import Ground, Rights

_HOW = (
    "state them with --rights own, with --rights licensed --owner NAME, or with "
    "--rights permission --owner NAME --rights-note TEXT"
)


def in_full(rights: Rights, client: str) -> Rights:
    """The rights as they are recorded: trimmed, and with the client as owner of what is its own.

    :raises Rejected: An owner or a note is missing, or nothing says what they are for.
    """
    owner, note = " ".join(rights.owner.split()), rights.note.strip()
    if rights.ground is Ground.UNSTATED and (owner or note):
        raise Rejected("--owner and --rights-note say nothing without --rights.")
    if rights.ground in (Ground.LICENSED, Ground.PERMISSION) and not owner:
        raise Rejected(f"--rights {rights.ground} needs --owner, the name of who gave it.")
    if rights.ground is Ground.PERMISSION and not note:
        raise Rejected("--rights permission needs --rights-note: what was agreed on, and when.")
    if rights.ground is Ground.OWN:
        owner = owner or client
    return Rights(ground=rights.ground, owner=owner, note=note)


def check_stated(rights: Rights, *, required: bool, client: str, name: str) -> None:
    """Whether media may be made of a source.

    :param required: Whether the client wants rights to be stated first.
    :param name: What a person calls the source.
    :raises RightsNotStated: The client does, and nobody has.
    """
    if required and not rights.stated:
        raise RightsNotStated(
            f"{client} lets nothing be clipped before its rights are stated, and those of {name} "
            f"are not: {_HOW}."
        )
