from dotmac_lint.rules.dm028_example_drift.rule import ExampleDrift

__all__ = ["ExampleDrift"]
