"""The four platforms on loopback, true to their protocols, for rehearsals and tests."""
