"""What may stand in ``prefect.yaml``. Prefect leaves out what it does not know, without a word.

:func:`read` refuses it, which costs nothing; :func:`problems` also imports what it names.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clipping.errors import Broken
from clipping.settings import CHECKOUT

if TYPE_CHECKING:
    from prefect import Flow

FILE = CHECKOUT / "prefect.yaml"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Pool(_Part):
    """Where its runs are worked on."""

    name: Literal["cpu", "gpu"]
    work_queue_name: Literal["default"]


class Limit(_Part):
    """How many runs of it there are at a time, and what becomes of another."""

    limit: int = Field(ge=1)
    collision_strategy: Literal["ENQUEUE", "CANCEL_NEW"]


class Schedule(_Part):
    """When it runs by itself; the slug tells schedules apart when the file is applied again."""

    cron: str
    timezone: str
    slug: str = Field(min_length=1)
    active: bool
    parameters: dict[str, Any] = {}


class Deployment(_Part):
    """A flow as operators find it."""

    name: str
    description: str = Field(min_length=1)
    tags: list[str] = []
    entrypoint: str
    work_pool: Pool
    parameters: dict[str, Any] = {}
    schedules: list[Schedule] = []
    concurrency_limit: Limit | None = None


class File(_Part):
    """The whole file."""

    name: str
    definitions: dict[str, Pool] = {}
    pull: list[dict[str, Any]] = []
    deployments: list[Deployment] = Field(min_length=1)


def read(path: Path = FILE) -> File:
    """The file as values.

    :raises Broken: It is no YAML, or holds what nobody would read.
    """
    try:
        found: File = File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise Broken(f"{path.name} is no YAML: {str(error).replace(chr(10), ' ')}.") from error
    except ValidationError as error:
        told = "; ".join(
            f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()
        )
        raise Broken(f"{path.name} cannot be used: {told}.") from None
    return found


def problems(path: Path = FILE) -> list[str]:
    """A sentence for each thing in it that would not work; imports all flows."""
    try:
        file = read(path)
    except Broken as error:
        return [str(error)]
    names = Counter(one.name for one in file.deployments)
    found = [f"There are {count} deployments {name}." for name, count in names.items() if count > 1]
    for one in file.deployments:
        found += [f"{one.name}: {problem}." for problem in _wrong(one)]
    return found


def _wrong(deployment: Deployment) -> Iterator[str]:
    flow = _flow(deployment.entrypoint)
    if flow is None:
        yield f"there is no flow {deployment.entrypoint}"
        return
    if flow.name != deployment.name:
        # Stages are started by one name for both.
        yield f"its flow is called {flow.name}"
    if flow.on_cancellation_hooks or flow.on_crashed_hooks:
        # flows/prefect_command.py
        yield "our workers would leave out its hooks for a run that is cancelled or crashes"
    yield from _wrong_parameters(flow, deployment.parameters, whole=False)
    for schedule in deployment.schedules:
        yield from _wrong_time(schedule)
        given = {**deployment.parameters, **schedule.parameters}
        yield from _wrong_parameters(flow, given, whole=True)
    slugs = [schedule.slug for schedule in deployment.schedules]
    if len(set(slugs)) < len(slugs):
        yield "two of its schedules have one slug"


def _flow(entrypoint: str) -> Flow[Any, Any] | None:
    from prefect import Flow

    module, _, name = entrypoint.rpartition(".")
    try:
        found = getattr(import_module(module), name, None)
    except (ImportError, ValueError):
        return None
    return found if isinstance(found, Flow) else None


def _wrong_parameters(flow: Flow[Any, Any], given: dict[str, Any], *, whole: bool) -> Iterator[str]:
    known = inspect.signature(flow.fn).parameters
    for name in given.keys() - known.keys():
        yield f"its flow has no parameter {name}"
    missing = [
        name
        for name, parameter in known.items()
        if parameter.default is parameter.empty and name not in given
    ]
    if whole and missing:
        yield f"its schedule gives no {', '.join(missing)}"
    elif not missing and given.keys() <= known.keys():
        from prefect.exceptions import ParameterTypeError

        try:
            flow.validate_parameters(given)
        except ParameterTypeError as error:
            yield f"its parameters are wrong: {str(error).splitlines()[0]}"


def _wrong_time(schedule: Schedule) -> Iterator[str]:
    from prefect.client.schemas.schedules import CronSchedule

    try:
        CronSchedule(cron=schedule.cron, timezone=schedule.timezone)
    except ValidationError as error:
        yield f"its schedule {schedule.slug} is wrong: {error.errors()[0]['msg']}"
