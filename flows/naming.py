"""Names of runs, as Prefect's pages and logs show them."""

from __future__ import annotations

from collections.abc import Callable

from prefect import runtime

from clipping.sources.naming import called


def run_of(verb: str) -> Callable[[], str]:
    """What names the runs of a flow by the location that it is given; no whole link is shown."""

    def name() -> str:
        return f"{verb} {called(str(runtime.flow_run.parameters['location']))}"

    return name
