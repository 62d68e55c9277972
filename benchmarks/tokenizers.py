"""Texts a second, and agreement with google-research/albert: this tokenizer beside transformers' and keras-hub's.

Speed: SST-2 sentences, encoded in one batch by one process, rounds interleaved. Agreement: share of the
reference texts (`fixtures/tokenizer_golden.jsonl`) whose ids are the reference's. transformers' fast tokenizer may use
every core; it is measured with its own parallelism off and on. The app's tokenizer runs on one Java thread,
after its warm-up; without Java and Maven it is left out.

    python -m benchmarks.tokenizers
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.fine_tuning_child import read_texts
from benchmarks.machine import describe_machine, shared_folder, write_result


def ours():
    """Returns a function from texts to ids, by this package."""
    from albert_tf import AlbertTokenizer

    return AlbertTokenizer().encode_batch


def transformers_fast():
    """Returns a function from texts to ids, by transformers' `AlbertTokenizerFast`."""
    from transformers import AlbertTokenizerFast

    from albert_tf import AlbertTokenizer

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spiece.model"
        path.write_bytes(AlbertTokenizer().model_bytes)
        tokenizer = AlbertTokenizerFast(
            vocab_file=str(path), do_lower_case=True, keep_accents=False
        )
    return lambda texts: tokenizer(texts, add_special_tokens=False)["input_ids"]


def keras_hub():
    """Returns a function from texts to ids, by keras-hub's `AlbertTokenizer`."""
    import keras_hub

    from albert_tf import AlbertTokenizer

    return keras_hub.models.AlbertTokenizer(proto=AlbertTokenizer().model_bytes)


class AppTokenizer:
    """The app's tokenizer, through its host tools.

    Args:
        texts: what `texts_per_second` encodes.

    Raises:
        ImportError: when there is no Java or no Maven.
    """

    name = "albert_tf in Kotlin on one thread"
    tools = Path(__file__).resolve().parents[1] / "android_demo" / "tools"

    def __init__(self, texts: list[str]):
        missing = [command for command in ("java", "mvn") if not shutil.which(command)]
        if missing:
            raise ImportError(f"{' and '.join(missing)} not found")
        from albert_tf import AlbertTokenizer

        self._folder = tempfile.TemporaryDirectory()
        self._model = Path(self._folder.name) / "spiece.model"
        self._model.write_bytes(AlbertTokenizer().model_bytes)
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


ENGINES = {"albert_tf": ours, "transformers fast": transformers_fast, "keras-hub": keras_hub}


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


def main():
    """Measures, prints a table, and writes the raw figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=20000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--output", type=Path, default=Path("docs/benchmarks/tokenizers.json"))
    args = parser.parse_args()

    texts, _ = read_texts(shared_folder() / "data" / "glue" / "SST-2" / "train.tsv", args.texts)
    with (shared_folder() / "fixtures" / "tokenizer_golden.jsonl").open(encoding="utf-8") as lines:
        reference = [json.loads(line) for line in lines]
    encoders, skipped = {}, {}
    makers = {**ENGINES, AppTokenizer.name: lambda: AppTokenizer(texts)}
    for name, make in makers.items():
        try:
            encoders[name] = make()
        except ImportError as error:
            skipped[name] = str(error)
            print(f"{name}: skipped, {error}")
    shares = {name: agreement(encode, reference) for name, encode in encoders.items()}
    variants = [(name, None) for name in encoders if name != "transformers fast"]
    if "transformers fast" in encoders:
        variants += [("transformers fast", "false"), ("transformers fast", "true")]
    rates = {variant: [] for variant in variants}
    for round_number in range(args.rounds + 1):
        for name, parallel in variants:
            if parallel is not None:
                os.environ["TOKENIZERS_PARALLELISM"] = parallel
            rate = _rate(encoders[name], texts)
            if round_number:
                rates[name, parallel].append(rate)
    labels = {None: "", "false": ", 1 thread", "true": ", all cores"}
    print(f"{'':30} texts/s (median, min to max)      same ids as the reference")
    for (name, parallel), values in rates.items():
        median, low, high = statistics.median(values), min(values), max(values)
        label = name + labels[parallel]
        print(f"{label:30} {median:8.0f}  ({low:.0f} to {high:.0f})   {100 * shares[name]:6.2f} %")
    write_result(
        args.output,
        {
            "machine": describe_machine(),
            "settings": {"texts": args.texts, "rounds": args.rounds},
            "texts_per_second": {name + labels[p]: values for (name, p), values in rates.items()},
            "agreement": shares,
            "skipped": skipped,
        },
    )


if __name__ == "__main__":
    main()
