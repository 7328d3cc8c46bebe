"""What the settings say of links also holds in the containers."""

from __future__ import annotations

import pytest

from tests.test_compose import OUR_OWN, SERVICES

LINKS = (
    "CLIPPER_LINK_HOSTS",
    "CLIPPER_LINK_PROXY",
    "CLIPPER_MAX_SOURCE_BYTES",
    "CLIPPER_MAX_SOURCE_MINUTES",
)


@pytest.mark.parametrize("name", OUR_OWN)
def test_a_service_keeps_to_the_limits_and_the_proxy_of_links_where_they_are_set(name: str) -> None:
    given = SERVICES[name]["environment"]
    # A proxy that is set and not passed on would be gone around without a word.
    assert {given.get(variable, "left out") for variable in LINKS} == {None}
