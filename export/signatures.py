"""Several graphs of one model in one file, each for a length of its own, with the weights kept once.

Runtimes that compile a graph for an accelerator, such as LiteRT's CompiledModel, cannot resize it. A file with a
signature for each of a few lengths serves them: a text takes the shortest that holds it.
"""

from albert_tf.export.flatbuffer import read_model, share_constants, write_model
from albert_tf.runtime.signatures import signature_name

LENGTHS = (32, 64, 128, 256)
"""Lengths of the signatures, in tokens."""


def merge_signatures(files: dict[int, bytes]) -> bytes:
    """Puts files of one model for several lengths into one; equal weights are kept once.

    Args:
        files: TFLite files with one signature each, without loops, by their length.

    Returns:
        The content of a file with a signature `length_N` for each.
    """
    merged = None
    for length, content in files.items():
        model = read_model(content)
        model.signatureDefs[0].signatureKey = signature_name(length)
        if merged is None:
            merged = model
        else:
            _append(merged, model)
    share_constants(merged)
    return write_model(merged)


def _append(merged, model):
    buffers, codes, graphs = (
        len(part) for part in (merged.buffers, merged.operatorCodes, merged.subgraphs)
    )
    for subgraph in model.subgraphs:
        for tensor in subgraph.tensors:
            tensor.buffer += buffers
        for operator in subgraph.operators:
            operator.opcodeIndex += codes
    for signature in model.signatureDefs:
        signature.subgraphIndex += graphs
    merged.buffers += model.buffers
    merged.operatorCodes += model.operatorCodes
    merged.subgraphs += model.subgraphs
    merged.signatureDefs += model.signatureDefs
