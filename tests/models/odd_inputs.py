"""Texts and targets in odd forms: a model of raw text, what it must take, and what it must refuse."""

from pathlib import Path

import numpy as np
import pandas

from albert_tf import AlbertTextClassifier, AlbertTextRegressor
from tests.tiny import english_model

TEXTS = ["a fine day", "rain", "more rain and rain", "fine"]
PAIRS = ["it is", "is it?", "no", "what a day"]
LABELS = [1, 0, 2, 1]
NAMES = ["wet", "dry", "worse"]


def make(kind=AlbertTextClassifier, preprocessor=True, **arguments):
    """A small model of random weights that runs eagerly: tracing would cost more than these few steps."""
    if not preprocessor:
        arguments["preprocessor"] = None
    sizes = {"num_hidden_layers": 1, "embedding_size": 8}
    model = english_model(kind, sizes=sizes, dropout=0.0, **arguments)
    model.compile("sgd", run_eagerly=True)
    return model


def three_classes():
    """A classifier that knows the names of its classes."""
    return make(class_names=NAMES)


def regressor():
    """A model of one number."""
    return make(AlbertTextRegressor)


class Column:
    """What `datasets` gives for a column: a sequence that is neither list nor array."""

    def __init__(self, values):
        self.values = values

    def __len__(self):
        return len(self.values)

    def __getitem__(self, key):
        return self.values[key]

    def __iter__(self):
        return iter(self.values)


class Table:
    """What `datasets` and Arrow give for a table: columns by name, rows when iterated."""

    def __init__(self, **columns):
        self.columns_by_name = columns

    @property
    def column_names(self):
        return list(self.columns_by_name)

    def __getitem__(self, name):
        return Column(self.columns_by_name[name])

    def __iter__(self):
        rows = zip(*self.columns_by_name.values(), strict=True)
        return (dict(zip(self.columns_by_name, row, strict=True)) for row in rows)


class Series:
    """What polars gives for a column: an array protocol, a shape, and no `ndim`."""

    def __init__(self, values):
        self.values = values
        self.shape = (len(values),)

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype=object if None in self.values else dtype)

    def __len__(self):
        return len(self.values)

    def __iter__(self):
        return iter(self.values)


class Arrow:
    """What Arrow gives for a column: scalars of its own when iterated."""

    def __init__(self, values):
        self.values = values

    def to_pylist(self):
        return list(self.values)

    def __len__(self):
        return len(self.values)

    def __getitem__(self, place):
        return self.values[place]

    def __iter__(self):
        return ((value,) for value in self.values)


def strings(values):
    """A frame's column type of its own."""
    return pandas.Series(values, dtype="string")


SEQUENCES = {
    "list": list,
    "tuple": tuple,
    "iterator": iter,
    "generator": lambda texts: (text for text in texts),
    "array of str": np.array,
    "array of objects": lambda texts: np.array(texts, dtype=object),
    "array of one column": lambda texts: np.array(texts)[:, None],
    "array of StringDType": lambda texts: np.array(texts, dtype=np.dtypes.StringDType()),
    "list of np.str_": lambda texts: list(np.array(texts)),
    "series": pandas.Series,
    "series of any index": lambda texts: pandas.Series(texts, index=[7, 7, 0, -1]),
    "series of strings": strings,
    "categories": lambda texts: pandas.Series(texts, dtype="category"),
    "index": pandas.Index,
    "frame of one column": lambda texts: pandas.DataFrame({"text": texts}),
    "frame of one number as name": lambda texts: pandas.DataFrame({0: texts}),
    "column of Arrow": Arrow,
    "column of a data set": Column,
    "data set of one column": lambda texts: Table(text=texts),
    "polars series": Series,
    "values of a dict": lambda texts: dict(enumerate(texts)).values(),
    "keys of a dict": lambda texts: dict.fromkeys(texts).keys(),
}
"""Ways to hold texts, all of which are taken."""

