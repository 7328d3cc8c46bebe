"""Who posts what when: pure, seeded, explainable."""

from clipping.scheduling.planning import plan_day, plan_days

__all__ = ["plan_day", "plan_days"]
