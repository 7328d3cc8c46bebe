"""What a person reads about finished clips: the report of one, and the page about all."""

from clipping.reports.clip import Beside, clip_report
from clipping.reports.html import write_report_page

__all__ = ["Beside", "clip_report", "write_report_page"]
