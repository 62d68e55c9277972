"""The manifest beside the records: how they were made, how many there are, and what each file must hash to."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from albert_tf.errors import DataError
from albert_tf.pretraining.masking import MaskingRecipe, MaskingVocabulary

MANIFEST = "manifest.json"
FORMAT = 1
MASKINGS = ("static", "dynamic")


@dataclass(frozen=True)
class ShardEntry:
    """One file of records.

    Args:
        name: its name in the folder of the manifest.
        records: number of examples.
        bytes: its size.
        sha256: of its content.
    """

    name: str
    records: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What is known of a folder of records.

    Args:
        sequence_length: tokens of an example, padding included.
        masking: `"static"`: the records hold masked tokens; `"dynamic"`: they are masked when they are read.
        recipe: how tokens were masked, or are by default.
        vocabulary: what masking has to know of the vocabulary.
        tokenizer: `AlbertTokenizer.get_config()`, with the hash of its model.
        settings: all other settings that the records depend on: seed, duplicates, short_share, words, ...
        counts: documents, examples, tokens, and what was left out; see `docs/pretraining.md`.
        shards: the files.
    """

    sequence_length: int
    masking: str
    recipe: MaskingRecipe
    vocabulary: MaskingVocabulary
    tokenizer: dict
    settings: dict
    counts: dict
    shards: tuple[ShardEntry, ...]

    @property
    def num_examples(self) -> int:
        """Number of examples in all files."""
        return sum(shard.records for shard in self.shards)

    def to_json(self) -> str:
        """Returns the text of the file."""
        return json.dumps({"format": FORMAT, **dataclasses.asdict(self)}, indent=2) + "\n"

    @classmethod
    def read(cls, path: str | Path) -> "Manifest":
        """Reads a manifest.

        Args:
            path: the file, or its folder.

        Raises:
            DataError: it is missing, or not a manifest that this version understands.
        """
        path = Path(path)
        path = path / MANIFEST if path.is_dir() else path
        try:
            values = json.loads(path.read_text("utf-8"))
            if values.pop("format") != FORMAT:
                raise DataError(f"{path}: of another format than {FORMAT}; prepare the data again")
            vocabulary = {
                name: tuple(value) if isinstance(value, list) else value
                for name, value in values.pop("vocabulary").items()
            }
            return cls(
                recipe=MaskingRecipe(**values.pop("recipe")),
                vocabulary=MaskingVocabulary(**vocabulary),
                shards=tuple(ShardEntry(**shard) for shard in values.pop("shards")),
                **values,
            )
        except FileNotFoundError:
            raise DataError(
                f"{path}: no such file; prepare the data with albert-tf pretraining-data"
            ) from None
        except OSError as error:
            raise DataError(f"{path}: cannot be read ({error.strerror})") from None
        except (UnicodeDecodeError, LookupError, TypeError, AttributeError) as error:
            raise DataError(f"{path}: not a manifest of pretraining data ({error})") from None
        except ValueError as error:
            if isinstance(error, DataError):
                raise
            raise DataError(f"{path}: damaged ({error}); prepare the data again") from None


def file_sha256(path: str | Path) -> str:
    """Returns the sha256 of a file in hexadecimal digits; OSError when it cannot be read."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