NO_SEQUENCES = {
    "None": (None, "of type NoneType; expected a sequence of str"),
    "one text": ("rain", "got the single text 'rain'"),
    "one text in an array": (np.array("rain"), "texts is one text, 'rain'"),
    "a number": (5, "of type int; expected a sequence of str"),
    "bytes": (b"rain", "of type bytes; expected a sequence of str"),
    "bytes in a list": (
        ["a", b"rain"],
        r"texts\[1\] is \"b'rain'\" of type bytes; .* decode bytes",
    ),
    "array of bytes": (
        np.array([b"rain", b"sun"]),
        r"texts\[0\] .* of type bytes_; .* decode bytes",
    ),
    "None inside": (["a", "b", None], r"texts\[2\] is 'None' of type NoneType; .*drop missing"),
    "NaN inside": (["a", float("nan")], r"texts\[1\] is 'nan' of type float"),
    "missing in a series": (strings(["a", None]), r"texts\[1\] is '<NA>' of type NAType"),
    "missing in Arrow": (Arrow(["a", None]), r"texts\[1\] is 'None'"),
    "missing in polars": (Series(["a", None]), r"texts\[1\] is 'None'"),
    "missing in a pair": ((["a", "b"], ["c", None]), r"pairs\[1\] is 'None'"),
    "masked": (np.ma.array(["a", "b"], mask=[0, 1]), r"texts\[1\] is '--'"),
    "numbers": ([1, 2, 3], r"texts\[0\] is '1' of type int"),
    "array of numbers": (np.arange(3), r"texts\[0\] is '0' of type int64"),
    "token ids": ([[2, 5, 3], [2, 9, 3]], "row 0 holds 3 entries; .* token ids a dict"),
    "array of token ids": (np.ones((3, 4), int), "row 0 holds 4 entries; .* token ids a dict"),
    "words": ([["a", "fine", "day"], ["rain"]], r"row 0 holds 3 entries; expected texts, or rows"),
    "lists of one": ([["a"], ["b"]], r"texts\[0\] is .* of type list"),
    "ragged rows": ([["a", "b"], ["c"], ["d", "e"]], "row 1 holds .*; expected texts, or rows"),
    "rows, then a text": (
        [("a", "b"), "c", ("d", "e")],
        "row 1 holds 'c'; expected texts, or rows",
    ),
    "two rows of two": (
        [["a", "b"], ["c", "d"]],
        "two rows .*, or texts and pairs; pass rows as tuples",
    ),
    "pairs of other length": ((["a", "b", "c"], ["d"]), "texts has 3 entries and pairs has 1"),
    "three sequences": ((["a"] * 4, ["b"] * 4, ["c"] * 4), "row 0 holds 4 entries; .* tuple"),
    "a dict of texts": ({"text": ["a"]}, "of type dict; expected a sequence of str"),
    "a set": ({"a", "b"}, "of type set; .* a set has no order; pass a list"),
    "items": ({"a": "b"}.items(), r"texts\[0\] is .* of type tuple|row 0"),
    "a frame": (
        pandas.DataFrame({"text": ["a"], "label": [0]}),
        r"a DataFrame with the columns 'text', 'label'; .* pass texts\['text'\]",
    ),
    "a data set": (Table(text=["a"], label=[0]), "a Table with the columns 'text', 'label'"),
    "groups": (pandas.DataFrame({"a": TEXTS}).groupby("a"), r"pairs\[0\] is .* of type DataFrame"),
    "a class": (str, "of type type; expected a sequence of str"),
    "a function": (len, "expected a sequence of str"),
    "a list of dicts": ([{"text": "a"}], r"texts\[0\] is .* of type dict"),
    "a structured array": (np.array([("a", 1)], dtype=[("t", "U3"), ("n", "i4")]), "of type void"),
    "an empty frame": (pandas.DataFrame(), "a DataFrame with the columns none"),
    "nothing": ([], "there are no texts"),
    "nothing in an array": (np.array([], dtype=object), "there are no texts"),
    "three axes": (np.full((2, 2, 2), "a"), "row 0 holds 4 entries|of type ndarray"),
    "a path": (Path("reviews.csv"), "of type PosixPath; expected a sequence"),
}
"""What holds no texts, or not only, and what is said then."""
