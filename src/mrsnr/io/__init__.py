"""Reading images and writing results: `load` and `save`."""

from mrsnr.io.document import document
from mrsnr.io.loading import load, stem
from mrsnr.io.saving import name_of, save, write_map, written_by
from mrsnr.io.staging import refuse_existing, staging

__all__ = ["document", "load", "name_of", "refuse_existing", "save", "staging", "stem", "write_map", "written_by"]
