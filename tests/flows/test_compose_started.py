"""Each service's command is started as the compose file has it, until its own health check is well.

Without containers: addresses and folders are those of a test, and Python is kept from writing
anywhere but below the service's volumes and ``/tmp``. Postgres is the embedded one, which has no
``pg_trgm``: an empty extension of that name stands in, and Prefect's tables lie in SQLite, as those
of ``clipper up`` do. On a Postgres with it, ``python -m benchmarks.two_machines`` starts them.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError

import psycopg
import pytest

from benchmarks.two_machines import Machine, _free_port, _s3
from clipping.db.cluster import ENVIRONMENT, find_or_create
from clipping.settings import CHECKOUT
from flows.deploying import POOLS
from tests.support.database import remove_data
from tests.test_compose import SERVICES

HELD = CHECKOUT / "tests" / "support" / "held"
DOCKERFILE = (CHECKOUT / "deployments" / "Dockerfile").read_text(encoding="utf-8")
LASTING = ("cpu-worker", "hear-worker", "dashboard")
STARTED = {"postgres", "databases", "prefect", "deploy", "bucket", *LASTING}

# What is set up for all of them counts as the first one's.
pytestmark = pytest.mark.timeout(900)


@dataclass
class Held(Machine):
    """A machine of which its services write their volumes and ``/tmp`` alone."""

    own: dict[str, dict[str, str]] = field(default_factory=dict)
    """What services are told beside what the file says."""

    def environment(self, service: str) -> dict[str, str]:
        """What the image and compose would give the service, and what holds it."""
        image = dict(re.findall(r"(PYTHON\w+)=(\S+)", DOCKERFILE))
        given = super().environment(service)
        mounts = [mount.split(":") for mount in SERVICES[service].get("volumes", ())]
        folders = [*SERVICES[service]["tmpfs"], *(mount[1] for mount in mounts if len(mount) == 2)]
        held = {
            "PYTHONPATH": f"{HELD}:{CHECKOUT}",
            "HELD_TO": ":".join(f"{self.folder}{one}" for one in folders),
            "HELD_REFUSED": str(self.folder / "refused"),
            "TMPDIR": f"{self.folder}/tmp",
        }
        return {**image, **given, **held, **self.own.get(service, {})}

    @property
    def refused(self) -> set[str]:
        """Where somebody wanted to write in vain."""
        noted = self.folder / "refused"
        return set(noted.read_text(encoding="utf-8").splitlines()) if noted.exists() else set()


@contextmanager
def _postgres(folder: Path) -> Iterator[int]:
    """The service's command on the data of an embedded server; its port."""
    home, service, port = folder / "embedded", SERVICES["postgres"], _free_port()
    home.mkdir()
    cluster = find_or_create(home.resolve())
    extension = cluster.folder / "stand-in" / "extension"
    extension.mkdir(parents=True)
    (extension / "pg_trgm.control").write_text("default_version = '1'\n")
    (extension / "pg_trgm--1.sql").write_text("")
    with (cluster.data / "postgresql.conf").open("a") as settings:
        settings.write(
            "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\n"
            f"extension_control_path = '$system:{extension.parent}'\n"
        )
    told = {"PGDATA": str(cluster.data), "PGPORT": str(port), "PGHOST": "127.0.0.1"}
    environment = {**ENVIRONMENT, **told}
    program, *arguments = service["command"]
    with (folder / "postgres.log").open("wb") as log:
        process = subprocess.Popen(
            [str(cluster.binaries / program), *arguments],
            stdout=log,
            stderr=log,
            **{**cluster.run_as(), "env": environment},
        )
    try:
        shell, check = service["healthcheck"]["test"]
        assert shell == "CMD-SHELL"
        environment["PATH"] = f"{cluster.binaries}:{ENVIRONMENT['PATH']}"
        deadline = time.monotonic() + 60
        while subprocess.run(
            ["/bin/sh", "-c", check], env=environment, capture_output=True, check=False
        ).returncode:
            assert process.poll() is None, (folder / "postgres.log").read_text()
            assert time.monotonic() < deadline, (folder / "postgres.log").read_text()
            time.sleep(0.2)
        yield port
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        remove_data(home)


