"""One file per outside service: its secrets and a ``get_client()``.

No stage talks to an outside service that needs a secret yet, so no block is registered.
"""
