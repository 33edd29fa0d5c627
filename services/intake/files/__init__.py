"""Object storage for sealed files, and the scanner that looks at them first.

Which one is used is a setting: a folder, or a bucket behind the S3 API. What is stored is sealed before it gets here.
"""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from services.intake.files.folder import FolderFiles
from services.intake.files.port import FileGoneError, Files
from services.intake.settings import Settings

__all__ = ["FileGoneError", "Files", "open_files"]


def open_files(settings: Settings) -> Files:
    """Return the storage that `settings.files_url` names; raises `ValueError` when it names none.

    Nothing is opened yet: a process starts while its storage is away.
    """
    url = urlsplit(settings.files_url)
    if url.scheme == "file" and not url.netloc and url.path:
        return FolderFiles(Path(unquote(url.path)))
    if url.scheme == "s3" and url.netloc:
        # The library for it is loaded by those who use it.
        from services.intake.files.s3 import S3Files  # noqa: PLC0415

        return S3Files(
            bucket=url.netloc,
            prefix=url.path.strip("/"),
            endpoint=settings.files_endpoint,
            region=settings.files_region,
            access_key=settings.files_access_key.get_secret_value(),
            secret_key=settings.files_secret_key.get_secret_value(),
        )
    raise ValueError("files_url is file:///folder or s3://bucket")
