"""The cost of pretraining, from one CPU to a pod: the tables of docs/scaling.md, and measured points beside them.

python -m benchmarks.scaling                  # the model's tables
python -m benchmarks.scaling --speed          # tokens a second on this machine, and what share of its peak
KERAS_BACKEND=jax python -m benchmarks.scaling --memory   # what XLA reserves for a step
"""

import argparse
import dataclasses
import time

from albert_tf.config import AlbertConfig
from albert_tf.training.cost import BFLOAT16, PretrainingCost
from benchmarks.machine import processor

SIZES = ("tiny", "small", "base", "large", "xlarge", "xxlarge")
ALBERT_TOKENS = 125_000 * 4096 * 512
REACHED = 0.4
"""The share of their peak that accelerators are assumed to reach in training."""

DEVICES = {
    # The CPU: what fine-tuning `tiny` at 947 tokens/s comes to. The others: the makers' peaks of
    # dense bfloat16 products, times the number of devices.
    "2 CPU cores, float32": 27e9,
    "1 × NVIDIA A100": 312e12 * REACHED,
    "8 × NVIDIA A100": 8 * 312e12 * REACHED,
    "64 × TPU v3": 64 * 123e12 * REACHED,
    "512 × TPU v3": 512 * 123e12 * REACHED,
    "256 × TPU v5e": 256 * 197e12 * REACHED,
}
"""Name to useful FLOP/s of all devices together."""


def table(heads, rows) -> str:
    """Returns a Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def sizes_table() -> str:
    """Returns parameters, FLOPs and memory of each size, for examples of 512 tokens in bfloat16."""
    rows = []
    for size in SIZES:
        cost = PretrainingCost(AlbertConfig.named(size), bytes_per_activation=BFLOAT16)
        remat = dataclasses.replace(cost, remat=True)
        rows.append(
            [
                size,
                f"{cost.parameters / 1e6:.1f}",
                f"{cost.flops_per_token / 1e6:,.0f}",
                f"{4 * cost.sequence_length * cost.config.hidden_size / cost.block_flops_per_token:.0%}",
                _gigabytes(cost.state_bytes()),
                _gigabytes(cost.activation_bytes(1)),
                _gigabytes(remat.activation_bytes(1)),
                _examples(cost),
                _examples(remat),
            ]
        )
    heads = ["size", "parameters, M", "MFLOPs a token", "of a block for attention"]
    heads += ["weights and optimizer, GB", "activations of an example, GB", "with remat, GB"]
    return table([*heads, "examples in 16 GB", "with remat"], rows)


def _gigabytes(size):
    return f"{size / 1e9:.3g}"


def _examples(cost, memory=16e9):
    free = memory - cost.state_bytes()
    return f"{max(int(free / cost.activation_bytes(1)), 0):,}"


def model_parallel_table() -> str:
    """Returns the memory of xxlarge on each of some devices that share it, with remat and 8 examples."""
    cost = PretrainingCost(AlbertConfig.named("xxlarge"), remat=True, bytes_per_activation=BFLOAT16)
    rows = [
        [n, _gigabytes(cost.state_bytes(n)), _gigabytes(cost.activation_bytes(8, n))]
        for n in (1, 2, 4, 8)
    ]
    return table(["devices", "weights and optimizer, GB", "activations of 8 examples, GB"], rows)


def time_table() -> str:
    """Returns how long each size takes for a billion tokens, and for ALBERT's own pretraining."""
    rows = []
    for name, useful in DEVICES.items():
        for tokens in (1e9, ALBERT_TOKENS):
            times = [
                _duration(PretrainingCost(AlbertConfig.named(size)).seconds(tokens, useful))
                for size in SIZES
            ]
            rows.append(
                [
                    name,
                    f"{useful / 1e12:,.3f}" if useful < 1e12 else f"{useful / 1e12:,.0f}",
                    f"{tokens / 1e9:,.0f}",
                    *times,
                ]
            )
    return table(["devices", "useful TFLOP/s", "tokens, billion", *SIZES], rows)


def _duration(seconds):
    for unit, size in (("years", 365 * 86400), ("days", 86400), ("hours", 3600), ("min", 60)):
        if round(seconds / size) >= 2:
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds:.0f} s"


# === Measured ===


