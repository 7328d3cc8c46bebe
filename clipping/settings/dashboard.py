"""Where the dashboard and Prefect's server are found, and who vouches for people."""

from __future__ import annotations

from pydantic import BaseModel, Field, SecretStr

from clipping.settings.values import Given, Origin, PrivateAddress


class Dashboard(BaseModel):
    """Fields of :class:`~clipping.settings.Settings`."""

    dashboard_url: Origin = None
    """Where people find the dashboard beyond this machine, such as ``https://clips.example.com``:
    a reverse proxy ends TLS there and passes the ``Host`` on. This machine alone unless set."""

    prefect_api_url: Given[str] = Field(default=None, validation_alias="PREFECT_API_URL")
    """Prefect's server, as Prefect itself is told; the dashboard asks it for runs."""

    prefect_api_auth_string: Given[SecretStr] = Field(
        default=None, validation_alias="PREFECT_API_AUTH_STRING"
    )
    """``user:password`` of that server, where it asks for one."""

    prefect_ui_url: Given[str] = Field(default=None, validation_alias="PREFECT_UI_URL")
    """Where browsers find Prefect's pages; where its server is, if that is this machine."""

    oidc_issuer: PrivateAddress = None
    """An identity provider through which people may sign in, as it calls itself; see
    docs/dashboard.md."""

    oidc_client_id: Given[str] = None
    """The dashboard's own id there."""

    oidc_client_secret: Given[SecretStr] = None
    """Its secret; a public client has none."""

    oidc_title: str = "single sign-on"
    """What the provider is called in the form."""
