"""The person at the browser: opens the address in the first argument and goes where it leads.

The SDK opens the browser before it listens for the answer, so a refused connection is tried again.
"""

import http.client
import sys
import time
from urllib.parse import urljoin, urlsplit


def main() -> None:
    url = sys.argv[1]
    deadline = time.monotonic() + 10
    while url:
        try:
            url = fetch(url)
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def fetch(url: str) -> str | None:
    """Asks for an address; returns where it redirects to."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=10)
    connection.request("GET", f"{place.path or '/'}?{place.query}")
    answer = connection.getresponse()
    answer.read()
    target = answer.getheader("Location")
    return urljoin(url, target) if target else None


main()
