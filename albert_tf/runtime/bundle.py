"""What travels inside a TFLite file beside the graph: tokenizer, labels, and a description.

A zip archive is appended to the flatbuffer, as TFLite's "associated files" are: TFLite reads a
flatbuffer from its front and ignores what follows; zip readers look for their directory at the end.
The tokenizer, most of the archive, is compressed to half its size, except in files for Google's Task Library and
MediaPipe, whose readers expect members that are stored.
"""

import dataclasses
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Sequence

from albert_tf.errors import ExportError
from albert_tf.tokenizer.engines import FILE_NAMES as TOKENIZERS
from albert_tf.tokenizer.engines import file_name

LABELS = "labels.txt"
METADATA = "albert_tf.json"
FORMAT = 1

_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold: equal models give equal files


@dataclasses.dataclass(frozen=True)
class Bundle:
    """The members of the appended archive.

    Args:
        metadata: the description, JSON-able: head, inputs, outputs, configuration, tokenizer
            options, versions.
        tokenizer: content of the SentencePiece model or the `vocab.txt`, or None.
        labels: names of the classes in the order of the logits, or None.
        others: further members by name, for other readers. With any, no member is compressed.
    """

    metadata: dict
    tokenizer: bytes | None = None
    labels: tuple[str, ...] | None = None
    others: dict[str, bytes] = dataclasses.field(default_factory=dict)


def is_label(name) -> bool:
    """Whether a class can have this name: a line of `labels.txt`, not empty, no space at its start or end."""
    return isinstance(name, str) and len(name.splitlines()) == 1 and name.strip() == name


def check_labels(labels: Sequence[str]) -> None:
    """Raises an `ExportError` for a label that cannot be a line of `labels.txt`, or stands there twice."""
    first: dict[str, int] = {}
    for number, label in enumerate(labels):
        if not is_label(label):
            raise ExportError(
                f"label {number} is {label!r}; a label is a text, one line of {LABELS}: it must not "
                "be empty, hold a line break, or start or end with a space"
            )
        if first.setdefault(label, number) != number:
            raise ExportError(
                f"labels {first[label]} and {number} are both {label!r}; answers are told apart by "
                "their labels: give each class its own"
            )


def longest_input(metadata: dict) -> int:
    """Returns the most tokens of an input: what positions, graph and preprocessor all take.

    Args:
        metadata: the description inside a file.
    """
    limits = (
        metadata["config"]["max_position_embeddings"],
        metadata["length"],
        max(metadata.get("lengths") or [0]),
        metadata["sequence_length"],
    )
    return min(limit for limit in limits if limit)


def append_bundle(model: bytes, bundle: Bundle) -> bytes:
    """Returns `model`, a flatbuffer, with the members of `bundle` appended.

    Raises:
        ExportError: as `check_labels`.
    """
    metadata = {
        "format": FORMAT,
        **bundle.metadata,
        "model_bytes": len(model),
        "model_sha256": hashlib.sha256(model).hexdigest(),
    }
    members = {METADATA: json.dumps(metadata, indent=2, ensure_ascii=False).encode("utf-8")}
    if bundle.labels is not None:
        check_labels(bundle.labels)
        members[LABELS] = "".join(f"{label}\n" for label in bundle.labels).encode("utf-8")
    if bundle.tokenizer is not None:
        members[file_name(bundle.tokenizer)] = bundle.tokenizer
    members |= bundle.others
    file = io.BytesIO()
    file.write(model)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            is_compressed = name in TOKENIZERS and not bundle.others
            method = zipfile.ZIP_DEFLATED if is_compressed else zipfile.ZIP_STORED
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), content, method, compresslevel=9)
    return file.getvalue()


def read_bundle(content: bytes, name: str) -> Bundle:
    """Reads the members appended to a TFLite file, and checks the flatbuffer against its checksum.

    Args:
        content: of the file.
        name: of the file, for messages.

    Raises:
        ExportError: when there are none, or file or members are damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {member: archive.read(member) for member in archive.namelist()}
        metadata = json.loads(members[METADATA])
    except (zipfile.BadZipFile, KeyError) as error:
        raise ExportError(
            f"{name} carries no {METADATA}: it was not written by albert_tf, or its end is cut "
            "off; export it with albert_tf.export.export_tflite, or copy it again"
        ) from error
    except (ValueError, NotImplementedError, EOFError, zlib.error) as error:
        raise ExportError(
            f"the archive in {name} is damaged ({error}); copy the file again"
        ) from error
    if metadata.get("format") != FORMAT:
        raise ExportError(
            f"{name} has the description format {metadata.get('format')!r}; this albert_tf reads "
            f"{FORMAT}: install the version that exported it, or export again"
        )
    model = memoryview(content)[: metadata["model_bytes"]]
    if hashlib.sha256(model).hexdigest() != metadata["model_sha256"]:
        raise ExportError(
            f"{name} is damaged: its graph does not have the checksum that it was given; copy it "
            "again"
        )
    labels = members.get(LABELS)
    return Bundle(
        metadata=metadata,
        tokenizer=next((members[name] for name in TOKENIZERS if name in members), None),
        labels=None if labels is None else tuple(labels.decode("utf-8").splitlines()),
    )
