"""Media may lie where a site rents space, under a name that belongs to everybody there."""

from __future__ import annotations

import pytest

from clipping.errors import UnsafeUrl
from clipping.sources.guard import check_link, check_request


@pytest.mark.parametrize(
    "host", ["s3.amazonaws.com", "s3.eu-central-1.amazonaws.com", "fra1.digitaloceanspaces.com"]
)
def test_media_may_be_asked_of_a_host_that_all_its_customers_share(host: str) -> None:
    check_request(f"https://{host}/bucket/talk.mp4")
    with pytest.raises(UnsafeUrl):
        check_link(f"https://{host}/bucket/talk.mp4", (host,))


@pytest.mark.parametrize("host", ["com", "amazonaws", "internal", "db.internal", "a.localdomain"])
def test_what_is_no_name_of_the_internet_stays_refused(host: str) -> None:
    with pytest.raises(UnsafeUrl, match="no name of the internet"):
        check_request(f"https://{host}/a")
