import mimetypes
import os
import shutil
import uuid

from .s3 import Bucket

_FIVE_DAYS = 5 * 24 * 60 * 60
_FIELDS = ("file_name", "key", "bucket", "region", "endpoint", "suggested_file_name", "file_type")


class S3Configs:
    def __init__(self, bucket_name=None, region=None, access_key=None, secret_key=None, endpoint=None):
        self.bucket_name = bucket_name
        self.region = region
        self.access_key = access_key
        self.secret_key = secret_key
        self.endpoint = endpoint


class _Access:
    """Makes links to a stored file."""

    async def get_signed_url(self, expiration=_FIVE_DAYS):
        """An address for everybody who has it, valid for the given number of seconds."""
        storage = self.__dict__.get("_storage") or _bucket_of(self)
        return await storage.link(self.key, expiration)

    def get_s3_key(self):
        storage = self.__dict__.get("_storage")
        return storage.url if storage else f"https://{self.bucket}.s3.{self.region}.amazonaws.com/{self.key}"

    def to_dict(self):
        return {name: getattr(self, name) for name in _FIELDS}


try:
    from typing import Optional

    from pydantic import BaseModel

    class Attachment(_Access, BaseModel):
        """A stored file. Written as JSON it is its fields."""

        file_name: str
        key: str
        bucket: str
        region: str
        endpoint: Optional[str] = None
        suggested_file_name: Optional[str] = None
        file_type: Optional[str] = None

except ImportError:

    class Attachment(_Access):
        """A stored file. Written as JSON it is its fields."""

        def __init__(self, **fields):
            for name in _FIELDS:
                self.__dict__[name] = fields.get(name)


def _made(storage, **fields):
    attachment = Attachment(**fields)
    # Beside the fields: it is no part of what is written.
    attachment.__dict__["_storage"] = storage
    return attachment


def _resolve(configs):
    env = os.environ.get
    found = {
        "bucket": getattr(configs, "bucket_name", None) or env("AWS_BUCKET"),
        "region": getattr(configs, "region", None) or env("AWS_REGION"),
        "access_key": getattr(configs, "access_key", None) or env("AWS_ACCESS_KEY_ID"),
        "secret_key": getattr(configs, "secret_key", None) or env("AWS_SECRET_ACCESS_KEY"),
        "endpoint": getattr(configs, "endpoint", None) or env("AWS_ENDPOINT_URL_S3") or env("AWS_ENDPOINT_URL"),
    }
    missing = [name for name in ("bucket", "region", "access_key", "secret_key") if not found[name]]
    if not missing:
        return found
    if configs is not None:
        raise ValueError(f"upload_file_to_s3: configs lacks {', '.join(missing)}.")
    return None


def _bucket_of(attachment):
    found = _resolve(None)
    if found is None:
        raise ValueError(f"No link can be made to {attachment.file_name}: nothing says how to reach the bucket {attachment.bucket}.")
    return Bucket(**{**found, "bucket": attachment.bucket, "region": attachment.region})


class _Platform:
    """The platform's own storage."""

    def __init__(self, attempt, url):
        self._attempt = attempt
        self.url = url

    async def link(self, key, expiration):
        return (await self._attempt.calls.call("file.url", {"key": key, "expiresInSeconds": expiration}))["url"]


class _Mock:
    def __init__(self, key):
        self.url = f"https://testing_bucket.s3.testing_region.amazonaws.com/{key}"

    async def link(self, key, expiration):
        return f"{self.url}?expires={expiration}"


async def _materialize(file, target):
    """Puts the file at the target and answers its name."""
    if hasattr(file, "save_as"):
        await file.save_as(target)
        return file.suggested_filename
    if isinstance(file, (str, os.PathLike)):
        shutil.copyfile(file, target)
        return os.path.basename(file)
    if isinstance(file, (bytes, bytearray, memoryview)):
        with open(target, "wb") as output:
            output.write(file)
        return str(uuid.uuid4())
    raise TypeError("upload_file_to_s3: file must be a download, bytes, or the path of a file.")


async def upload_file_to_s3(file, configs=None, *, file_name_override=None, content_type=None):
    """Stores a file in a bucket of the automation's own or, without one, with the platform."""
    from intuned_runner import current

    attempt = current.of("upload_file_to_s3")
    folder = (attempt.message.get("environment") or {}).get("TMPDIR") or "."
    target = os.path.join(folder, f"upload-{uuid.uuid4()}")
    try:
        name = await _materialize(file, target)
        file_name = file_name_override or name
        content_type = content_type or mimetypes.guess_type(file_name)[0]
        kind = (content_type or "").partition("/")[0]
        fields = {"file_name": file_name, "suggested_file_name": name, "file_type": kind if kind in ("image", "audio", "video") else "document"}
        if os.environ.get("MODE") == "generate_code":
            key = str(uuid.uuid4())
            return _made(_Mock(key), key=key, bucket="testing_bucket", region="testing_region", **fields)
        own = _resolve(configs)
        if own is None:
            saved = await attempt.calls.call("file.save", {"path": target, "fileName": file_name, "contentType": content_type})
            return _made(_Platform(attempt, saved["url"]), key=saved["key"], bucket=saved["bucket"], region=saved["region"], **fields)
        bucket = Bucket(**own)
        key = f"{uuid.uuid4()}/{file_name}"
        with open(target, "rb") as content:
            await bucket.put(key, content.read(), content_type or "application/octet-stream")
        return _made(bucket.at(key), key=key, bucket=own["bucket"], region=own["region"], endpoint=own["endpoint"], **fields)
    finally:
        if os.path.exists(target):
            os.remove(target)


async def save_file_to_s3(page, trigger, *, timeout_s=5, configs=None, file_name_override=None, content_type=None):
    """Downloads what the trigger delivers and stores it."""
    from .downloads import download_file

    download = await download_file(page, trigger, timeout_s=timeout_s)
    return await upload_file_to_s3(download, configs, file_name_override=file_name_override, content_type=content_type)
