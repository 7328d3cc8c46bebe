"""One file per stage: load, call one engine function, save, return."""
