"""Fixtures that every test folder shares."""

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("ALBERT_TF_SHARED", Path(__file__).resolve().parents[2] / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with reference fixtures and public data, which is not part of the repository."""
    if not SHARED.is_dir():
        pytest.skip(f"reference data not found at {SHARED}; set ALBERT_TF_SHARED to its folder")
    return SHARED
