"""A small pretraining run in a process of its own, alone or as one of several.

Usage: `python -m tests.training.distributed_run JSON` with `folder`, `output`, and optionally `processes`, `id`,
`coordinator`, `model_parallel`, `recipe` (changes), `resume`, and `stop`: the batch after which the process dies.
"""

import json
import os
import sys
from pathlib import Path


def main(options):
    folder, output = Path(options["folder"]), Path(options["output"])
    from albert_tf.training import distribution

    distribution.initialize(options.get("processes"), options.get("id"), options.get("coordinator"))
    distribution.distribute(options.get("model_parallel", 1))
    import keras
    import numpy as np

    from albert_tf.pretraining import pretrain
    from albert_tf.training.checkpoint import training_arrays
    from tests.pretraining.small_pretraining import RECIPE, small_pretrainer

    class Die(keras.callbacks.Callback):
        batches = 0

        def on_train_batch_end(self, batch, logs=None):
            self.batches += 1
            if self.batches == options.get("stop"):
                os._exit(9)

    model = small_pretrainer()
    result = pretrain(
        model,
        str(folder / "a.tfrecord"),
        str(folder / "b.tfrecord"),
        recipe=RECIPE.replace(**options.get("recipe", {})),
        run_dir=output / "run",
        resume=options.get("resume", False),
        callbacks=(Die(),),
    )
    kernel = model.backbone.encoder.blocks[0][0].intermediate.kernel.value
    arrays = training_arrays(model)
    name = output / f"process_{options.get('id', 0)}"
    name.parent.mkdir(parents=True, exist_ok=True)
    np.savez(name.with_suffix(".npz"), **arrays)
    facts = {
        "steps": result.steps,
        "kernel": [list(s.data.shape) for s in kernel.addressable_shards],
        "processes": distribution.num_processes(),
        "rows": [distribution.local_rows(8).start, distribution.local_rows(8).stop],
    }
    name.with_suffix(".json").write_text(json.dumps(facts))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
