"""The ground under all fakes: routes, scripted faults, windows and tokens."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import httpx
import pytest

from clipping.models import PlatformName
from clipping.rehearsal.serving import FakeService, Fault, Reply, Request, route
from clipping.rehearsal.tokens import InvalidGrant, Tokens, challenge_of
from clipping.rehearsal.windows import Window
from clipping.rehearsal.world import World, WorldClock


class FakeShelf(FakeService):
    """Keeps what is put onto it."""

    platform = PlatformName.X

    def __init__(self, world: World | None = None) -> None:
        super().__init__(world)
        self.kept: dict[str, bytes] = {}

    @route("PUT", "/shelf/{place}", in_part=True)
    def put(self, request: Request) -> Reply:
        self.kept[request.at["place"]] = request.body
        return Reply.json({"bytes": len(request.body)}, 201, x_place=request.at["place"])

    @route("GET", "/shelf/all")
    def every(self, request: Request) -> Reply:
        return Reply.json(sorted(self.kept))

    @route("GET", "/shelf/{place}")
    def one(self, request: Request) -> Reply:
        return Reply(body=self.kept[request.at["place"]])


@pytest.fixture
def shelf() -> Iterator[FakeShelf]:
    with FakeShelf().serving() as fake:
        yield fake


@pytest.fixture
def client(shelf: FakeShelf) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=shelf.url, trust_env=False, timeout=5) as client:
        yield client


def test_the_most_exact_route_answers(shelf: FakeShelf, client: httpx.Client) -> None:
    put = client.put("/shelf/a", content=b"one")
    assert (put.status_code, put.headers["x-place"], put.json()) == (201, "a", {"bytes": 3})
    assert client.get("/shelf/a").content == b"one"
    assert client.get("/shelf/all").json() == ["a"]
    assert client.get("/elsewhere").status_code == 404
    assert shelf.count("GET /shelf/{place}") == 1


def test_a_fault_takes_the_place_of_serving_or_only_of_the_answer(
    shelf: FakeShelf, client: httpx.Client
) -> None:
    shelf.fail(
        Fault(status=503, headers={"Retry-After": "7"}), Fault(status=500, served=True), at=2
    )
    client.put("/shelf/a", content=b"one")
    assert client.put("/shelf/b", content=b"two").headers["retry-after"] == "7"
    assert client.put("/shelf/c", content=b"three").status_code == 500
    assert shelf.kept.keys() == {"a", "c"}


def test_a_connection_is_cut_before_or_after_the_effect(
    shelf: FakeShelf, client: httpx.Client
) -> None:
    shelf.fail(Fault(cut="before"), Fault(cut="after"), on="PUT /shelf/{place}")
    for place in "ab":
        with pytest.raises(httpx.TransportError):
            client.put(f"/shelf/{place}", content=b"one")
    assert shelf.kept.keys() == {"b"}


def test_a_cut_body_arrives_in_part(shelf: FakeShelf, client: httpx.Client) -> None:
    shelf.fail(Fault(keep_bytes=2))
    with pytest.raises(httpx.TransportError):
        client.put("/shelf/a", content=b"three")
    assert shelf.kept == {"a": b"th"}


def test_nothing_gets_through_from_the_dead(shelf: FakeShelf, client: httpx.Client) -> None:
    shelf.fail(Fault(cut="after", kills=True))
    for place in "ab":
        with pytest.raises(httpx.TransportError):
            client.put(f"/shelf/{place}", content=b"one")
    shelf.world.revive()
    assert client.get("/shelf/all").json() == ["a"]


def test_a_window_allows_so_many_calls_and_says_how_long_to_wait() -> None:
    clock, window = WorldClock(), Window(2, 60)
    waits = []
    for _ in range(3):
        waits.append(window.take("who", clock.now))
        clock.advance(20)
    assert waits == [0, 0, 20]
    assert (window.used("who", clock.now), window.left("other", clock.now)) == (1, 2)


def test_a_rotated_refresh_token_is_good_for_one_refresh() -> None:
    clock = WorldClock()
    tokens = Tokens(clock, access_s=100, refresh_s=1000, rotates=True)
    first = tokens.exchange(tokens.code("me", ("post",), challenge_of("secret")), "secret")
    second = tokens.refresh(first.refresh)
    with pytest.raises(InvalidGrant):
        tokens.refresh(first.refresh)
    assert tokens.owner(second.access) == second
    clock.advance(100)
    assert tokens.owner(second.access) is None
    clock.advance(900)
    with pytest.raises(InvalidGrant):
        tokens.refresh(second.refresh)


def test_a_refresh_token_that_does_not_rotate_stays() -> None:
    tokens = Tokens(WorldClock(), access_s=100, refresh_s=None, rotates=False)
    first = tokens.grant("me", ())
    again = [tokens.refresh(first.refresh) for _ in range(2)]
    assert {one.refresh for one in again} == {first.refresh}
    assert len({one.access for one in (first, *again)}) == 3
    tokens.revoke("me")
    assert tokens.owner(again[0].access) is None


def test_a_code_is_good_once_and_for_its_verifier() -> None:
    tokens = Tokens(WorldClock(), access_s=100, refresh_s=None, rotates=False)
    code = tokens.code("me", (), challenge_of("secret"))
    with pytest.raises(InvalidGrant):
        tokens.exchange(code, "guess")
    with pytest.raises(InvalidGrant):
        tokens.exchange(code, "secret")


def test_the_ledger_tells_doubles_of_a_file_on_an_account() -> None:
    world, ids = World(), itertools.count()
    for account, sha256 in (("a", "1"), ("b", "1"), ("a", "2"), ("a", "1")):
        world.publish(PlatformName.X, account, str(next(ids)), sha256, "words")
    assert [[one.public_id for one in group] for group in world.doubles()] == [["0", "3"]]
