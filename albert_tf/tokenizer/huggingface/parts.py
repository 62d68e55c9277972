"""What the kinds of `tokenizer.json` share: what is found, refusals, steps that are nested, added tokens."""

from typing import NamedTuple

from albert_tf.errors import CheckpointError

CLS, SEP = ("[CLS]", "<cls>"), ("[SEP]", "<sep>")

INSTEAD = (
    "use the SentencePiece model or the vocab.txt that it was made from (albert-tf import SRC DST --tokenizer FILE), "
    "or none (--no-tokenizer) for token ids"
)


class Tokenization(NamedTuple):
    """What a tokenizer's files say.

    Attributes:
        content: a SentencePiece model file, or a `vocab.txt`.
        lowercase: whether texts are lower-cased first; None where the files do not say.
        strip_accents: whether accents are dropped first; None where the files do not say.
    """

    content: bytes
    lowercase: bool | None = None
    strip_accents: bool | None = None

    def unless(self, lowercase: bool | None, strip_accents: bool | None) -> "Tokenization":
        """Returns what the files say where somebody else says nothing (None)."""
        return Tokenization(
            self.content,
            self.lowercase if lowercase is None else lowercase,
            self.strip_accents if strip_accents is None else strip_accents,
        )


def refusal(source: str, what: str) -> CheckpointError:
    """Returns the error for a tokenizer that does what none of this package's does."""
    return CheckpointError(f"{source} {what}; {INSTEAD}")


def steps(whole: dict | None, inside: str) -> list[dict]:
    """Returns the steps of a `Sequence`, also of nested ones, or a lone step."""
    if whole is None:
        return []
    if whole["type"] != "Sequence":
        return [whole]
    return [step for part in whole[inside] for step in steps(part, inside)]


def added_in_tokenizer_json(values: dict) -> list[tuple[int, str]]:
    """Returns id and text of the tokens that a parsed `tokenizer.json` adds."""
    return [(token["id"], token["content"]) for token in values.get("added_tokens") or []]


def check_template(processor: dict | None, source: str) -> None:
    """Refuses a tokenizer that packs texts otherwise than `[CLS] A [SEP] B [SEP]`."""
    kind = None if processor is None else processor["type"]
    if kind == "TemplateProcessing":
        found = [[_template_part(part) for part in processor[name]] for name in ("single", "pair")]
        single = [("cls", 0), ("A", 0), ("sep", 0)]
        if found == [single, [*single, ("B", 1), ("sep", 1)]]:
            return
    elif kind == "BertProcessing" and processor["cls"][0] in CLS and processor["sep"][0] in SEP:
        return
    raise refusal(
        source, f"packs texts by {kind or 'no'} template of its own, not as [CLS] A [SEP] B [SEP]"
    )


def _template_part(part: dict) -> tuple[str, int]:
    ((kind, token),) = part.items()
    role = token["id"]
    if kind == "SpecialToken":
        role = "cls" if role in CLS else "sep" if role in SEP else role
    return role, token["type_id"]
