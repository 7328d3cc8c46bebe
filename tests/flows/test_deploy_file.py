"""``prefect.yaml`` as it stands works, and one letter that is wrong in it is told."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from prefect.utilities.callables import parameter_schema

from flows.deploy_file import FILE, _flow, problems, read
from flows.supervisor import WORKER_LIMITS

TEXT = FILE.read_text(encoding="utf-8")
PARENTS = ("clip-source", "hear-source", "watch-sources")
BROKEN = {
    "a key beside all": ("name: clipper\n", "name: clipper\nbulid: []\n", "bulid: Extra inputs"),
    "a key of a deployment": ("entrypoint: flows.clip", "entrypiont: flows.clip", "entrypiont"),
    "a key of a pool": (
        "&cpu {name: cpu, work_queue_name",
        "&cpu {name: cpu, queue",
        "work_pool.queue: Extra inputs",
    ),
    "a key of a limit": ("{limit: 2, collision_strategy", "{limit: 2, strategy", "strategy"),
    "a strategy": (
        "limit: 2, collision_strategy: ENQUEUE",
        "limit: 2, collision_strategy: QUEUE",
        "'ENQUEUE'",
    ),
    "a key of a schedule": (
        "timezone: UTC, slug: minutely",
        "timezon: UTC, slug: minutely",
        "timezon",
    ),
    "a pool": ("&gpu {name: gpu", "&gpu {name: gpus", "work_pool.name"),
    "a module": (
        "flows.clip.clip_source",
        "flows.clips.clip_source",
        "there is no flow flows.clips",
    ),
    "a function": (
        "flows.clip.clip_source",
        "flows.clip.clip_sources",
        "there is no flow flows.clip",
    ),
    "no flow": ("flows.clip.clip_source", "flows.clip.check_wishes", "there is no flow flows.clip"),
    "a name": ("- name: clip-source", "- name: clip-sources", "its flow is called clip-source"),
    "a name twice": ("- name: hear-source", "- name: clip-source", "2 deployments clip-source"),
    "a time": ('"* * * * *"', '"* * * *"', "schedule minutely is wrong"),
    "a place": (
        "timezone: UTC, slug: daily",
        "timezone: Europe/Berlim, slug: daily",
        "daily is wrong",
    ),
    "a parameter": (
        "slug: minutely, active: true}",
        "slug: minutely, active: true, parameters: {second: 5}}",
        "its flow has no parameter second",
    ),
    "a parameter's value": (
        "slug: minutely, active: true}",
        "slug: minutely, active: true, parameters: {seconds: -5}}",
        "its parameters are wrong",
    ),
    "a parameter that is missing": (
        "entrypoint: flows.publish.publish_due",
        "entrypoint: flows.clip.clip_source",
        "its schedule gives no location",
    ),
    "a slug twice": (
        "slug: minutely, active: true}",
        "slug: minutely, active: true}\n      - "
        '{cron: "5 * * * *", timezone: UTC, slug: minutely, active: false}',
        "have one slug",
    ),
    "no YAML": ("deployments:\n", "deployments: [\n", "is no YAML"),
}


def test_the_file_as_it_stands_works() -> None:
    assert problems() == []


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_wrong_in_it_is_told(kind: str, tmp_path: Path) -> None:
    right, wrong, told = BROKEN[kind]
    assert right in TEXT
    broken = tmp_path / "prefect.yaml"
    broken.write_text(TEXT.replace(right, wrong, 1), encoding="utf-8")
    assert told in " ".join(problems(broken))


def test_operators_are_told_what_each_does_when_to_run_it_and_what_a_second_run_does() -> None:
    for one in read().deployments:
        assert one.description.startswith("**"), one.name
        assert {"*When:*", "*Again:*"} <= set(one.description.split()), one.name
        assert [tag for tag in one.tags if tag.startswith("stage:")], one.name


def test_every_parameter_has_a_title_and_a_sentence_on_the_pages() -> None:
    lists = set()
    for one in read().deployments:
        flow = _flow(one.entrypoint)
        assert flow is not None
        for name, field in parameter_schema(flow.fn).properties.items():
            assert field["title"] != name, f"{one.name}: {name}"
            assert field.get("description"), f"{one.name}: {name}"
            lists |= {name} if "enum" in field else set()
    assert lists == {"style", "hook_style", "transcriber", "detector", "factor"}


def test_parents_leave_slots_to_the_stages_that_they_wait_for() -> None:
    known = {one.name: one for one in read().deployments}
    waiting = 0
    for name in PARENTS:
        limit = known[name].concurrency_limit
        assert limit is not None
        waiting += limit.limit
    standing = sum(one.concurrency_limit.limit for one in known.values() if one.concurrency_limit)
    assert waiting + 2 <= standing <= WORKER_LIMITS["cpu"] - 2
    for name, one in known.items():
        flow = _flow(one.entrypoint)
        assert flow is not None
        waits = any(word in inspect.getsource(flow.fn) for word in ("run_stage(", "taken_in("))
        assert not waits or name in PARENTS, f"{name} waits for stages"
