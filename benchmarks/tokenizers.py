"""Texts a second, and agreement with Google's own code: this tokenizer beside others that read the same vocabulary.

Speed: texts that are encoded in one batch by one process, rounds interleaved. In English they are sentences of SST-2,
for the SentencePiece model of ALBERT; in Chinese reviews of at most 64 characters, for the WordPieces of the Chinese
ALBERTs.
Agreement: share of the reference texts (`fixtures/tokenizer_golden.jsonl`, of google-research/albert, and
`wordpiece_zh_golden.jsonl`, of google-research/bert) whose ids are the reference's. Hugging Face's may use every core;
they are measured with their own parallelism off and on. The app's tokenizer runs on one Java thread, after its warm-up;
without Java and Maven it is left out.

    python -m benchmarks.tokenizers
    python -m benchmarks.tokenizers --language zh
"""

import argparse
import dataclasses
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.chinese_reviews import read_reviews
from benchmarks.fine_tuning_child import read_texts
from benchmarks.machine import ROOT, describe_machine, shared_folder, write_result

SHORT = 64
"""Characters of the longest Chinese text."""
OUTPUTS = {
    "en": ROOT / "docs" / "benchmarks" / "tokenizers.json",
    "zh": ROOT / "docs" / "benchmarks" / "tokenizers_zh.json",
}
PARALLEL = ("transformers fast", "tokenizers")
"""Those that may use every core."""


@dataclasses.dataclass(frozen=True)
class Contest:
    """What is compared in one language.

    Args:
        texts: returns so many texts of the data.
        reference: the file of texts and ids.
        vocabulary: returns the path of the vocabulary, given a folder to write it to.
        engines: for each, what returns a function from texts to ids, given the path.
    """

    texts: Callable[[Path, int], list[str]]
    reference: str
    vocabulary: Callable[[Path], Path]
    engines: dict[str, Callable]


def sst2(data: Path, count: int) -> list[str]:
    """Returns sentences of SST-2."""
    return read_texts(data / "glue" / "SST-2" / "train.tsv", count)[0]


def short_reviews(data: Path, count: int) -> list[str]:
    """Returns Chinese reviews, praise and blame in turn, of those that are short."""
    parts = [
        [line for line in read_reviews(data, side) if 0 < len(line) <= SHORT]
        for side in ("pos", "neg")
    ]
    return [review for pair in zip(*parts, strict=False) for review in pair][:count]


def bundled_model(folder: Path) -> Path:
    """Writes the SentencePiece model that the package brings."""
    from albert_tf import AlbertTokenizer

    path = folder / "spiece.model"
    path.write_bytes(AlbertTokenizer().model_bytes)
    return path


def word_pieces(folder: Path) -> Path:
    """Returns the `vocab.txt` of the Chinese ALBERTs."""
    return shared_folder() / "albert_zh" / "vocab.txt"


def ours(vocabulary: Path):
    """Returns a function from texts to ids, by this package."""
    from albert_tf import AlbertTokenizer

    return AlbertTokenizer(vocabulary).encode_batch


def transformers_fast(vocabulary: Path):
    """Returns a function from texts to ids, by transformers' `AlbertTokenizerFast`."""
    from transformers import AlbertTokenizerFast

    tokenizer = AlbertTokenizerFast(
        vocab_file=str(vocabulary), do_lower_case=True, keep_accents=False
    )
    return lambda texts: tokenizer(texts, add_special_tokens=False)["input_ids"]


def tokenizers_bert(vocabulary: Path):
    """Returns a function from texts to ids, by Hugging Face's `BertWordPieceTokenizer`."""
    from tokenizers import BertWordPieceTokenizer

    tokenizer = BertWordPieceTokenizer(str(vocabulary), lowercase=True)
    return lambda texts: [
        found.ids for found in tokenizer.encode_batch(texts, add_special_tokens=False)
    ]


def keras_hub(vocabulary: Path):
    """Returns a function from texts to ids, by keras-hub's `AlbertTokenizer`."""
    import keras_hub

    return keras_hub.models.AlbertTokenizer(proto=vocabulary.read_bytes())


def keras_hub_bert(vocabulary: Path):
    """Returns a function from texts to ids, by keras-hub's `BertTokenizer`."""
    import keras_hub

    return keras_hub.models.BertTokenizer(str(vocabulary), lowercase=True)


CONTESTS = {
    "en": Contest(
        sst2,
        "tokenizer_golden.jsonl",
        bundled_model,
        {"albert_tf": ours, "transformers fast": transformers_fast, "keras-hub": keras_hub},
    ),
    "zh": Contest(
        short_reviews,
        "wordpiece_zh_golden.jsonl",
        word_pieces,
        {"albert_tf": ours, "tokenizers": tokenizers_bert, "keras-hub": keras_hub_bert},
    ),
}


