"""Who looks at a page, asked anew each time that it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from clipping.errors import Rejected
from clipping.models import Role
from dashboard.door import admission, passing

SIGN_IN_PATH = "/auth/sign-in"
ACCOUNT_PATH = "/auth/account"
_OWNER = "person of this page"


@dataclass(frozen=True)
class Person:
    """Somebody who has signed in, as Postgres knows them at this moment."""

    user_id: str
    name: str
    role: Role
    clients: tuple[str, ...]
    """Names of all clients that they see, in alphabetical order; an admin's are all there are."""

    @property
    def is_staff(self) -> bool:
        """Whether they work for the clients: everybody but a client's own people."""
        return self.role is not Role.CLIENT


def person() -> Person:
    """Who looks at this page; for somebody who is not let in any more it ends here.

    :raises ClippingError: Postgres does not say.
    """
    token_sha256 = passing.read(_headers())
    found = None if token_sha256 is None else admission.admit(token_sha256)
    if found is None:
        st.session_state.clear()
        st.error("Your sign-in has ended.", icon=":material/lock:")
        st.link_button("Sign in", SIGN_IN_PATH)
        st.stop()
    _keep_apart(found.user_id)
    return Person(found.user_id, found.name, found.role, found.clients)


def actor() -> Person:
    """Who presses something, on a page that was drawn for them.

    :raises Rejected: It was drawn for somebody else, who was in the same tab.
    :raises ClippingError: Postgres does not say.
    """
    drawn_for = st.session_state.get(_OWNER)
    found = person()
    if drawn_for not in (None, found.user_id):
        raise Rejected("Somebody else has signed in here meanwhile: nothing was done.")
    return found


def csrf_token() -> str:
    """What this page shows in ``X-Clipper-Token`` to change something through a route of ours."""
    return passing.csrf_token(passing.read(_headers()) or "")


def origin() -> str:
    """Where the browser finds us, such as ``https://clips.example.com``."""
    return _headers().get(passing.ORIGIN, "")


def _keep_apart(user_id: str) -> None:
    """What another person did in the same tab is not this one's."""
    if st.session_state.get(_OWNER, user_id) != user_id:
        st.session_state.clear()
    st.session_state[_OWNER] = user_id


def _headers() -> Mapping[str, str]:
    return {name.lower(): value for name, value in st.context.headers.to_dict().items()}