@pytest.fixture(scope="module")
def machine(
    tmp_path_factory: pytest.TempPathFactory, give_tables: Callable[[Path], None]
) -> Iterator[Held]:
    """One on which all is up that the lasting services wait for."""
    folder = tmp_path_factory.mktemp("compose")
    with ExitStack() as stack:
        database = stack.enter_context(_postgres(folder))
        prefect, dashboard = _free_port(), _free_port()
        shared = {
            "CLIPPER_DB_PASSWORD": "db-password",
            "CLIPPER_PREFECT_PASSWORD": secrets.token_hex(8),
            "CLIPPER_PREFECT_DB_PASSWORD": secrets.token_hex(8),
            "CLIPPER_BLOCKS_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        }
        addresses = {
            "@postgres:5432": f"@127.0.0.1:{database}",
            "http://prefect:4200": f"http://127.0.0.1:{prefect}",
            "127.0.0.1:4200": f"127.0.0.1:{prefect}",
            "127.0.0.1:8501": f"127.0.0.1:{dashboard}",
        }
        made = Held(folder / "machine", shared, addresses)
        tables = made.folder / "data" / "prefect" / "prefect.db"
        give_tables(made.folder / "data")
        made.own = {
            "prefect": {
                "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{tables}",
                "PREFECT_SERVER_API_PORT": str(prefect),
                # Nothing is to run: what has a schedule would, as soon as a worker is there.
                "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
            },
            "dashboard": {"STREAMLIT_SERVER_PORT": str(dashboard)},
        }
        made.once("databases")
        server = stack.enter_context(made.running("prefect"))
        made.healthy("prefect", server)
        made.once("deploy")
        yield made


def _get(machine: Held, address: str, *, signed_in: bool = False) -> tuple[str, str]:
    """What is there, and of which type."""
    for there, here in machine.addresses.items():
        address = address.replace(there, here)
    request = urllib.request.Request(address, headers={"Accept": "text/html,*/*"})
    if signed_in:
        password = f"clipper:{machine.shared['CLIPPER_PREFECT_PASSWORD']}".encode()
        request.add_header("Authorization", f"Basic {base64.b64encode(password).decode()}")
    with urllib.request.urlopen(request, timeout=30) as reply:
        return reply.read().decode(), reply.headers.get_content_type()


def test_all_are_started_here_or_by_a_stand_in() -> None:
    assert set(SERVICES) - STARTED == {"store", "gpu-worker"}
    # tests/test_compose.py starts the store's with a stand-in; the other one wants a GPU.
    assert SERVICES["gpu-worker"]["command"] == SERVICES["hear-worker"]["command"]
    assert SERVICES["gpu-worker"]["healthcheck"] == SERVICES["hear-worker"]["healthcheck"]


def test_prefect_serves_its_pages_and_nothing_of_them_without_the_password(machine: Held) -> None:
    page, kind = _get(machine, "http://127.0.0.1:4200/")
    assert kind == "text/html"
    assert "<script" in page
    unpacked = machine.folder / "tmp" / "prefect-ui"
    [script] = [one for one in re.findall(r'src="(/[^"]+\.js)"', page) if "assets" in one][:1]
    assert list(unpacked.glob(f"*/assets/{Path(script).name}"))
    assert _get(machine, f"http://127.0.0.1:4200{script}")[1].endswith("javascript")
    settings = json.loads(_get(machine, "http://127.0.0.1:4200/ui-settings")[0])
    assert settings["auth"] == "BASIC"
    assert settings["api_url"] == f"{machine.addresses['http://prefect:4200']}/api"
    with pytest.raises(HTTPError, match="401"):
        _get(machine, "http://127.0.0.1:4200/api/admin/settings")
    assert _get(machine, "http://127.0.0.1:4200/api/admin/settings", signed_in=True)
    assert machine.refused == set()


@pytest.mark.parametrize("service", LASTING)
def test_a_service_comes_up_and_writes_where_it_may(machine: Held, service: str) -> None:
    with machine.running(service) as process:
        machine.healthy(service, process)
        if service == "dashboard":
            assert "Sign in" in _get(machine, "http://127.0.0.1:8501/auth/sign-in")[0]
    assert machine.refused == set()


def test_what_runs_once_has_made_what_others_need(machine: Held) -> None:
    api = machine.addresses["http://prefect:4200"]
    for pool in POOLS:
        said = _get(machine, f"{api}/api/work_pools/{pool}", signed_in=True)[0]
        assert json.loads(said)["name"] == pool
    url = machine.environment("deploy")["DATABASE_URL"]
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT rolname FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba "
            "WHERE datname = 'prefect'"
        )
        assert found.fetchall() == [("prefect",)]


def test_the_bucket_is_made(machine: Held, tmp_path: Path) -> None:
    with _s3() as store:
        keys = {
            "CLIPPER_STORE": "s3://media",
            "CLIPPER_STORE_ENDPOINT": store,
            "CLIPPER_STORE_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "AKIAOFCOMPOSE",
            "AWS_SECRET_ACCESS_KEY": secrets.token_hex(16),
        }
        other = Held(tmp_path, machine.shared | keys, machine.addresses)
        other.once("bucket")
    assert other.refused == set()


def test_what_holds_the_services_refuses_to_write_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    code = (
        "import pathlib, sys\n"
        "for folder in ('tmp', 'elsewhere'):\n"
        "    try:\n"
        "        pathlib.Path(sys.argv[1], folder, 'made').mkdir(parents=True)\n"
        "    except OSError as error:\n"
        "        print(error.strerror)\n"
    )
    environment = {
        "PYTHONPATH": str(HELD),
        "HELD_TO": str(tmp_path / "tmp"),
        "HELD_REFUSED": str(tmp_path / "refused"),
    }
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "Read-only file system\n"
    assert (tmp_path / "refused").read_text() == f"{tmp_path.resolve()}/elsewhere/made\n"
    assert (tmp_path / "tmp" / "made").exists()
    assert not (tmp_path / "elsewhere").exists()
