"""Adding sources: files that arrive piece by piece, links, and the runs that clip them."""
