"""Fixtures that the tests of several formats share."""

import pytest

from tests.weights.tokenizer_files import train_model


@pytest.fixture
def folder(shared, tmp_path):
    """A writable copy of a fixture's configuration and weights."""

    def copy(name):
        for file in ("config.json", "model.safetensors"):
            (tmp_path / file).write_bytes((shared / "fixtures" / name / file).read_bytes())
        return tmp_path

    return copy


@pytest.fixture(scope="session")
def small_model(tmp_path_factory):
    """A SentencePiece model of 120 pieces, as many as the fixtures have rows, trained by SentencePiece."""
    return train_model(tmp_path_factory.mktemp("sentencepiece") / "spiece.model", 120)
