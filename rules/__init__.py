"""The built-in rules: one folder a rule, found by walking this package."""
