# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process of a node: an SSH server that lets in the node's keys and runs commands in its home."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import pty
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import typing as t

from .machine import Machine
from .serving import Serving, end_marked
from .sftp import Files, Subsystem

LOOKS_EVERY = 0.5
CHUNK = 1 << 16
CANNOT_RUN = 126
CONNECTS_WITHIN = 5.0
# paramiko's answers, by value: it is not imported at the top
LET_IN, KEPT_OUT = 0, 2
OPENED, PROHIBITED, NO_CONNECTION = 0, 1, 2
# takes the terminal it was given as its own, which needs a process of its own
TERMINAL = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"


def run(serving: Serving) -> None:
    """Serves one node until its row no longer wants this process, or a signal ends it."""
    import paramiko  # noqa: F401  # a missing library is to be told before the door opens

    logging.getLogger("paramiko").addHandler(logging.NullHandler())
    logging.getLogger("paramiko").propagate = False
    row = serving.row()
    if row is None:
        return
    end_marked(serving.id)
    machine = Machine(serving, row)
    stop = threading.Event()
    for how in (signal.SIGTERM, signal.SIGINT):
        signal.signal(how, lambda *_unused: stop.set())
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((row.body["address"], row.body["port"]))
    except OSError as error:
        serving.failed(f"port {row.body['port']} of {row.body['address']} cannot be used: {error.strerror}")
        return
    door.listen(128)
    threading.Thread(target=welcome, args=(door, machine), daemon=True).start()
    serving.ready()
    threading.Thread(target=machine.boot, daemon=True).start()
    while not stop.wait(LOOKS_EVERY) and serving.row() is not None:
        pass
    door.close()
    end_marked(serving.id)
    machine.end()


def welcome(door: socket.socket, machine: Machine) -> None:
    while True:
        try:
            caller, address = door.accept()
        except OSError:
            return
        threading.Thread(target=converse, args=(caller, address, machine), daemon=True).start()


def converse(caller: socket.socket, address: tuple[str, int], machine: Machine) -> None:
    """One connection with all of its sessions."""
    import paramiko

    guest = type("Guest", (Guest, paramiko.ServerInterface), {})
    files = type("Files", (Files, paramiko.SFTPServerInterface), {})
    subsystem = type("Subsystem", (Subsystem, paramiko.SFTPServer), {})
    with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
        caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport = paramiko.Transport(caller)
        transport.local_version = "SSH-2.0-anycloud_local"
        transport.add_server_key(machine.host_key)
        transport.set_subsystem_handler("sftp", subsystem, files, machine)
        server = guest(machine, address)
        transport.start_server(server=server)
        # paramiko forgets a channel that nobody else holds on to
        channels: list[t.Any] = []
        while transport.is_active():
            channel = transport.accept(LOOKS_EVERY)
            channels = [held for held in [*channels, channel] if held is not None and not held.closed]
            link = server.links.pop(channel.get_id(), None) if channel else None
            if link is not None:
                spawn(tunnel, channel, link)


class Guest:
    """What a client may do: enter with a key, and open sessions. It becomes paramiko's where it is used."""

    def __init__(self, machine: Machine, address: tuple[str, int]) -> None:
        self.machine = machine
        self.address = address
        self.sessions: dict[int, Session] = {}
        self.links: dict[int, socket.socket] = {}

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: t.Any) -> int:
        return LET_IN if self.machine.lets_in(key.get_base64()) else KEPT_OUT

    def check_channel_request(self, kind: str, chanid: int) -> int:
        if kind != "session":
            return PROHIBITED
        self.sessions[chanid] = Session(self.machine, self.address)
        return OPENED

    def check_channel_direct_tcpip_request(self, chanid: int, origin: t.Any, destination: tuple[str, int]) -> int:
        """A way through this node to somewhere else, as through a jump host."""
        try:
            self.links[chanid] = socket.create_connection(destination, timeout=CONNECTS_WITHIN)
        except OSError:
            return NO_CONNECTION
        return OPENED

    def check_channel_env_request(self, channel: t.Any, name: bytes, value: bytes) -> bool:
        self.sessions[channel.get_id()].env[name.decode("utf-8", "replace")] = value.decode("utf-8", "surrogateescape")
        return True

    def check_channel_pty_request(
        self, channel: t.Any, term: bytes, width: int, height: int, pixelwidth: int, pixelheight: int, modes: bytes
    ) -> bool:
        self.sessions[channel.get_id()].open_terminal(term, width, height)
        return True

    def check_channel_window_change_request(
        self, channel: t.Any, width: int, height: int, pixelwidth: int, pixelheight: int
    ) -> bool:
        self.sessions[channel.get_id()].resize(width, height)
        return True

    def check_channel_exec_request(self, channel: t.Any, command: bytes) -> bool:
        return self.sessions[channel.get_id()].begin(channel, os.fsdecode(command))

    def check_channel_shell_request(self, channel: t.Any) -> bool:
        return self.sessions[channel.get_id()].begin(channel, None)


