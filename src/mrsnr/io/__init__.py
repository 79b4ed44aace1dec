"""Reading images and writing results: `load` and `save`."""

from mrsnr.io.document import document
from mrsnr.io.loading import load, stem
from mrsnr.io.maps import write_map
from mrsnr.io.saving import name_of, page_name, save, save_page, written_by
from mrsnr.io.staging import refuse_existing, staging

__all__ = [
    "document", "load", "name_of", "page_name", "refuse_existing", "save", "save_page", "staging", "stem", "write_map",
    "written_by",
]  # fmt: skip
