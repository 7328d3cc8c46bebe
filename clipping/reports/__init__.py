"""What a person reads about finished clips: the report of one, the page about all,
and the page about a rehearsal."""

from clipping.reports.clip import Beside, clip_report
from clipping.reports.html import write_report_page
from clipping.reports.rehearsal import write_rehearsal_page

__all__ = ["Beside", "clip_report", "write_rehearsal_page", "write_report_page"]
