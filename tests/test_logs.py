"""Log lines say what they are about, in either form, and never a secret."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
import yaml
from pydantic import SecretStr

from clipping import logs
from clipping.settings import CHECKOUT, settings
from clipping.vault import Vault, new_key, remember
from tasks import running

Lines = Callable[[], list[str]]
PROXY = "http://someone:proxy-password-CANARY@proxy-CANARY.example.net:8118"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Lines]:
    monkeypatch.setenv("CLIPPER_LOG", getattr(request, "param", "json"))
    monkeypatch.setenv("CLIPPER_LINK_PROXY", "socks5h://u:p@egress-CANARY.example.net:1080")
    monkeypatch.setenv("CLIPPER_X_CLIENT_SECRET", "app-secret-CANARY")
    settings.cache_clear()
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.formatter())
    logger = logging.getLogger("clipping.somewhere")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    structlog.contextvars.clear_contextvars()
    yield lambda: stream.getvalue().splitlines()
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)
    structlog.contextvars.clear_contextvars()
    settings.cache_clear()


def say(text: str, *values: object, **options: Any) -> None:
    logging.getLogger("clipping.somewhere").warning(text, *values, **options)


def test_a_line_is_one_document_with_its_run_and_client(
    log: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = SimpleNamespace(
        flow_run=SimpleNamespace(id="run-7", name="clip talk.mp4"), parameters={"client": "acme"}
    )
    prefect = SimpleNamespace(
        FlowRunContext=SimpleNamespace(get=lambda: flow),
        TaskRunContext=SimpleNamespace(get=lambda: None),
    )
    monkeypatch.setitem(sys.modules, "prefect.context", prefect)
    monkeypatch.setattr(logs, "context", [running.of_prefect])
    say("It took %d s", 3)
    with logs.about(client="umbrella", post_id="post_1", nothing=""):
        say("Two\nlines")
    one, other = (json.loads(line) for line in log())
    assert (one["event"], one["level"], one["logger"]) == (
        "It took 3 s",
        "warning",
        "clipping.somewhere",
    )
    assert (one["run"], one["client"], one["flow"]) == ("run-7", "acme", "clip talk.mp4")
    # What is said nearer by goes first.
    assert (other["client"], other["post_id"], other["run"]) == ("umbrella", "post_1", "run-7")
    assert (other["event"], "nothing" in other) == ("Two\nlines", False)


def test_what_prefect_says_itself_names_its_run(log: Lines) -> None:
    say("Finished", extra={"flow_run_id": "run-8", "task_run_name": "render-1"})
    [line] = log()
    assert json.loads(line)["run"] == "run-8"
    assert json.loads(line)["task_run_name"] == "render-1"


@pytest.mark.parametrize("log", ["plain"], indirect=True)
def test_for_people_it_is_a_line_with_the_same_behind_it(log: Lines) -> None:
    with logs.about(client="acme"):
        say("It took %d s", 3)
    [line] = log()
    assert line.endswith("clipping.somewhere - It took 3 s [client=acme]")
    assert " WARNING " in line


@pytest.mark.parametrize("log", ["plain", "json"], indirect=True)
def test_no_secret_and_no_proxy_gets_into_a_line(log: Lines) -> None:
    vault = Vault([new_key()])
    sealed = vault.seal(SecretStr(PROXY), "accounts.proxy of a")
    vault.open(sealed, "accounts.proxy of a")
    remember(SecretStr("token-CANARY-1234"))
    say("Through %s", PROXY)
    say("Cannot connect to proxy-CANARY.example.net:8118")
    say("Cannot connect to egress-CANARY.example.net:1080 with app-secret-CANARY")
    say("ProxyError: proxy = unknown-CANARY.example.org:3128 refused")
    say("Authorization: Bearer aaaaaaaaaaaaCANARY0000 and token-CANARY-1234")
    with logs.about(client="acme", seen="token-CANARY-1234"):
        say("In the context")
    say("In the extras", extra={"flow_run_name": "token-CANARY-1234"})
    try:
        raise RuntimeError(f"somebody's library: {PROXY}")
    except RuntimeError:
        say("In a traceback", exc_info=True)
    text = "\n".join(log())
    assert "somebody's library" in text
    assert text.count("***") >= 8
    assert "CANARY" not in text


@pytest.mark.parametrize("name", ["logging.yml", "service_logging.yml"])
def test_every_handler_that_writes_lines_has_the_formatter(name: str) -> None:
    document = yaml.safe_load((CHECKOUT / "flows" / name).read_text())
    assert document["formatters"] == {"standard": {"()": "clipping.logs.formatter"}}
    writing = [one for key, one in document["handlers"].items() if "api" not in key]
    assert writing
    assert all(one["formatter"] == "standard" for one in writing)
    made = logging.config.DictConfigurator(document)
    assert isinstance(
        made.configure_formatter(document["formatters"]["standard"]),
        structlog.stdlib.ProcessorFormatter,
    )
