"""The version of the product, which stands in pyproject.toml and nowhere else."""

import functools
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


@functools.cache
def product_version() -> str:
    """Read from the file, for the product runs from its folder and is not installed as a package."""
    return str(tomllib.loads(PYPROJECT.read_text())["project"]["version"])