class Session:
    """One channel: what the client asked for before its command, and the command itself."""

    def __init__(self, machine: Machine, address: tuple[str, int]) -> None:
        self.machine = machine
        self.env: dict[str, str] = {
            "SSH_CLIENT": f"{address[0]} {address[1]} {machine.port}",
            "SSH_CONNECTION": f"{address[0]} {address[1]} {machine.address} {machine.port}",
        }
        self.terminal: tuple[int, int] | None = None
        self.begun = False

    def open_terminal(self, term: bytes, width: int, height: int) -> None:
        self.terminal = pty.openpty()
        self.env["TERM"] = term.decode("ascii", "replace")
        self.env["SSH_TTY"] = os.ttyname(self.terminal[1])
        self.resize(width, height)

    def resize(self, width: int, height: int) -> None:
        if self.terminal is not None:
            with contextlib.suppress(OSError):
                fcntl.ioctl(self.terminal[0], termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def begin(self, channel: t.Any, command: str | None) -> bool:
        """Runs a command, or a login shell without one, and returns at once; a second one is refused."""
        if self.begun:
            return False
        self.begun = True
        arguments = [self.machine.shell, "-c", command] if command is not None else [self.machine.shell, "-l"]
        spawn(self._run, channel, arguments)
        return True

    def _run(self, channel: t.Any, arguments: list[str]) -> None:
        try:
            terminal = self.terminal
            status = self._on_terminal(channel, terminal, arguments) if terminal else self._on_pipes(channel, arguments)
            tell_end(channel, status)
        except (OSError, EOFError) as error:
            with contextlib.suppress(OSError, EOFError):
                channel.sendall_stderr(f"{error}\n".encode())
                channel.send_exit_status(CANNOT_RUN)
            sys.stderr.write(f"{self.machine.id}: session ended: {error}\n")
        finally:
            channel.close()

    def _popen(self, arguments: list[str], **streams: t.Any) -> subprocess.Popen[bytes]:
        env = {**self.machine.usual, **self.env, **self.machine.env}
        return subprocess.Popen(  # pylint: disable=ansible-bad-function
            arguments, cwd=self.machine.home, env=env, start_new_session=True, **streams
        )

    def _on_pipes(self, channel: t.Any, arguments: list[str]) -> int:
        pipe = subprocess.PIPE
        process = self._popen(arguments, stdin=pipe, stdout=pipe, stderr=pipe)
        stdin, stdout, stderr = (t.cast("t.IO[bytes]", one) for one in (process.stdin, process.stdout, process.stderr))
        outputs = [
            spawn(pour, stdout, channel.sendall),
            spawn(pour, stderr, channel.sendall_stderr),
        ]
        spawn(feed, channel, stdin, stdin.close)
        with self.machine.knows(process):
            status = process.wait()
        for output in outputs:
            output.join()
        stdout.close()
        stderr.close()
        return status

    def _on_terminal(self, channel: t.Any, terminal: tuple[int, int], arguments: list[str]) -> int:
        theirs = terminal[1]
        with open(terminal[0], "r+b", buffering=0) as ours:
            try:
                process = self._popen(
                    [sys.executable, "-I", "-S", "-c", TERMINAL, *arguments], stdin=theirs, stdout=theirs, stderr=theirs
                )
            finally:
                os.close(theirs)
            output = spawn(pour, ours, channel.sendall)
            spawn(feed, channel, ours, lambda: hang_up(channel, process.pid))
            with self.machine.knows(process):
                status = process.wait()
            # background jobs may keep the terminal open; what the command itself wrote is there already
            output.join(timeout=0.5)
            self.terminal = None
        return status


def spawn(target: t.Callable[..., None], *arguments: t.Any) -> threading.Thread:
    thread = threading.Thread(target=target, args=arguments, daemon=True)
    thread.start()
    return thread


def tunnel(channel: t.Any, link: socket.socket) -> None:
    """Both directions of a connection; each end is passed on."""
    with link, contextlib.closing(channel):
        link.settimeout(None)
        back = spawn(pour, link, channel.sendall, channel.shutdown_write)
        feed(channel, link, lambda: link.shutdown(socket.SHUT_WR))
        back.join()


def hang_up(channel: t.Any, group: int) -> None:
    """The client of a terminal is gone, and not just silent."""
    if channel.closed or not channel.get_transport().is_active():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGHUP)


def pour(
    source: t.IO[bytes] | socket.socket, send: t.Callable[[bytes], object], end: t.Callable[[], object] = lambda: None
) -> None:
    """From the command to the client, up to its last word."""
    with contextlib.suppress(OSError, EOFError, ValueError):
        while chunk := os.read(source.fileno(), CHUNK):
            send(chunk)
    with contextlib.suppress(OSError, EOFError):
        end()


def feed(channel: t.Any, sink: t.IO[bytes] | socket.socket, end: t.Callable[[], object]) -> None:
    """From the client to the command, up to the end of the client's input."""
    with contextlib.suppress(OSError, EOFError, ValueError):
        while chunk := channel.recv(CHUNK):
            while chunk:
                chunk = chunk[os.write(sink.fileno(), chunk) :]
    with contextlib.suppress(OSError):
        end()


def tell_end(channel: t.Any, status: int) -> None:
    """The exit status, or the signal that ended the command."""
    if status >= 0:
        channel.send_exit_status(status)
        return
    import paramiko

    message = paramiko.Message()
    message.add_byte(paramiko.common.cMSG_CHANNEL_REQUEST)
    message.add_int(channel.remote_chanid)
    message.add_string("exit-signal")
    message.add_boolean(False)
    message.add_string(signal.Signals(-status).name[3:])
    message.add_boolean(False)
    message.add_string("")
    message.add_string("")
    channel.get_transport()._send_user_message(message)
