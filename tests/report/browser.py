"""Chromium without a window, by the W3C's WebDriver protocol; nothing of it but what a test of a page needs."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)


def is_installed() -> bool:
    return all(shutil.which(program) for program in ("chromium", "chromedriver"))


class Browser:
    """One window."""

    def __init__(self, port: int, profile: Path) -> None:
        self._port = port
        options = {
            "goog:chromeOptions": {"binary": shutil.which("chromium"),
                                   "args": [*ARGUMENTS, f"--user-data-dir={profile}"]},
            "goog:loggingPrefs": {"browser": "ALL"},
        }
        made = self._call("POST", "/session", {"capabilities": {"alwaysMatch": options}})
        self._session = f"/session/{made['sessionId']}"

    def show(self, page: Path, width: int, scheme: str) -> None:
        """Load a file, at a width in CSS pixels, light or dark."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self._devtools("Emulation.setDeviceMetricsOverride", size)
        scheme_of = [{"name": "prefers-color-scheme", "value": scheme}]
        self._devtools("Emulation.setEmulatedMedia", {"features": scheme_of})
        self._call("POST", f"{self._session}/url", {"url": page.as_uri()})

    def run(self, script: str) -> Any:
        """What a function with this body returns in the page."""
        return self._call("POST", f"{self._session}/execute/sync", {"script": script, "args": []})

    def press(self, key: str) -> None:
        actions = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        self._call("POST", f"{self._session}/actions", {"actions": [{"type": "key", "id": "k", "actions": actions}]})

    def console(self) -> list[dict[str, Any]]:
        """What the console has been told since this was asked."""
        told: list[dict[str, Any]] = self._call("POST", f"{self._session}/se/log", {"type": "browser"})
        return told

    def close(self) -> None:
        self._call("DELETE", self._session)

    def _devtools(self, command: str, parameters: dict[str, Any]) -> None:
        self._call("POST", f"{self._session}/goog/cdp/execute", {"cmd": command, "params": parameters})

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        connection.request(method, path, None if body is None else json.dumps(body))
        value = json.loads(connection.getresponse().read())["value"]
        assert not (isinstance(value, dict) and "error" in value), value
        return value


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """Started, and stopped; `folder` is its own."""
    driver = subprocess.Popen(
        ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert driver.stdout is not None
        said = next(line for line in driver.stdout if "started successfully on port" in line)
        window = Browser(int(said.rpartition(" ")[2].strip().rstrip(".")), folder / "profile")
        yield window
        window.close()
    finally:
        driver.terminate()
        driver.wait(10)
