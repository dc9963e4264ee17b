"""Finds the packages, so that a new rule is listed nowhere: each folder of rules/ is one of dotmac_lint.rules.

Everything else is in pyproject.toml, which cannot find packages in two places.
"""

from setuptools import find_namespace_packages, find_packages, setup

setup(
    packages=[
        *find_namespace_packages(include=["dotmac_lint*"], exclude=["*.__pycache__"]),
        "dotmac_lint.rules",
        *(f"dotmac_lint.rules.{folder}" for folder in find_packages("rules")),
    ]
)
