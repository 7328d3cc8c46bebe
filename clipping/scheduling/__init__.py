"""Who posts what when: pure, seeded, explainable."""
