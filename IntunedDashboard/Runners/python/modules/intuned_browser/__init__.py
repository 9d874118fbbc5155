"""What nearly every automation does with pages. Times are in seconds."""

from .attachments import Attachment, S3Configs, save_file_to_s3, upload_file_to_s3
from .data import ValidationError, filter_empty_values, process_date, sanitize_html, validate_data_using_schema
from .downloads import download_file
from .lists import click_until_exhausted, scroll_to_load_content
from .markdown import extract_markdown
from .navigation import go_to_url, resolve_url
from .settling import wait_for_dom_settled, wait_for_network_settled

__all__ = [
    "Attachment", "S3Configs", "ValidationError", "click_until_exhausted", "download_file", "extract_markdown", "filter_empty_values",
    "go_to_url", "process_date", "resolve_url", "sanitize_html", "save_file_to_s3", "scroll_to_load_content", "upload_file_to_s3",
    "validate_data_using_schema", "wait_for_dom_settled", "wait_for_network_settled",
]
