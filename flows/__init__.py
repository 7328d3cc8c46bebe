"""One file per run an operator can start; ``cli.py`` starts them from a terminal."""
