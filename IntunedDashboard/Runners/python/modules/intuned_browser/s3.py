import asyncio
import datetime
import hashlib
import hmac
import urllib.error
import urllib.request
from urllib.parse import quote, urlsplit


class Bucket:
    """Puts objects into an S3 bucket and makes links to them, with nothing but the standard library."""

    def __init__(self, bucket, region, access_key, secret_key, endpoint=None):
        self._region = region
        self._access_key = access_key
        self._secret_key = secret_key
        self._base = f"{endpoint.rstrip('/')}/{bucket}" if endpoint else f"https://{bucket}.s3.{region}.amazonaws.com"
        self.url = self._base

    def at(self, key):
        self.url = self._address(key)
        return self

    async def put(self, key, content, content_type):
        request = urllib.request.Request(self._sign("PUT", key, 900), data=content, method="PUT", headers={"Content-Type": content_type})

        def send():
            try:
                with urllib.request.urlopen(request, timeout=60):
                    return
            except urllib.error.HTTPError as error:
                raise RuntimeError(f"The bucket refused the file (status {error.code}).") from None

        await asyncio.to_thread(send)

    async def link(self, key, expiration):
        return self._sign("GET", key, int(expiration))

    def _address(self, key):
        return f"{self._base}/{quote(key)}"

    def _sign(self, method, key, seconds):
        now = datetime.datetime.now(datetime.timezone.utc)
        stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
        scope = f"{day}/{self._region}/s3/aws4_request"
        address = urlsplit(self._address(key))
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in sorted({
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": f"{self._access_key}/{scope}", "X-Amz-Date": stamp,
            "X-Amz-Expires": str(seconds), "X-Amz-SignedHeaders": "host",
        }.items()))
        canonical = "\n".join([method, address.path, query, f"host:{address.netloc}\n", "host", "UNSIGNED-PAYLOAD"])
        text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        secret = f"AWS4{self._secret_key}".encode()
        for part in (day, self._region, "s3", "aws4_request"):
            secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
        signature = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
        return f"{self._address(key)}?{query}&X-Amz-Signature={signature}"
