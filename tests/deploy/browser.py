"""Somebody at a browser in front of the HTTPS proxy: cookies, forms with their tokens, JSON. Standard library alone."""

from __future__ import annotations

import http.cookiejar
import json
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path


class Browser:
    """One person's session; every answer is `(status, body)` and `address` is where it ended."""

    def __init__(self, site: str, certificate: Path):
        context = ssl.create_default_context(cafile=str(certificate))
        self.site, self.cookies, self.address = site, http.cookiejar.CookieJar(), ""
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=context),
            urllib.request.HTTPCookieProcessor(self.cookies),
        )

    def ask(self, path: str, data: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        request = urllib.request.Request(self.site + path, data=data)
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        if data is not None:
            request.add_header("Origin", self.site)
            request.add_header("Referer", self.site + path)
        try:
            with self.opener.open(request, timeout=120) as answer:
                self.address = answer.url
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except urllib.error.URLError:  # nobody listens yet
            return 0, b""

    def token(self) -> str:
        return next((c.value for c in self.cookies if c.name == "guiyang_csrf"), "")

    def post(self, path: str, page: str = "", **fields: str) -> tuple[int, bytes]:
        """Fill the form of `page` (of the path itself) and send it."""
        body = self.ask(page or path)[1].decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', body)
        fields["csrfmiddlewaretoken"] = found[1] if found else self.token()
        return self.ask(path, urllib.parse.urlencode(fields, doseq=True).encode())

    def send(self, path: str, **data) -> tuple[int, dict]:
        """JSON to the API."""
        status, body = self.ask(
            path, json.dumps(data).encode(), Content_Type="application/json", X_CSRFToken=self.token()
        )
        return status, json.loads(body)

    def login(self, username: str, password: str, new: str) -> None:
        """The first login: the password that somebody else gave opens its own change and nothing else."""
        self.post("/login/", username=username, password=password)
        assert self.address.endswith("/governance/password/"), f"{username}: {self.address}"
        self.post("/governance/password/", old=password, new=new, again=new)
        assert self.address.endswith("?done=1"), f"{username}: {self.address}"
