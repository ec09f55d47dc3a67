"""Starts a daemon as systemd does: notify socket, watchdog, credentials; then stops it.

Usage: notify_check.py PATH-OF-RFTD DATA-FOLDER. Exits 1 with a sentence when a promise is broken:
READY=1 only when /readyz answers, WATCHDOG=1 again and again, STOPPING=1 and an end within 20 s of SIGTERM,
nobody let in without a token where one is configured.
"""
import hashlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

WATCHDOG_SECONDS = 1.5
STOP_SECONDS_MAX = 20


def status_of(url, token=None):
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def wait_for(notify, wanted, seconds):
    """The seconds until a message has the line `wanted`."""
    began = time.monotonic()
    while (left := seconds - (time.monotonic() - began)) > 0:
        notify.settimeout(left)
        try:
            message = notify.recv(4096).decode()
        except TimeoutError:
            break
        if wanted in message.splitlines():
            return time.monotonic() - began
    raise SystemExit(f"expected {wanted} within {seconds} s, found none")


def expect(what, wanted, found):
    if wanted != found:
        raise SystemExit(f"{what}: expected {wanted}, found {found}")


def check(rftd, data, folder):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(os.path.join(folder, "notify"))
    with open(os.path.join(folder, "rftd-tokens"), "w", encoding="ascii") as tokens:
        tokens.write(f"tester viewer {hashlib.sha256(b'open sesame').hexdigest()}\n")
    environment = dict(os.environ, NOTIFY_SOCKET=os.path.join(folder, "notify"), CREDENTIALS_DIRECTORY=folder,
                       WATCHDOG_USEC=str(int(WATCHDOG_SECONDS * 1e6)))
    base = f"http://127.0.0.1:{port}"
    daemon = subprocess.Popen([rftd, "--data", data, "--listen", f"127.0.0.1:{port}"], env=environment,
                              stderr=subprocess.PIPE)
    try:
        wait_for(notify, "READY=1", 60)
        expect("/readyz", 200, status_of(base + "/readyz"))
        expect("/api/v1/system without a token", 401, status_of(base + "/api/v1/system"))
        expect("/api/v1/system with one", 200, status_of(base + "/api/v1/system", "open sesame"))
        for _ in range(3):
            wait_for(notify, "WATCHDOG=1", WATCHDOG_SECONDS)
        daemon.send_signal(signal.SIGTERM)
        began = time.monotonic()
        wait_for(notify, "STOPPING=1", STOP_SECONDS_MAX)
        expect("exit status", 0, daemon.wait(timeout=STOP_SECONDS_MAX))
        print(f"notify: ready, watched, stopped in {time.monotonic() - began:.1f} s")
    finally:
        if daemon.poll() is None:
            daemon.kill()
            daemon.wait()
        sys.stderr.write(daemon.stderr.read().decode()[-2000:] if daemon.returncode != 0 else "")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        check(sys.argv[1], sys.argv[2], scratch)
