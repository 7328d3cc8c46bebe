"""Rights: what has to be said of them, and what may be clipped without."""

from __future__ import annotations

import pytest

from clipping.errors import Rejected, RightsNotStated
from clipping.models import Ground, Rights
from clipping.rights import check_stated, in_full

OWN, LICENSED, PERMISSION = Ground.OWN, Ground.LICENSED, Ground.PERMISSION


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param(Rights(), Rights(), id="nothing"),
        pytest.param(Rights(ground=OWN), Rights(ground=OWN, owner="acme"), id="the client's own"),
        pytest.param(
            Rights(ground=OWN, owner=" Acme  Inc "),
            Rights(ground=OWN, owner="Acme Inc"),
            id="own under another name",
        ),
        pytest.param(
            Rights(ground=LICENSED, owner="Jo"), Rights(ground=LICENSED, owner="Jo"), id="licensed"
        ),
        pytest.param(
            Rights(ground=PERMISSION, owner="Jo", note=" mail of 3 May "),
            Rights(ground=PERMISSION, owner="Jo", note="mail of 3 May"),
            id="permission",
        ),
    ],
)
def test_rights_are_recorded_in_full(given: Rights, kept: Rights) -> None:
    assert in_full(given, "acme") == kept
    assert in_full(kept, "acme") == kept


@pytest.mark.parametrize(
    ("given", "lacks"),
    [
        pytest.param(Rights(owner="Jo"), "without --rights", id="owner alone"),
        pytest.param(Rights(note="mail"), "without --rights", id="note alone"),
        pytest.param(Rights(ground=LICENSED), "--owner", id="licensed by nobody"),
        pytest.param(Rights(ground=PERMISSION, note="mail"), "--owner", id="permission of nobody"),
        pytest.param(
            Rights(ground=PERMISSION, owner="Jo", note=" \n"), "--rights-note", id="no note"
        ),
    ],
)
def test_rights_that_are_stated_in_part_are_refused(given: Rights, lacks: str) -> None:
    with pytest.raises(Rejected, match=lacks):
        in_full(given, "acme")


@pytest.mark.parametrize("ground", list(Ground))
@pytest.mark.parametrize("required", [False, True])
def test_only_unstated_rights_are_refused_and_only_where_the_client_wants_them(
    ground: Ground, required: bool
) -> None:
    rights = Rights(ground=ground, owner="Jo", note="mail")
    if required and ground is Ground.UNSTATED:
        with pytest.raises(RightsNotStated, match=r"acme .* talk\.mp4 .*--rights own"):
            check_stated(rights, required=required, client="acme", name="talk.mp4")
    else:
        check_stated(rights, required=required, client="acme", name="talk.mp4")


@pytest.mark.parametrize(
    ("rights", "line"),
    [
        (Rights(), "not stated"),
        (Rights(ground=OWN, owner="acme"), "own of acme"),
        (Rights(ground=PERMISSION, owner="Jo", note="mail"), "permission of Jo (mail)"),
    ],
)
def test_rights_are_one_line_for_people(rights: Rights, line: str) -> None:
    assert rights.summary == line
