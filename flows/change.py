"""Render a clip as somebody has changed it on the review page, or with ``clipper change``.

``python -m flows.change CHANGE_ID`` starts it: as a run of its deployment where ``PREFECT_API_URL``
names a server, else here.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from clipping import progress
from clipping.errors import ClippingError, ServiceUnavailable
from clipping.garbage import spare_what_is_loaded
from flows import forms
from flows.render import side_by_side
from flows.showing import label
from flows.stages import finished
from tasks.change import Teller, fail_change, find_change, settle_change, work_of
from tasks.shown import of_clip
from tasks.workplace import only_one


@flow(name="change-clip", flow_run_name="change {change_id}")
def change_clip(change_id: forms.ChangeId) -> State[Any]:
    """Render a clip with what somebody has changed about it, and put it in the other one's place.

    Args:
        change_id: what was asked for on the review page or the command line.

    Returns:
        The id of the clip that is there now.
    """
    with only_one(f"change:{change_id}"):
        change = find_change(change_id)
        label("change", lambda: of_clip(change.clip_id))
        if not change.open:
            return finished(change.made_clip_id)
        try:
            with progress.listening(Teller(change_id)):
                (made,) = side_by_side([work_of(change)])
            return finished(settle_change(change_id, made))
        except ClippingError as error:
            fail_change(change_id, str(error))
            raise


def start(change_id: str) -> None:
    """Have it rendered; what goes wrong is told where it was asked for.

    Raises what the flow raises, and ServiceUnavailable where the server does not take it.
    """
    if os.environ.get("PREFECT_API_URL") is None:
        from flows.local_run import local_run

        with local_run():
            change_clip(change_id)
        return
    from httpx import HTTPError
    from prefect.deployments import run_deployment
    from prefect.exceptions import PrefectException

    try:
        run_deployment("change-clip/change-clip", parameters={"change_id": change_id}, timeout=0)
    except (HTTPError, PrefectException) as error:
        fault = "The Prefect server did not take it; clipper doctor says more."
        raise ServiceUnavailable(fault) from error


def main() -> None:
    """Start the change that is named; one sentence and exit code 1 on failure."""
    spare_what_is_loaded()
    (change_id,) = sys.argv[1:]
    try:
        start(change_id)
    except ClippingError as error:
        fail_change(change_id, str(error))
        sys.exit(str(error))


if __name__ == "__main__":
    main()
