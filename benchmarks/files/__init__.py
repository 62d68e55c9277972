"""What the engines are given: one random ALBERT classifier, written in every way that its user might pick.

`ours`, `keras_hub` and `onnx_fused` run in this package's environment; the rest need PyTorch and run in its
environment, from a checkpoint in Hugging Face's layout (`torch_side`).
"""
