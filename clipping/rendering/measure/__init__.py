"""What proof and benchmarks measure in an encoded clip, one file per kind of measurement."""
