"""The compose file agrees with itself and with what ``clipper up`` runs.

It needs a Docker engine to be run; what can be read from it is held here.
"""

from __future__ import annotations

import importlib
import inspect
import os
import re
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from clipping.settings import CHECKOUT, Settings
from flows.deploying import HEARTBEAT_S, POOLS
from flows.supervisor import WORKER_LIMITS

TEXT = (CHECKOUT / "docker-compose.yml").read_text(encoding="utf-8")
DOCUMENT: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = DOCUMENT["services"]
OUR_OWN = [name for name, service in SERVICES.items() if "PREFECT_API_URL" in str(service)]
PASSWORDS = {
    "CLIPPER_DB_PASSWORD",
    "CLIPPER_PREFECT_PASSWORD",
    "CLIPPER_PREFECT_DB_PASSWORD",
    "CLIPPER_BLOCKS_KEY",
}
WORKERS = {"cpu-worker": "cpu", "hear-worker": "gpu", "gpu-worker": "gpu"}
ONCE = {"databases", "deploy", "bucket"}
"""They do something and end."""
OURS = {"clipper", "clipper-gpu"}
FROM = re.compile(r"^FROM (\S+)", re.MULTILINE)


def _options(service: str) -> dict[str, str]:
    """Options of a command in the list form: each with the word after it."""
    words = SERVICES[service]["command"]
    return {word: following for word, following in pairwise(words) if "--" in word}


def test_these_services_are_there() -> None:
    assert set(WORKERS.values()) == set(POOLS)
    assert set(OUR_OWN) == {"deploy", "dashboard", "bucket", *WORKERS}
    assert set(SERVICES) == {"postgres", "databases", "prefect", "store", *OUR_OWN}
    profiles = {name: one["profiles"] for name, one in SERVICES.items() if "profiles" in one}
    assert profiles == {"gpu-worker": ["gpu"], "store": ["store"], "bucket": ["store"]}


def test_nothing_starts_without_passwords_of_its_own() -> None:
    # What is doubled is the shell's.
    variables = re.findall(r"(?<!\$)\$\{([^}]*)\}", TEXT)
    variables.remove("CLIPPER_HEAR_WITHOUT_GPU:-1")
    assert {variable.partition(":?")[0] for variable in variables} == PASSWORDS
    assert all(":?" in variable for variable in variables), "a default would be everybody's"
    assert not re.search(r"(?<!\$)\$(?![{$])", TEXT)


@pytest.mark.parametrize("page", ["docker-compose.yml", "deployments/README.md"])
def test_the_variables_that_have_to_be_set_are_named(page: str) -> None:
    text = (CHECKOUT / page).read_text(encoding="utf-8")
    assert {name for name in PASSWORDS if f"{name}=" in text} == PASSWORDS


NEED_PREFECT = [name for name in OUR_OWN if name != "bucket"]


@pytest.mark.parametrize("name", NEED_PREFECT)
def test_a_service_finds_the_prefect_server_and_knows_its_password(name: str) -> None:
    server, ours = SERVICES["prefect"]["environment"], SERVICES[name]["environment"]
    secret = server["PREFECT_SERVER_API_AUTH_STRING"]
    assert secret == "clipper:${CLIPPER_PREFECT_PASSWORD:?set it in .env}"
    assert ours["PREFECT_API_AUTH_STRING"] == secret
    url = urlsplit(ours["PREFECT_API_URL"])
    assert (url.hostname, url.port, url.path) == ("prefect", 4200, "/api")
    assert SERVICES[name]["depends_on"]["prefect"] == {"condition": "service_healthy"}


@pytest.mark.parametrize("name", NEED_PREFECT)
def test_a_service_finds_the_database_and_knows_its_password(name: str) -> None:
    given = SERVICES["postgres"]["environment"]
    user, database = given["POSTGRES_USER"], given["POSTGRES_DB"]
    wanted = f"postgresql://{user}:{given['POSTGRES_PASSWORD']}@postgres:5432/{database}"
    assert SERVICES[name]["environment"]["DATABASE_URL"] == wanted
    assert SERVICES[name]["depends_on"]["postgres"] == {"condition": "service_healthy"}