class AppTokenizer:
    """The app's tokenizer, through its host tools.

    Args:
        vocabulary: the path of its vocabulary.
        texts: what `texts_per_second` encodes.

    Raises:
        ImportError: when there is no Java or no Maven.
    """

    name = "albert_tf in Kotlin on one thread"
    tools = Path(__file__).resolve().parents[1] / "android_demo" / "tools"

    def __init__(self, vocabulary: Path, texts: list[str]):
        missing = [command for command in ("java", "mvn") if not shutil.which(command)]
        if missing:
            raise ImportError(f"{' and '.join(missing)} not found")
        self._model = vocabulary
        self._folder = tempfile.TemporaryDirectory()
        self._texts = Path(self._folder.name) / "texts.txt"
        self._texts.write_text("".join(f"{text}\n" for text in texts), "utf-8")

    def __call__(self, texts: list[str]) -> list[list[int]]:
        """Returns the ids of each text."""
        lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
        return [json.loads(line)["ids"] for line in self._run("tokenize", stdin=lines).splitlines()]

    def texts_per_second(self) -> float:
        """Returns the median of five seconds after three of warm-up."""
        told = self._run("benchmark-tokenizer", str(self._texts))
        return float(re.match(r"(\d+) texts/s on one thread", told)[1])

    def _run(self, tool, *arguments, stdin=""):
        command = [str(self.tools / tool), str(self._model), *arguments]
        return subprocess.run(
            command, input=stdin, capture_output=True, encoding="utf-8", check=True
        ).stdout


def agreement(encode, reference):
    """Returns the share of reference texts that get the reference's ids."""
    ids = encode([row["text"] for row in reference])
    same = sum(list(a) == row["ids"] for a, row in zip(ids, reference, strict=True))
    return same / len(reference)


def _rate(encode, texts) -> float:
    if isinstance(encode, AppTokenizer):
        return encode.texts_per_second()
    start = time.perf_counter()
    encode(texts)
    return len(texts) / (time.perf_counter() - start)


def made(contest: Contest, vocabulary: Path, texts: list[str]) -> tuple[dict, dict[str, str]]:
    """Returns what encodes, by name, and why others are left out."""
    encoders, skipped = {}, {}
    makers = {name: lambda make=make: make(vocabulary) for name, make in contest.engines.items()}
    makers[AppTokenizer.name] = lambda: AppTokenizer(vocabulary, texts)
    for name, make in makers.items():
        try:
            encoders[name] = make()
        except ImportError as error:
            skipped[name] = str(error)
            print(f"{name}: skipped, {error}")
    return encoders, skipped


def measured(encoders: dict, texts: list[str], rounds: int) -> dict[str, list[float]]:
    """Returns texts a second in each round, by the name of what encodes and on how many cores."""
    variants = [(name, None) for name in encoders if name not in PARALLEL]
    variants += [
        (name, each) for name in encoders if name in PARALLEL for each in ("false", "true")
    ]
    labels = {None: "", "false": ", 1 thread", "true": ", all cores"}
    rates = {name + labels[parallel]: [] for name, parallel in variants}
    for round_number in range(rounds + 1):
        for name, parallel in variants:
            if parallel is not None:
                os.environ["TOKENIZERS_PARALLELISM"] = parallel
            rate = _rate(encoders[name], texts)
            if round_number:
                rates[name + labels[parallel]].append(rate)
    return rates


def main():
    """Measures, prints a table, and writes the raw figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--language", choices=CONTESTS, default="en")
    parser.add_argument("--texts", type=int, default=20000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--output", type=Path)
    args = parser.parse_args()
    output = args.output or OUTPUTS[args.language]

    contest = CONTESTS[args.language]
    texts = contest.texts(shared_folder() / "data", args.texts)
    with (shared_folder() / "fixtures" / contest.reference).open(encoding="utf-8") as lines:
        reference = [json.loads(line) for line in lines]
    with tempfile.TemporaryDirectory() as folder:
        encoders, skipped = made(contest, contest.vocabulary(Path(folder)), texts)
        shares = {name: agreement(encode, reference) for name, encode in encoders.items()}
        rates = measured(encoders, texts, args.rounds)
    print(f"{'':30} texts/s (median, min to max)      same ids as the reference")
    for name, values in rates.items():
        median, low, high = statistics.median(values), min(values), max(values)
        share = 100 * shares[name.split(",")[0]]
        print(f"{name:34} {median:8.0f}  ({low:.0f} to {high:.0f})   {share:6.2f} %")
    settings = {
        "language": args.language,
        "texts": len(texts),
        "rounds": args.rounds,
        "characters": statistics.mean(map(len, texts)),
    }
    write_result(
        output,
        {
            "machine": describe_machine(),
            "settings": settings,
            "texts_per_second": rates,
            "agreement": shares,
            "skipped": skipped,
        },
    )


if __name__ == "__main__":
    main()
