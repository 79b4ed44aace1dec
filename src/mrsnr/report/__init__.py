"""The report: one HTML page that a person would rather look at than a table."""

from mrsnr.report.html import check_installed, page

__all__ = ["check_installed", "page"]
