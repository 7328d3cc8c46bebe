"""How Streamlit has to be set up behind the door."""

from __future__ import annotations

from pathlib import Path

from streamlit import config, file_util
from streamlit.proto.BackMsg_pb2 import BackMsg

from clipping.errors import Broken
from clipping.settings import settings
from dashboard.door.site import Site, script_hashes


def site() -> Site:
    """Where we are found, by the settings."""
    return Site(settings().dashboard_url)


def inline_hashes() -> list[str]:
    """Of the scripts in the page that Streamlit serves; they change with its releases."""
    return script_hashes(Path(file_util.get_static_dir(), "index.html").read_text("utf-8"))


def rerun() -> bytes:
    """What a browser sends to have its page run from the top, with nothing clicked."""
    message = BackMsg()
    message.rerun_script.SetInParent()
    return bytes(message.SerializeToString())


def prepare() -> None:
    """Hold Streamlit to what the door relies on, whatever its configuration says.

    :raises Broken: It does not know one of the options any more.
    """
    held = {
        "server.allowedHosts": site().hosts,
        "server.enableCORS": True,
        "server.enableXsrfProtection": True,
        "server.enableAgentApi": False,
        "server.enableStaticServing": False,
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": False,
        "client.showErrorDetails": "none",
        # A path before ours would be one that the door does not look at.
        "server.baseUrlPath": "",
    }
    for name, value in held.items():
        if name not in config.get_config_options():
            raise Broken(f"Streamlit has no option {name} any more: this release was not tried.")
        config.set_option(name, value)
