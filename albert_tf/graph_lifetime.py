"""TensorFlow graphs that go when nothing needs them any more.

TensorFlow keeps the gradient function of every `tf.custom_gradient` that it meets while it traces, by name and for the
life of the process, and the function holds the whole graph. Keras's optimizer makes one: it sums its gradients over
replicas, of which there may be one, by way of a custom gradient (`ReplicaContext.all_reduce`), unless one of them is
sparse. So do `keras.remat` and `silu`. Each model trained in a process would leave its graphs behind.
"""

import contextlib
import inspect
import weakref

import keras


@contextlib.contextmanager
def gradients_that_go_with_their_graph():
    """Ties the custom gradients that are traced in the block to the graphs that they are for.

    As long as a graph lives, TensorFlow finds its gradients as before. On other backends, and where TensorFlow runs
    eagerly, there is nothing to tie.
    """
    if keras.backend.backend() != "tensorflow":
        yield
        return
    from tensorflow.python.framework import ops

    registered = ops.gradient_registry._registry
    earlier = set(registered)
    try:
        yield
    finally:
        for name in set(registered) - earlier:
            _tie(registered, name)


def _tie(registered: dict, name: str) -> None:
    """Moves a gradient function from the registry to its graph; a stand-in takes its place until the graph goes."""
    gradient = registered[name]["type"]
    graph = _graph_of(gradient)
    if graph is None:  # no function of a custom gradient: it does not belong to one graph
        return
    graph._albert_tf_gradients = {**getattr(graph, "_albert_tf_gradients", {}), name: gradient}
    reference = weakref.ref(graph)
    registered[name]["type"] = lambda *args: reference()._albert_tf_gradients[name](*args)
    weakref.finalize(graph, registered.pop, name, None).atexit = False


def _graph_of(gradient):
    """The graph of the tensors whose gradient a function of `tf.custom_gradient` computes; None for other functions."""
    inner = inspect.getclosurevars(gradient).nonlocals.get("tape_grad_fn")
    if inner is None:
        return None
    results = keras.tree.flatten(inspect.getclosurevars(inner).nonlocals["result"])
    return next((tensor.graph for tensor in results if hasattr(tensor, "graph")), None)
