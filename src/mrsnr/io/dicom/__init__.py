"""DICOM: files, folders and zips of them, as scanners write them.

Headers and uncompressed pixels are read without help; compressed pixels need pydicom and its decoders, the extra
``dicom``. Of a header only what describes the scan is looked at (`mrsnr.io.dicom.tags`): name, birth date or number of
the patient, institution and people are stepped over unread; of dates and times only the order of volumes is kept. Only
`identifiers` looks at those.
"""

from mrsnr.io.dicom.files import is_dicom
from mrsnr.io.dicom.reading import identifiers, read, series_in
from mrsnr.io.dicom.series import Series

__all__ = ["Series", "identifiers", "is_dicom", "read", "series_in"]
