"""Signed body links: HMAC over organisation, request id and expiry."""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote, urlencode

LIFETIME_SECONDS = 24 * 60 * 60


class BodyLinks:
    """Makes and checks the links: HMAC-SHA256 over organisation, request id and expiry, with a key of the servers."""

    def __init__(self, key: bytes, public_url: str) -> None:
        self._key = key
        self._public_url = public_url.rstrip("/")

    def base_for(self, headers: Mapping[str, str], scheme: str) -> str:
        """Where this client reaches us: PUBLIC_URL, else the address it used."""
        return self._public_url or f"{scheme}://{headers.get('host', 'localhost')}"

    def url(self, base: str, org_id: str, request_id: str, now: float) -> str:
        """A link to the bodies of a request, good for a day."""
        expires = int(now) + LIFETIME_SECONDS
        signed = {"org": org_id, "expires": expires, "signature": self._signature(org_id, request_id, expires)}
        return f"{base}/v1/request/{quote(request_id, safe='')}/body?{urlencode(signed)}"

    def opens(self, org_id: str, request_id: str, expires: int, signature: str, now: float) -> bool:
        """Whether a link was made here and has not expired."""
        made_here = hmac.compare_digest(self._signature(org_id, request_id, expires).encode(), signature.encode())
        return made_here and now < expires

    def _signature(self, org_id: str, request_id: str, expires: int) -> str:
        text = f"{org_id}\n{expires}\n{request_id}".encode()
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()
