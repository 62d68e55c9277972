"""`summary()` that shows what ALBERT shares."""

from collections.abc import Callable
from typing import Any

from albert_tf.type_names import ModelMixin


def sharing_lines(backbone) -> list[str]:
    """Returns two lines on a backbone's encoder: its distinct blocks, and how often they are applied.

    Args:
        backbone: an `AlbertBackbone`.
    """
    config = backbone.config
    groups, inner = config.num_hidden_groups, config.inner_group_num
    block = backbone.encoder.blocks[0][0].count_params()
    distinct, applied = groups * inner, config.num_hidden_layers * inner
    counts = [config.application_groups.count(g) for g in range(groups)]
    per_group = " + ".join(str(c) for c in counts) if groups > 1 else str(counts[0])
    return [
        f" Sharing: {distinct} distinct block{'s' * (distinct > 1)} of {block:,} parameters "
        f"({groups} group{'s' * (groups > 1)} x {inner} inner), applied {applied} times "
        f"(applications of each group: {per_group})",
        f" Without sharing, the encoder's {distinct * block:,} parameters would be {applied * block:,}",
    ]


class SharingSummaryMixin(ModelMixin):
    """Adds the sharing lines to `keras.Model.summary`."""

    def summary(
        self, *args: Any, print_fn: Callable[[str], object] | None = None, **kwargs: Any
    ) -> None:
        """Prints Keras's summary, then which blocks are shared and how often each is applied.

        Args:
            *args: as for `keras.Model.summary`.
            print_fn: called with each piece of text; default the console.
            **kwargs: as for `keras.Model.summary`.
        """
        super().summary(*args, print_fn=print_fn, **kwargs)
        backbone = getattr(self, "backbone", self)
        for line in sharing_lines(backbone):
            (print_fn or print)(line)
