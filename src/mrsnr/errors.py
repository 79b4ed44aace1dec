"""What can go wrong, as a tree.

* ``MrsnrError``: every error that this package raises on purpose
    * ``ArgumentError``: an option has a value that it cannot have
    * ``InputError``: something that was given to be measured cannot be
        * ``UnreadableError``: a file is missing, broken or of no known format
        * ``ImageError``: the image has the wrong dimensions, affine or values
        * ``RegionError``: a mask or label array does not fit the image
    * ``OutputError``: a result cannot be written where it was to go
    * ``DownloadError``: sample data could not be fetched
    * ``MissingExtraError``: an optional package is not installed

A message says what was wrong, what was expected and, where there is a choice, the choices.
"""


class MrsnrError(Exception):
    """Base of every error that this package raises on purpose."""


class ArgumentError(MrsnrError, ValueError):
    """When an option has a value that it cannot have."""


class InputError(MrsnrError, ValueError):
    """When something that was given to be measured cannot be."""


class UnreadableError(InputError):
    """When a file is missing, broken or of no known format."""


class ImageError(InputError):
    """When an image has the wrong dimensions, affine or values."""


class RegionError(InputError):
    """When a mask or a label array does not fit the image."""


class OutputError(MrsnrError, OSError):
    """When a result cannot be written where it was to go."""


class DownloadError(MrsnrError, ConnectionError):
    """When sample data could not be fetched."""


class MissingExtraError(MrsnrError, ImportError):
    """When an optional package is not installed."""
