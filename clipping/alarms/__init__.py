"""What is told to whom outside, when, and how often; the list itself is that of alerts."""
