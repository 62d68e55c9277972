"""The names that columns commonly have, by what the column holds."""

import re

# Tiers of common names: within the first tier that occurs, exactly one column must match.
TEXT_NAMES = (
    {"text", "texts"},
    {"sentence", "review", "message", "utterance", "query", "question", "content", "comment"}
    | {"tweet", "sms", "post", "document", "body", "description", "abstract", "input", "headline"}
    | {"sentences", "reviews", "messages", "utterances", "tweets"},
    {"title", "subject"},
)
PAIR_NAMES = (
    ("text", "pair"),
    ("text_a", "text_b"),
    ("text1", "text2"),
    ("text_1", "text_2"),
    ("sentence1", "sentence2"),
    ("sentence_1", "sentence_2"),
    ("sentence_a", "sentence_b"),
    ("#1 string", "#2 string"),
    ("premise", "hypothesis"),
    ("question", "sentence"),
    ("question", "context"),
    ("question", "passage"),
    ("question1", "question2"),
    ("query", "passage"),
    ("query", "document"),
)
LABEL_NAMES = (
    {"label", "labels", "gold_label"},
    {"category", "categories", "intent", "class", "target", "sentiment", "emotion", "topic", "tag"}
    | {"tags", "score", "similarity", "quality", "y"},
    {"rating", "stars", "output"},
)
ROW_NAMES = {"id", "index", "idx", ""}
# "y" is a label as often as a label's name.
COMMON_NAMES = set().union(*TEXT_NAMES, *LABEL_NAMES, *PAIR_NAMES, ROW_NAMES) - {"", "y"}

# What pandas calls a column whose header cell is empty.
NAMELESS = re.compile(r"(unnamed: \d+(\.\d+)*(_level_\d+)?)?", re.IGNORECASE)


def without_mark(name: str) -> str:
    """Return a header's first cell without the `# ` that some programs write before it."""
    name = name.strip() if name.strip().startswith("#") else name
    rest = name.removeprefix("#").lstrip()
    if name.startswith("# ") or (rest.lower() in COMMON_NAMES and name.lower() not in COMMON_NAMES):
        return rest
    return name


def is_common(name: str) -> bool:
    """Tell whether a cell is a name that columns commonly have."""
    name = without_mark(name).strip().lower()
    return name in COMMON_NAMES or name.startswith("unnamed: ")


def is_nameless(name: str) -> bool:
    """Tell whether a header's cell is empty, or says what pandas writes for an empty one."""
    return NAMELESS.fullmatch(name.strip()) is not None


def names_columns(row: list[str]) -> bool:
    """Tell whether a row holds a common name, so that it is a header without further evidence."""
    return any(name.strip() and is_common(name) for name in row)
