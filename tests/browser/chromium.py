"""A headless Chromium, driven by its own debugging protocol: no driver is needed."""

import base64
import contextlib
import itertools
import json
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--remote-debugging-port=0",
    "--remote-allow-origins=*",
)
WAIT_S = 120


def found():
    """Path of the browser; None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class PageError(AssertionError):
    """JavaScript that raised."""


class Page:
    """One tab of a browser of its own, without any network.

    Attributes
    ----------
    problems : list of str
        Errors on the console, exceptions, and refused requests.
    requests : list of str
        Addresses that the page asked for, itself left out.
    """

    def __init__(self, folder, width=1400, height=900):
        self._process = subprocess.Popen(
            [found(), *FLAGS, f"--user-data-dir={folder}", f"--window-size={width},{height}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._numbers = itertools.count(1)
        self.problems, self.requests = [], []
        try:
            self._socket = self._connect(Path(folder, "DevToolsActivePort"))
        except BaseException:
            self._process.kill()
            raise
        for domain in ("Runtime", "Log", "Page", "Network"):
            self.call(f"{domain}.enable")
        off = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
        self.call("Network.emulateNetworkConditions", **off)
        self.resize(width, height)

    @staticmethod
    def _connect(port_file):
        import websocket

        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            with contextlib.suppress(OSError, ValueError, IndexError):
                port = int(port_file.read_text().split()[0])
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
                    tabs = json.load(answer)
                address = [tab for tab in tabs if tab["type"] == "page"][0]["webSocketDebuggerUrl"]
                return websocket.create_connection(address, timeout=WAIT_S)
            time.sleep(0.1)
        raise TimeoutError("the browser did not start")

    def call(self, method, **parameters):
        """Send one command; note what the page says meanwhile."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == number:
                if "error" in message:
                    raise PageError(f"{method}: {message['error']['message']}")
                return message["result"]
            self._note(message.get("method"), message.get("params", {}))

    def _note(self, event, told):
        if event == "Runtime.exceptionThrown":
            details = told["exceptionDetails"]
            self.problems.append(details.get("exception", {}).get("description", details["text"]))
        elif event == "Runtime.consoleAPICalled" and told["type"] in ("error", "warning", "assert"):
            self.problems.append(json.dumps(told["args"])[:500])
        elif event == "Log.entryAdded" and told["entry"]["level"] in ("error", "warning"):
            self.problems.append(f"{told['entry']['text']} {told['entry'].get('url', '')}")
        elif event == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])

    def resize(self, width, height=900):
        """Give the page another size."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def open(self, path, ready="document.documentElement.dataset.ready === 'yes'"):
        """Open a file and wait until the page says that it is ready."""
        address = Path(path).resolve().as_uri()
        self.call("Page.navigate", url=address)
        self.wait_for(ready)
        self.requests = [url for url in self.requests if url.split("#")[0] != address]

    def run(self, expression):
        """Value of an expression; a promise is awaited."""
        result = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise PageError(details.get("exception", {}).get("description", details["text"]))
        return result["result"].get("value")

    def wait_for(self, expression):
        """Wait until an expression is true."""
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            with contextlib.suppress(PageError):
                if self.run(expression):
                    return
            time.sleep(0.05)
        raise TimeoutError(f"never true: {expression}; {self.problems}")

    def key(self, name, code=None):
        """Press and release a key."""
        text = {"Enter": "\r", " ": " "}.get(name, "")
        numbers = {"Enter": 13, "Tab": 9, "ArrowRight": 39, "ArrowLeft": 37, " ": 32}
        about = {"key": name, "code": code or name, "windowsVirtualKeyCode": numbers.get(name, 0)}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **about)
        self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    def screenshot(self, path, clip=None):
        """Save a picture of the page, or of a part (x, y, width, height)."""
        height = self.run("document.documentElement.scrollHeight")
        x, y, wide, high = clip or (0, 0, self.run("innerWidth"), height)
        shot = self.call(
            "Page.captureScreenshot",
            captureBeyondViewport=True,
            clip={"x": x, "y": y, "width": wide, "height": high, "scale": 1},
        )
        Path(path).write_bytes(base64.b64decode(shot["data"]))

    def close(self):
        """End this browser."""
        with contextlib.suppress(Exception):
            self._socket.close()
        self._process.terminate()
        self._process.wait(10)
