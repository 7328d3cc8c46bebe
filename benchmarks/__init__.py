"""What ``make bench`` runs: ``python -m benchmarks``."""
