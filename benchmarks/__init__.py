"""What ``make bench`` runs: ``python -m benchmarks [SECTION ...]``, one file per section.

A section compares cases within one run, interleaved (A B C A B C ...), because the same command
takes a third more or less on the same machine over a day: ratios last, seconds do not.
"""
