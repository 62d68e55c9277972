"""How `albert_small_en` is made and measured: texts, distillation, ablation, quality."""
