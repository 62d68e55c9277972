"""Names of a package that load their module when they are first touched (PEP 562)."""

import importlib
import sys
from collections.abc import Callable, Iterable, Mapping

from albert_tf.dependencies import explained


def lazy_names(
    package: str, modules: Mapping[str, Iterable[str]], rooms: Iterable[str] = ()
) -> tuple[Callable, Callable]:
    """Returns the `__getattr__` and `__dir__` of a package.

    So importing a package costs nothing, and someone who touches what needs no TensorFlow does not wait for it. For
    type checkers and editors the package repeats the imports under `TYPE_CHECKING`.

    Args:
        package: its `__name__`.
        modules: the public names by the module that has them.
        rooms: modules of the package that are attributes of it too.
    """
    module_of = {name: module for module, names in modules.items() for name in names}
    rooms = frozenset(rooms)

    def get(name: str):
        if name in module_of:
            value = getattr(_loaded(module_of[name], f"{package}.{name}"), name)
            setattr(sys.modules[package], name, value)
            return value
        if name in rooms:
            return _loaded(f"{package}.{name}", f"{package}.{name}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *module_of, *rooms})

    return get, names


def _loaded(module, purpose):
    try:
        return importlib.import_module(module)
    except (ImportError, ValueError) as error:  # the latter from Keras, of an unknown backend
        if (found := explained(error, purpose)) is error:
            raise
        raise found from error
