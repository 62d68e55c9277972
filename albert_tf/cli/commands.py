"""The subcommands, in the order in which `albert-tf --help` lists them."""

from albert_tf.cli import (
    demo,
    distill,
    embed,
    evaluate,
    export_model,
    fill_mask,
    finetune,
    glue,
    import_checkpoint,
    measure,
    predict,
    pretrain,
    pretraining_data,
    sample,
    tokenize_text,
    vocabulary,
)

TRAINING = (
    demo,
    finetune,
    glue,
    evaluate,
    import_checkpoint,
    pretraining_data,
    pretrain,
    distill,
)
"""Those that need what trains; the others run exported files, and presets where Keras is there. What `export` does with
a file that is there already needs no Keras either, so it says itself when it does."""

ALL = (
    demo,
    sample,
    finetune,
    glue,
    evaluate,
    predict,
    export_model,
    import_checkpoint,
    measure,
    embed,
    fill_mask,
    tokenize_text,
    vocabulary,
    pretraining_data,
    pretrain,
    distill,
)
