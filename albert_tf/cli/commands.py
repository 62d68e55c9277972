"""The subcommands, in the order in which `albert-tf --help` lists them."""

from albert_tf.cli import (
    demo,
    distill,
    embed,
    evaluate,
    export_model,
    finetune,
    import_checkpoint,
    measure,
    predict,
    pretrain,
    pretraining_data,
    sample,
    tokenize_text,
)

ALL = (
    demo,
    sample,
    finetune,
    evaluate,
    predict,
    export_model,
    import_checkpoint,
    measure,
    embed,
    tokenize_text,
    pretraining_data,
    pretrain,
    distill,
)
