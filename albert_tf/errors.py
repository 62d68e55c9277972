"""Errors that people read: one line with what was wrong, what was expected, and what to do.

Every error that a user's input can cause is an `AlbertError`. It is a `ValueError`, so library users catch it
as they would any bad argument; the command line prints its message without a traceback and exits with status 2.
"""


class AlbertError(ValueError):
    """Base of the errors caused by what the user passed in; the message is one complete line."""


class AlbertWarning(UserWarning):
    """Something that was read or built otherwise than one might think; the command line prints it as a note."""


class ConfigError(AlbertError):
    """A configuration value is missing, unknown or impossible."""


class CheckpointError(AlbertError):
    """A checkpoint cannot be read or written, or does not fit the model."""


class DataError(AlbertError):
    """A table of texts cannot be used: a missing column, an empty text, an unseen label."""


class ExportError(AlbertError):
    """A model cannot be exported as asked, or an exported file failed its parity limits."""


class MissingExtraError(AlbertError, ImportError):
    """An optional dependency is not installed; the message carries the pip line that adds it.

    Args:
        package: what is missing.
        extra: the extra that brings it.
        purpose: what it is for, the subject of the message.
        instead: what to do where no extra brings it, instead of the pip line; None where one does.
    """

    def __init__(self, package: str, extra: str, purpose: str, instead: str | None = None):
        way_out = instead or f'run: pip install "albert-tf[{extra}]"'
        super().__init__(
            f"{purpose} needs the package {package!r}, which is not installed; {way_out}"
        )
