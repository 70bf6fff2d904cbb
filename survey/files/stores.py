"""Which place an installation keeps its contents in."""

from __future__ import annotations

from functools import cache

from survey.config import Config
from survey.files.contents import Contents
from survey.files.folder import Folder


@cache
def contents_of(config: Config) -> Contents:
    """Return the folder in the instance, or the bucket that ``CONTENT_URL`` names.

    Raises:
        ValueError: The setting is no address of a bucket.
    """
    if not config.content_url:
        return Folder(config.contents)
    if not config.content_url.startswith("s3://"):
        raise ValueError(f"CONTENT_URL={config.content_url}: s3://bucket/prefix is meant")
    # Only who has a bucket pays for the library.
    from survey.files.bucket import Bucket

    return Bucket(config.content_url, config.instance / "incoming")
