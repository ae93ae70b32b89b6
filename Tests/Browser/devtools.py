"""Drives a headless chromium through the DevTools protocol over its pipe; standard library only."""

import base64
import json
import os
import pathlib
import queue
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
import time

NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"]


class Failure(Exception):
    """A check that did not hold, in words."""


def find_browser():
    """The path of a chromium; None where there is none."""
    chosen = os.environ.get("CHROMIUM")
    return next(filter(None, (shutil.which(name) for name in ([chosen] if chosen else NAMES))), None)


class Browser:
    """A browser with a profile of its own, which is gone when it is closed."""

    def __init__(self, executable):
        self.profile = tempfile.mkdtemp(prefix="xopix-browser-")
        to_browser, self._to_browser = os.pipe()
        self._from_browser, from_browser = os.pipe()
        options = [
            "--headless=new", "--remote-debugging-pipe", f"--user-data-dir={self.profile}", "--no-first-run",
            "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--disable-extensions", "--force-color-profile=srgb",
            "--lang=en-US", "about:blank"]
        if os.geteuid() == 0:
            options.insert(0, "--no-sandbox")
        # The protocol's pipe is file descriptors 3 and 4; a shell puts them there.
        command = f"exec {shlex.join([executable, *options])} 3<&{to_browser} 4>&{from_browser}"
        self.process = subprocess.Popen(
            ["/bin/bash", "-c", command], pass_fds=(to_browser, from_browser), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(to_browser)
        os.close(from_browser)
        self._number = 0
        self._answers = {}
        self._arrived = threading.Condition()
        self.events = queue.Queue()
        self._ended = False
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        rest = b""
        while True:
            try:
                block = os.read(self._from_browser, 1 << 20)
            except OSError:
                block = b""
            if not block:
                break
            *messages, rest = (rest + block).split(b"\0")
            for text in messages:
                message = json.loads(text)
                if "id" in message:
                    with self._arrived:
                        self._answers[message["id"]] = message
                        self._arrived.notify_all()
                else:
                    self.events.put(message)
        with self._arrived:
            self._ended = True
            self._arrived.notify_all()

    def call(self, method, session=None, timeout=30, **parameters):
        """Sends a command and waits for its result."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._to_browser, data):]
        with self._arrived:
            if not self._arrived.wait_for(lambda: number in self._answers or self._ended, timeout):
                raise Failure(f"the browser did not answer {method} within {timeout} s")
            if number not in self._answers:
                raise Failure(f"the browser ended during {method}")
            answer = self._answers.pop(number)
        if "error" in answer:
            raise Failure(f"{method}: {answer['error'].get('message')}")
        return answer["result"]

    def page(self, base):
        """A new page, which may ask `base` alone for anything."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        return Page(self, session, base)

    def close(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        os.close(self._to_browser)
        shutil.rmtree(self.profile, ignore_errors=True)


class Page:
    """A page, and what went wrong in it."""

    def __init__(self, browser, session, base):
        self.browser = browser
        self.session = session
        self.base = base
        self.wrong = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        return self.browser.call(method, session=self.session, **parameters)

    def view(self, width, height, dark=False, phone=False):
        """Sets the window's size in CSS pixels, and light or dark colours."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)
        self.call("Emulation.setTouchEmulationEnabled", enabled=phone)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"}])

    def open(self, path):
        self.call("Page.navigate", url=self.base + path)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'", f"{path} is loaded")

    def value(self, expression):
        """The value of an expression of JavaScript in the page."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise Failure(details.get("exception", {}).get("description") or details["text"])
        return result["result"].get("value")

    def until(self, expression, what, seconds=15):
        """Waits until an expression is truthy, and returns its value."""
        deadline = time.monotonic() + seconds
        while True:
            self._collect()
            try:
                # An element can't be handed over by value, only that it is there.
                found = self.value(f"(found => found instanceof Node ? true : found)({expression})")
            except Failure as failure:
                # Between two documents there is nothing to ask.
                if "context" not in str(failure):
                    raise
                found = None
            if found:
                return found
            if time.monotonic() > deadline:
                raise Failure(f"not within {seconds} s: {what}")
            time.sleep(0.1)

    def click(self, selector):
        if not self.value(f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e?.click(); return !!e }})()"):
            raise Failure(f"there is no {selector} to click")

    def type(self, selector, text):
        """Replaces what stands in a field, letter by letter."""
        self.value(f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.focus(); e.select(); }})()")
        for letter in text:
            self.call("Input.insertText", text=letter)

    def press(self, key):
        codes = {"ArrowDown": 40, "ArrowUp": 38, "Enter": 13, "Escape": 27, "Tab": 9}
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=codes[key])

    def screenshot(self, path, full=False):
        picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=full)
        pathlib.Path(path).write_bytes(base64.b64decode(picture["data"]))

    def _collect(self):
        kept = []
        while True:
            try:
                event = self.browser.events.get_nowait()
            except queue.Empty:
                break
            if event.get("sessionId") != self.session:
                kept.append(event)
                continue
            self._judge(event["method"], event["params"])
        for event in kept:
            self.browser.events.put(event)

    def _judge(self, method, parameters):
        if method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            text = details.get("exception", {}).get("description") or details["text"]
            self.wrong.append(f"exception: {text}")
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "assert"):
            self.wrong.append(f"console: {[one.get('value') for one in parameters['args']]}")
        elif method == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            entry = parameters["entry"]
            self.wrong.append(f"log: {entry['text']} {entry.get('url', '')}")
        elif method == "Network.requestWillBeSent":
            url = parameters["request"]["url"]
            if not url.startswith(self.base + "/"):
                self.wrong.append(f"a request outside the server: {url}")
        elif method == "Network.responseReceived" and parameters["response"]["status"] >= 400:
            self.wrong.append(f"status {parameters['response']['status']} from {parameters['response']['url']}")

    def check_clean(self, where):
        """Fails where the page logged an error, threw, or asked another host."""
        self._collect()
        if self.wrong:
            raise Failure(f"{where}: " + "; ".join(dict.fromkeys(self.wrong)))