@pytest.mark.parametrize(("name", "pool"), WORKERS.items())
def test_a_worker_is_the_one_of_clipper_up(name: str, pool: str) -> None:
    options = _options(name)
    assert options["--pool"] == pool
    assert options["--type"] == "process"
    assert int(options["--limit"]) == WORKER_LIMITS[pool]
    environment = SERVICES[name]["environment"]
    # The automation takes a run that is silent for dead.
    assert environment["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"] == str(HEARTBEAT_S)


def test_the_server_is_told_once_what_clipper_up_tells_its_own() -> None:
    python, option, module = SERVICES["deploy"]["command"]
    assert (python, option) == ("python", "-m")
    assert callable(importlib.import_module(module).main)
    assert module == "flows.deploying"
    assert SERVICES["deploy"]["restart"] == "no"


def test_only_this_machine_reaches_a_page_and_the_pages_reach_their_api() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert sorted(ports) == ["127.0.0.1:4200:4200", "127.0.0.1:8501:8501"]
    environment = SERVICES["prefect"]["environment"]
    assert environment["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] == "http://127.0.0.1:4200"
    assert environment["PREFECT_UI_API_URL"] == "http://127.0.0.1:4200/api"


def test_prefect_has_a_database_and_a_role_of_its_own() -> None:
    from sqlalchemy import make_url

    name = "PREFECT_SERVER_DATABASE_CONNECTION_URL"
    given = SERVICES["prefect"]["environment"][name]
    assert SERVICES["databases"]["environment"][name] == given
    variable = re.search(r"\$\{.*?\}", given)
    assert variable is not None
    assert variable[0].startswith("${CLIPPER_PREFECT_DB_PASSWORD:?")
    theirs = make_url(given.replace(variable[0], "secret"))
    assert theirs.drivername == "postgresql+asyncpg"
    assert (theirs.host, theirs.port) == ("postgres", 5432)
    ours = SERVICES["postgres"]["environment"]
    assert theirs.username != ours["POSTGRES_USER"]
    assert theirs.database != ours["POSTGRES_DB"]
    made_first = {"condition": "service_completed_successfully"}
    assert SERVICES["prefect"]["depends_on"]["databases"] == made_first


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_held_to_what_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["user"] == ("postgres" if name == "postgres" else "10001:10001")
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["cap_drop"] == ["ALL"]
    # NVIDIA's runtime writes into the container.
    assert service["read_only"] is (name != "gpu-worker")
    assert "/tmp" in service["tmpfs"]
    assert service["logging"]["options"]["max-size"]
    if name in ONCE:
        assert service["restart"] == "no"
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"]
        assert service["healthcheck"]["timeout"]


def test_postgres_and_the_store_are_reached_by_services_alone() -> None:
    assert DOCUMENT["networks"]["inside"] == {"internal": True}
    alone = {name for name, one in SERVICES.items() if one["networks"] == ["inside"]}
    assert alone == {"postgres", "databases", "store"}


def test_images_are_made_of_exact_releases_and_run_as_nobody_special() -> None:
    files = [CHECKOUT / "deployments" / "Dockerfile", CHECKOUT / "deployments/store/Dockerfile"]
    stages = {"cpu"}
    bases = [SERVICES["postgres"]["image"]]
    for file in files:
        text = file.read_text(encoding="utf-8")
        bases += [base for base in FROM.findall(text) if base not in stages]
        assert re.findall(r"^USER (\S+)", text, re.MULTILINE)[-1] == "10001:10001"
    assert len(bases) == 4
    for base in bases:
        tag = base.partition(":")[2]
        assert re.match(r"\d+\.\d+|RELEASE\.\d{4}", tag), base
    targets = {one["build"].get("target") for one in SERVICES.values() if one.get("image") in OURS}
    assert targets <= {"cpu", "gpu"}


def test_the_gpu_image_has_what_the_lock_file_of_whisperx_pins() -> None:
    pinned = (CHECKOUT / "requirements/whisperx.txt").read_text(encoding="utf-8")
    wanted = (CHECKOUT / "deployments/gpu.txt").read_text(encoding="utf-8").partition("\n")[2]
    entries = [f"nvidia-{entry}" for entry in wanted.split("nvidia-")[1:]]
    assert len(entries) == 2
    assert all(entry.strip() in pinned for entry in entries)


def test_the_store_does_not_start_with_keys_that_everybody_knows(tmp_path: Path) -> None:
    """Its command as written, with a program in the server's place that says what it was given."""
    stand_in = tmp_path / "minio"
    stand_in.write_text('#!/bin/sh\necho "$MINIO_ROOT_USER:$MINIO_ROOT_PASSWORD $*"\n')
    stand_in.chmod(0o755)
    service = SERVICES["store"]
    command = [*service["entrypoint"], *(part.replace("$$", "$") for part in service["command"])]

    def started(**keys: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", **keys}
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=20
        )

    keys = {"AWS_ACCESS_KEY_ID": "ours", "AWS_SECRET_ACCESS_KEY": "secret"}
    assert started(**keys).stdout == "ours:secret server /data\n"
    for name in keys:
        assert started(**{**keys, name: ""}).returncode != 0


def test_every_volume_is_declared_and_used() -> None:
    mounts = [mount for service in SERVICES.values() for mount in service.get("volumes", ())]
    named = {mount.partition(":")[0] for mount in mounts if not mount.startswith(".")}
    assert named == set(DOCUMENT["volumes"])


def test_the_server_forgets_neither_who_holds_a_slot_nor_the_key_to_its_blocks() -> None:
    from flows.local_run import prefect_environment

    given = SERVICES["prefect"]["environment"]
    leases = "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE"
    assert given[leases] == prefect_environment()[leases]
    assert callable(importlib.import_module(given[leases]).ConcurrencyLeaseStorage)
    mounts = [mount.partition(":")[2] for mount in SERVICES["prefect"]["volumes"]]
    assert any(given["PREFECT_HOME"].startswith(f"{mount}/") for mount in mounts)
    assert given["PREFECT_SERVER_ENCRYPTION_KEY"] == "${CLIPPER_BLOCKS_KEY:?set it in .env}"
    assert not any("ENCRYPTION_KEY" in str(SERVICES[name]) for name in OUR_OWN)


def test_the_server_writes_where_it_may() -> None:
    """Where it is not told of a folder for its pages, it writes them among its packages."""
    service = SERVICES["prefect"]
    mounts = [*service["tmpfs"], *(mount.partition(":")[2] for mount in service["volumes"])]
    for name in ("HOME", "PREFECT_HOME", "PREFECT_UI_STATIC_DIRECTORY"):
        folder = service["environment"][name]
        assert any(folder == one or folder.startswith(f"{one}/") for one in mounts), name


@pytest.mark.parametrize("name", OUR_OWN)
def test_a_service_gets_what_it_needs_for_an_object_store_where_that_is_set(name: str) -> None:
    given = SERVICES[name]["environment"]
    ours = {f"CLIPPER_{field}".upper() for field in Settings.model_fields}
    assert {variable for variable in given if variable.startswith("CLIPPER_")} <= ours
    stores = {variable for variable in ours if variable.startswith("CLIPPER_STORE")}
    keys = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
    wanted = stores | keys | {"CLIPPER_CACHE_BYTES", "AWS_REGION", "AWS_DEFAULT_REGION"}
    # An empty value would be one: without any, compose passes on what is set, or nothing.
    assert {given[variable] for variable in wanted} == {None}
    assert len(stores) == 5


def test_every_prefect_variable_is_one_that_prefect_knows() -> None:
    from prefect import settings
    from prefect.server.utilities import encryption

    used = {
        name
        for service in SERVICES.values()
        for name in service["environment"]
        if name.startswith("PREFECT_")
    }
    assert used
    # One that it does not know it ignores without a word.
    read = inspect.getsource(encryption)
    assert {name for name in used if not hasattr(settings, name) and name not in read} == set()
