"""What Postgres remembers: tables, sessions, migrations, queries, and the embedded server.

Rows (``ClipRow``) never leave this package: queries take and return the values of
:mod:`clipping.models`.
"""
