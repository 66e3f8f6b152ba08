"""unoserver, a LibreOffice that stays: what a PDF costs it, its client apart.

Looked for in the folder OTTISK_UNOSERVER (pip install --target) and run by /usr/bin/python3, which needs python3-uno. It also
needs the files of LibreOffice's windows (packages libreoffice-writer, -calc, -impress): with the -nogui packages alone it dies
of its first document.
"""

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
import xmlrpc.client
from pathlib import Path

import measure


class Unoserver:
    """Its server, warm, while the block lasts."""

    def __init__(self, soffice, first):
        """`soffice` is what it starts; it is warm when it has made a PDF of `first`."""
        self.folder = tempfile.TemporaryDirectory()
        ports = []
        for _ in range(2):
            with socket.create_server(("127.0.0.1", 0)) as listener:
                ports.append(str(listener.getsockname()[1]))
        self.url = f"http://127.0.0.1:{ports[0]}"
        command = ["/usr/bin/python3", "-m", "unoserver.server", "--executable", soffice, "--port", ports[0],
                   "--uno-port", ports[1], "--user-installation", f"{self.folder.name}/profile"]
        environment = {**os.environ, "PYTHONPATH": os.environ.get("OTTISK_UNOSERVER", "")}
        self.process = subprocess.Popen(command, env=environment, start_new_session=True, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.here = False
        for _ in range(60):
            time.sleep(0.5)
            if self.process.poll() is not None:
                break
            self.here = self.cpu(first) is not None
            if self.here:
                break

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.folder.cleanup()

    def used(self):
        ticks = 0
        for pid in measure.family(self.process.pid):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += sum(int(field) for field in fields[11:15])
        return ticks / os.sysconf("SC_CLK_TCK")

    def cpu(self, document):
        """Processor seconds that the server and LibreOffice take for a PDF of it; None when there is none."""
        try:
            before = self.used()
            server = xmlrpc.client.ServerProxy(self.url, allow_none=True)
            server.convert(str(document), None, f"{self.folder.name}/out.pdf", "pdf")
            return self.used() - before
        except (OSError, xmlrpc.client.Fault):
            return None
