"""Two machines clip one video, by the commands of the compose file.

``python -m benchmarks.two_machines``, without containers: each service's command is started as
written, with its environment, and only the addresses are those of this machine. The machines have
disks of their own and share Postgres and an S3 server (moto's). ``DATABASE_URL`` names a Postgres
with ``pg_trgm`` and a role that may make others.
"""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import make_url

from clipping.demo import make_demo
from clipping.settings import CHECKOUT

SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(
    (CHECKOUT / "docker-compose.yml").read_text(encoding="utf-8")
)["services"]
SECONDS, COUNT = 60, 2
_VARIABLE = re.compile(r"\$\{(\w+):\?[^}]*\}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Machine:
    """A folder that stands for a machine's disk, and what was used on it."""

    folder: Path
    shared: dict[str, str]
    addresses: dict[str, str]
    cpu_s: float = 0.0
    ports: dict[str, int] = field(default_factory=dict)

    def environment(self, service: str) -> dict[str, str]:
        """What compose would give the service, on this machine."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        given = {
            name: self.shared.get(name, "") if value is None else self._here(str(value))
            for name, value in SERVICES[service]["environment"].items()
        }
        (self.folder / "tmp").mkdir(parents=True, exist_ok=True)
        (self.folder / "data").mkdir(exist_ok=True)
        more = {"PYTHONPATH": str(CHECKOUT), "NO_PROXY": "127.0.0.1,localhost"}
        if "worker" in service:
            # Two of them are on one machine here.
            more["PREFECT_WORKER_WEBSERVER_PORT"] = str(self._port(service))
        return {**kept, **{name: value for name, value in given.items() if value}, **more}

    def _here(self, text: str) -> str:
        text = _VARIABLE.sub(lambda found: self.shared[found[1]], text)
        for there, here in self.addresses.items():
            text = text.replace(there, here)
        for there in ("/data", "/tmp"):
            if text == there or text.startswith(f"{there}/"):
                return f"{self.folder}{text}"
        return text.replace("/app/", f"{CHECKOUT}/", 1) if text.startswith("/app/") else text

    def _port(self, service: str) -> int:
        return self.ports.setdefault(service, _free_port())

    def once(self, service: str) -> float:
        """Seconds that a service took which ends by itself."""
        began = time.monotonic()
        with self.running(service) as process:
            code = process.wait(timeout=900)
        if code:
            sys.exit(f"{service} ended with {code}:\n{self._log(service).read_text()[-3000:]}")
        return time.monotonic() - began

    @contextmanager
    def running(self, service: str) -> Iterator[subprocess.Popen[bytes]]:
        """A service while the block runs; its processes' CPU time is counted when it has ended."""
        environment = self.environment(service)
        # Its own Python, and not the one that happens to be first on the path.
        command = [sys.executable, *SERVICES[service]["command"][1:]]
        with self._log(service).open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=CHECKOUT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            before = sum(os.times()[2:4])
            try:
                process.wait(timeout=60)
            finally:
                # As a container takes with it what was started in it.
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            self.cpu_s += sum(os.times()[2:4]) - before

    def healthy(self, service: str, process: subprocess.Popen[bytes]) -> float:
        """Seconds until the service's health check, as written, says that it is well."""
        test = SERVICES[service]["healthcheck"]["test"]
        code = self._here(test[3]).replace(":8080/", f":{self.ports.get(service, 8080)}/")
        began = time.monotonic()
        while time.monotonic() < began + 900 and process.poll() is None:
            done = subprocess.run([sys.executable, test[2], code], capture_output=True, check=False)
            if done.returncode == 0:
                return time.monotonic() - began
            time.sleep(0.5)
        sys.exit(f"{service} is not well:\n{self._log(service).read_text()[-3000:]}")

    def _log(self, service: str) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / f"{service}.log"


@dataclass(frozen=True)
class Api:
    """The Prefect server."""

    url: str
    password: str

    def call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask it; what it answers."""
        request = urllib.request.Request(
            f"{self.url}/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": "Basic " + base64.b64encode(self.password.encode()).decode(),
            },
        )
        with urllib.request.urlopen(request, timeout=30) as reply:
            return json.loads(reply.read())

    def run(self, name: str, **parameters: Any) -> tuple[Any, dict[str, Any], float]:
        """A deployment's result, its run, and how long it took; exits where it did not end well."""
        began = time.monotonic()
        deployment = self.call(f"deployments/name/{name}/{name}")["id"]
        body = {"parameters": parameters, "state": {"type": "SCHEDULED"}}
        run = self.call(f"deployments/{deployment}/create_flow_run", body)
        while True:
            run = self.call(f"flow_runs/{run['id']}")
            if run["state"]["type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}:
                break
            time.sleep(0.5)
        if run["state"]["type"] != "COMPLETED":
            sys.exit(f"{name}: {run['state']['message']}")
        # A stage leaves its result in its message; a run of all stages leaves none of its own.
        result = json.loads(run["state"]["message"] or "null")
        return result, run, time.monotonic() - began

    def latest(self, name: str) -> Any:
        """The result of a stage's last run, whoever started it."""
        body = {
            "deployments": {"name": {"any_": [name]}},
            "sort": "EXPECTED_START_TIME_DESC",
            "limit": 1,
        }
        (run,) = self.call("flow_runs/filter", body)
        return json.loads(run["state"]["message"])


@contextmanager
def _s3() -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.s3_server"],
        cwd=CHECKOUT,
        env={**os.environ, "S3_UPLOAD_PART_MIN_SIZE": str(5 * 1024**2)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.stdin.close()


def _say(what: str, figure: object) -> None:
    sys.stdout.write(f"{what}: {figure if not isinstance(figure, float) else f'{figure:.1f} s'}\n")
    sys.stdout.flush()


def _addresses() -> dict[str, str]:
    url = make_url(os.environ["DATABASE_URL"])
    return {
        "clipper:db-password@postgres:5432/clipper": os.environ["DATABASE_URL"].partition("://")[2],
        "@postgres:5432": f"@{url.host}:{url.port or 5432}",
        "http://prefect:4200": "http://127.0.0.1:4200",
        "0.0.0.0": "127.0.0.1",
    }


def main() -> None:
    """Run it all once and say what was seen."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="two-machines-")))
        store = stack.enter_context(_s3())
        shared = {
            "CLIPPER_DB_PASSWORD": "db-password",
            "CLIPPER_PREFECT_PASSWORD": secrets.token_hex(8),
            "CLIPPER_PREFECT_DB_PASSWORD": secrets.token_hex(8),
            "CLIPPER_BLOCKS_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "CLIPPER_STORE": "s3://media",
            "CLIPPER_STORE_ENDPOINT": store,
            "CLIPPER_STORE_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "AKIAOFTWOMACHINES",
            "AWS_SECRET_ACCESS_KEY": secrets.token_hex(16),
        }
        middle, first, second = (
            Machine(folder / name, shared, _addresses()) for name in ("middle", "first", "second")
        )
        for again in ("", ", again"):
            _say(f"databases{again}", middle.once("databases"))
            _say(f"bucket{again}", middle.once("bucket"))
        server = stack.enter_context(middle.running("prefect"))
        _say("prefect on Postgres, healthy after", middle.healthy("prefect", server))
        for again in ("", ", again"):
            _say(f"deploy{again}", middle.once("deploy"))
        api = Api("http://127.0.0.1:4200/api", f"clipper:{shared['CLIPPER_PREFECT_PASSWORD']}")
        _show_server(api)
        with middle.running("dashboard") as dashboard:
            _say("dashboard, healthy after", middle.healthy("dashboard", dashboard))
        _clip(api, first, second, folder)


def _show_server(api: Api) -> None:
    for what, path in (
        ("pools", "work_pools/filter"),
        ("automations", "automations/filter"),
        ("limits", "v2/concurrency_limits/filter"),
        ("deployments", "deployments/filter"),
    ):
        _say(what, sorted(one["name"] for one in api.call(path, {})))


def _clip(api: Api, first: Machine, second: Machine, folder: Path) -> None:
    talk = make_demo(folder / "talk", seconds=SECONDS).video
    lengths = {"count": COUNT, "min_seconds": 12, "max_seconds": 20}
    with first.running("cpu-worker") as worker:
        _say("first machine, cpu worker, healthy after", first.healthy("cpu-worker", worker))
        source, _, took = api.run("ingest", location=str(talk), client="acme")
        _say(f"ingest of {SECONDS} s on the first machine", took)
    _say("first machine", f"{first.cpu_s:.1f} CPU-s with its worker")
    # What the second does not find in the bucket is nowhere.
    shutil.rmtree(first.folder)
    with second.running("cpu-worker") as cpu, second.running("hear-worker") as hear:
        second.healthy("cpu-worker", cpu)
        second.healthy("hear-worker", hear)
        transcript, run, took = api.run("transcribe", **source)
        _say(f"on the second machine, '{run['name']}' {run['tags']}", took)
        key, run, took = api.run("detect", transcript_id=transcript, detector="local", **lengths)
        _say(f"on the second machine, '{run['name']}' {run['tags']}", took)
        clips, run, took = api.run("render", detection_key=key)
        _say(f"on the second machine, '{run['name']}' {run['tags']}, {len(clips)} clips", took)
        _, run, took = api.run(
            "clip-source", location=str(talk), client="acme", detector="local", **lengths
        )
        again = (api.latest("detect"), api.latest("render"))
        _say(f"'{run['name']}' {run['tags']}, finds it all: {again == (key, clips)}", took)
        shown = api.call("artifacts/filter", {})
        _say("artifacts", sorted({one["key"] for one in shown}))
        kept = sum(one.stat().st_size for one in second.folder.rglob("cache/**/*") if one.is_file())
        _say("copies on the second machine's disk", f"{kept / 1e6:.1f} MB")
    _say("second machine", f"{second.cpu_s:.1f} CPU-s with its workers")


if __name__ == "__main__":
    main()