def measure_speed(sizes, length: int, batch_size: int, steps: int, repeats: int) -> str:
    """Returns tokens a second of `train_on_batch`, and their share of the speed of one large product."""
    import keras

    peak = _peak()
    rows = []
    for size in sizes:
        cost = PretrainingCost(AlbertConfig.named(size), length, max_masked=round(0.15 * length))
        model, batch = _model_and_batch(cost, batch_size)
        is_jax = keras.backend.backend() == "jax"
        model.compile(keras.optimizers.AdamW(1e-4), jit_compile="auto" if is_jax else False)
        model.train_on_batch(*batch)  # compiles
        best = min(
            _seconds(lambda m=model, b=batch: m.train_on_batch(*b), steps) for _ in range(repeats)
        )
        speed = batch_size * length / best
        useful = speed * cost.flops_per_token
        rows.append(
            [
                size,
                f"{batch_size} × {length}",
                f"{speed:,.0f}",
                f"{useful / 1e9:.1f}",
                f"{useful / peak:.0%}",
            ]
        )
    print(
        f"{processor('model name')}; {keras.backend.backend()}; one product: {peak / 1e9:.1f} GFLOP/s"
    )
    return table(["size", "batch", "tokens/s", "GFLOP/s", "of one large product"], rows)


def _model_and_batch(cost, batch_size):
    import numpy as np

    from albert_tf import AlbertBackbone, AlbertPretrainer

    model = AlbertPretrainer(AlbertBackbone(cost.config, remat=cost.remat))
    random = np.random.default_rng(0)
    shape, masked = (batch_size, cost.sequence_length), (batch_size, cost.masked)
    inputs = {
        "token_ids": random.integers(5, cost.config.vocab_size, shape).astype("int32"),
        "segment_ids": np.zeros(shape, "int32"),
        "padding_mask": np.ones(shape, "int32"),
        "masked_positions": np.sort(random.integers(1, cost.sequence_length, masked)).astype(
            "int32"
        ),
    }
    targets = {
        "mlm_logits": inputs["token_ids"][:, : cost.masked],
        "sop_logits": np.zeros(batch_size, "int32"),
    }
    weights = {
        "mlm_logits": np.ones(masked, "float32"),
        "sop_logits": np.ones(batch_size, "float32"),
    }
    return model, (inputs, targets, weights)


def _seconds(function, times):
    start = time.perf_counter()
    for _ in range(times):
        function()
    return (time.perf_counter() - start) / times


def _peak(size: int = 2048) -> float:
    """FLOP/s of a product of two square float32 matrices, the best of several."""
    import numpy as np

    a = np.random.default_rng(0).standard_normal((size, size)).astype("float32")
    return 2 * size**3 / min(_seconds(lambda: a @ a, 1) for _ in range(8))


def measure_memory(cases) -> str:
    """Returns what XLA reserves for the gradient of a step, beside the model's activations.

    Args:
        cases: `(size, layers, length, examples, remat)` each.
    """
    import jax

    rows = []
    for size, layers, length, examples, remat in cases:
        config = AlbertConfig.named(size, num_hidden_layers=layers)
        cost = PretrainingCost(config, length, remat=remat)
        model, (inputs, targets, weights) = _model_and_batch(cost, examples)
        losses = model.default_loss()

        def loss(variables, states, inputs, model=model, losses=losses, y=targets, w=weights):
            outputs, _ = model.stateless_call(variables, states, inputs, training=True)
            return sum(losses[name](y[name], outputs[name], w[name]) for name in outputs)

        variables = [v.value for v in model.trainable_variables]
        states = [v.value for v in model.non_trainable_variables]
        step = jax.jit(jax.grad(loss)).lower(variables, states, inputs).compile()
        measured = step.memory_analysis().temp_size_in_bytes
        expected = cost.activation_bytes(examples)
        row = [size, layers, f"{examples} × {length}", "yes" if remat else "no"]
        rows.append(
            [*row, f"{measured / 1e6:,.0f}", f"{expected / 1e6:,.0f}", f"{measured / expected:.2f}"]
        )
        print(rows[-1], flush=True)
    heads = ["size", "layers", "batch", "remat", "XLA, MB", "model, MB", "ratio"]
    return table(heads, rows)


MEMORY_CASES = [
    ("tiny", 4, 128, 16, False),
    ("small", 6, 128, 16, False),
    ("base", 4, 128, 8, False),
    ("base", 12, 128, 8, False),
    ("base", 12, 128, 8, True),
    ("base", 4, 512, 2, False),
    ("xlarge", 2, 128, 4, False),
]


def main() -> None:
    """Prints what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--sizes", nargs="+", default=["tiny", "small", "base"])
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--batch-size", type=int, default=32)
    args = parser.parse_args()
    if args.speed:
        print(measure_speed(args.sizes, args.length, args.batch_size, steps=2, repeats=3))
    elif args.memory:
        print(measure_memory(MEMORY_CASES))
    else:
        print(f"{sizes_table()}\n\n{model_parallel_table()}\n\n{time_table()}")


if __name__ == "__main__":
    main()
