# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes of the local cloud as OpenSSH's own clients see them."""

from __future__ import annotations

import hashlib
import os
import pathlib
import subprocess
import threading

import pytest

from .ground import Ground, do, eventually


@pytest.fixture
def ground(local: Ground, needs) -> Ground:
    for program in ("ssh", "sftp", "scp", "ssh-keygen"):
        needs(program)
    return local


def test_a_command_runs_in_the_home_with_its_status_and_both_outputs(ground: Ground) -> None:
    key = ground.key()
    node = ground.node(key_names=("me",))

    done = ground.ssh(node, key, "pwd; echo $HOME; echo no >&2; exit 7")

    assert done.returncode == 7
    assert done.stdout.decode().split() == [node.extra["home"]] * 2
    assert done.stderr == b"no\n"


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
def test_keys_of_all_kinds_are_let_in(ground: Ground, kind: str) -> None:
    key = ground.key(kind=kind)
    node = ground.node(key_names=("me",))

    assert ground.ssh(node, key, "echo in").stdout == b"in\n"


def test_only_the_keys_of_the_node_are_let_in_and_that_at_once(ground: Ground) -> None:
    mine, other = ground.key("mine"), ground.key("other")
    node = ground.node(key_names=("mine",))
    assert ground.ssh(node, mine, "true").returncode == 0
    refused = ground.ssh(node, other, "true")
    assert refused.returncode == 255
    assert b"Permission denied (publickey)" in refused.stderr

    do(ground.cloud.nodes.update(node, {"key_names": ("other",)}))

    assert ground.ssh(node, mine, "true").returncode == 255
    assert ground.ssh(node, other, "true").returncode == 0


def test_a_password_is_of_no_use(ground: Ground) -> None:
    key = ground.key()
    node = ground.node()

    done = ground.ssh(node, key, "true", options=["-oPreferredAuthentications=password,keyboard-interactive"])

    assert done.returncode == 255
    assert b"Permission denied (publickey)" in done.stderr


def test_the_homes_own_authorized_keys_count_too(ground: Ground) -> None:
    key = ground.key()
    node = ground.node()
    assert ground.ssh(node, key, "true").returncode == 255

    folder = pathlib.Path(node.extra["home"]) / ".ssh"
    folder.mkdir()
    (folder / "authorized_keys").write_text(f"# mine\n{key.with_suffix('.pub').read_text()}")

    assert ground.ssh(node, key, "true").returncode == 0


def test_the_host_key_is_the_one_that_the_cloud_tells(ground: Ground) -> None:
    key = ground.key()
    node = ground.node(key_names=("me",))
    known = ground.folder / "known_hosts"
    known.write_text(f"[{node.public_ips[0]}]:{node.extra['ssh_port']} {node.extra['host_keys'][0]}\n")
    strict = ["-oStrictHostKeyChecking=yes", f"-oUserKnownHostsFile={known}"]
    line = ["ssh", *strict, *ground.ssh_options(node, key), node.public_ips[0], "echo trusted"]

    assert subprocess.run(line, check=False, capture_output=True, timeout=30).stdout == b"trusted\n"


def test_a_signal_ends_a_command_as_one(ground: Ground) -> None:
    key = ground.key()
    node = ground.node(key_names=("me",))

    done = ground.ssh(node, key, "kill -TERM $$", options=["-oLogLevel=DEBUG1"])

    assert done.returncode == 255
    assert b"rtype exit-signal" in done.stderr


def test_much_goes_through_both_ways_and_the_end_of_input_is_seen(ground: Ground) -> None:
    key = ground.key()
    node = ground.node(key_names=("me",))
    much = os.urandom(1 << 20) * 24

    done = ground.ssh(node, key, "cat; echo end >&2", input=much)

    assert done.returncode == 0
    assert hashlib.sha256(done.stdout).digest() == hashlib.sha256(much).digest()
    assert done.stderr == b"end\n"


def test_a_terminal_is_a_terminal(ground: Ground) -> None:
    key = ground.key()
    node = ground.node(key_names=("me",))

    done = ground.ssh(node, key, "tty; test -t 0 && test -t 1 && echo yes; stty size; exit 5", options=["-tt"])

    assert done.returncode == 5
    lines = done.stdout.decode().split("\r\n")
    assert lines[0].startswith("/dev/")
    assert lines[1] == "yes"


def test_a_shell_without_a_command_takes_lines(ground: Ground) -> None:
    key = ground.key()
    node = ground.node(key_names=("me",))

    done = ground.ssh(node, key, input=b"echo one\necho $((1 + 1))\nexit 3\n")

    assert done.returncode == 3
    assert done.stdout == b"one\n2\n"


def test_the_users_own_variables_do_not_leak_but_sent_ones_arrive(ground: Ground, monkeypatch) -> None:
    monkeypatch.setenv("LC_SENT", "grüße")
    key = ground.key()
    node = ground.node(key_names=("me",))

    done = ground.ssh(
        node, key, "echo ${LC_SENT} ${PYTEST_CURRENT_TEST:-none} $ANYCLOUD_NAME", options=["-oSendEnv=LC_SENT"]
    )

    assert done.stdout.decode() == "grüße none web-1\n"


def test_a_command_that_cannot_run_is_told(ground: Ground) -> None:
    key = ground.key()
    node = ground.node(key_names=("me",))
    pathlib.Path(node.extra["home"]).rename(ground.folder / "moved")

    done = ground.ssh(node, key, "true")

    assert done.returncode == 126
    assert b"No such file or directory" in done.stderr


def test_terminals_are_given_back(ground: Ground) -> None:
    key = ground.key()
    node = ground.node(key_names=("me",))
    shared = ["-oControlMaster=auto", f"-oControlPath={ground.folder}/mux", "-oControlPersist=5", "-tt"]
    ground.ssh(node, key, "true", options=shared)
    files = pathlib.Path(f"/proc/{ground.pid(node.id)}/fd")
    before = len(list(files.iterdir()))

    for _time in range(5):
        ground.ssh(node, key, "sleep 0.01", options=shared)

    eventually(lambda: len(list(files.iterdir())) <= before)
    ground.ssh(node, key, options=[*shared, "-Oexit"])


def test_many_sessions_at_once_over_one_connection_and_over_many(ground: Ground) -> None:
    key = ground.key()
    node = ground.node(key_names=("me",))
    shared = ["-oControlMaster=auto", f"-oControlPath={ground.folder}/mux", "-oControlPersist=5"]
    assert ground.ssh(node, key, "true", options=shared).returncode == 0
    results: dict[int, bytes] = {}

    def run(number: int) -> None:
        options = shared if number % 2 else []
        results[number] = ground.ssh(
            node, key, f"sleep 0.2; head -c 300000 /dev/zero; echo {number}", options=options
        ).stdout

    threads = [threading.Thread(target=run, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert results == {number: b"\0" * 300000 + f"{number}\n".encode() for number in range(16)}
    ground.ssh(node, key, options=[*shared, "-Oexit"])


def test_a_background_process_outlives_its_session_but_not_the_node(ground: Ground) -> None:
    key = ground.key()
    node = ground.node(key_names=("me",))

    ground.ssh(node, key, "nohup sleep 600 > /dev/null 2>&1 < /dev/null & echo $! > pid")
    pid = int((pathlib.Path(node.extra["home"]) / "pid").read_text())
    assert pid in ground.processes()

    do(ground.cloud.nodes.delete(node))
    eventually(lambda: ground.processes() == [])


def test_a_node_can_be_jumped_through(ground: Ground) -> None:
    key = ground.key()
    first, second = ground.node("first", key_names=("me",)), ground.node("second", key_names=("me",))
    through = "ssh " + " ".join(ground.ssh_options(first, key)) + f" -W %h:%p {first.public_ips[0]}"
    much = os.urandom(3_000_000)

    done = ground.ssh(second, key, "echo $ANYCLOUD_NAME; cat", options=[f"-oProxyCommand={through}"], input=much)

    assert done.returncode == 0, done.stderr
    assert done.stdout == b"second\n" + much


def test_sftp_does_all_that_a_client_asks_for(ground: Ground) -> None:
    key = ground.key()
    node = ground.node(key_names=("me",))
    home = pathlib.Path(node.extra["home"])
    original = ground.folder / "original"
    original.write_bytes(os.urandom(3_000_001))
    batch = f"""
mkdir box
put {original} box/copy
chmod 640 box/copy
rename box/copy box/moved
ln -s moved box/link
mkdir box/empty
rmdir box/empty
put {original} box/spare
rm box/spare
get box/link {ground.folder}/back
ls -l box
pwd
"""
    done = subprocess.run(
        ["sftp", "-b", "-", *ground.ssh_options(node, key, "-P"), node.public_ips[0]],
        input=batch.encode(), capture_output=True, check=False, timeout=60,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert (ground.folder / "back").read_bytes() == original.read_bytes()
    assert sorted(os.listdir(home / "box")) == ["link", "moved"]
    assert os.readlink(home / "box" / "link") == "moved"
    assert (home / "box" / "moved").stat().st_mode & 0o777 == 0o640
    assert f"Remote working directory: {home}".encode() in done.stdout


@pytest.mark.parametrize("legacy", [[], ["-O"]], ids=["sftp", "rcp"])
def test_scp_copies_both_ways_with_times_and_modes(ground: Ground, legacy: list[str]) -> None:
    key = ground.key()
    node = ground.node(key_names=("me",))
    there, back = ground.folder / "there", ground.folder / "back"
    there.write_bytes(os.urandom(100_000))
    there.chmod(0o600)
    os.utime(there, (1_600_000_000, 1_600_000_000))
    options = ["-p", *legacy, *ground.ssh_options(node, key, "-P")]

    subprocess.run(["scp", *options, there, f"{node.public_ips[0]}:x"], check=True, timeout=30)
    subprocess.run(["scp", *options, f"{node.public_ips[0]}:x", back], check=True, timeout=30)

    assert back.read_bytes() == there.read_bytes()
    assert back.stat().st_mode & 0o777 == 0o600
    assert int(back.stat().st_mtime) == 1_600_000_000


def test_sftp_tells_what_went_wrong(ground: Ground) -> None:
    key = ground.key()
    node = ground.node(key_names=("me",))

    done = subprocess.run(
        ["sftp", "-b", "-", *ground.ssh_options(node, key, "-P"), node.public_ips[0]],
        input=b"get missing\n", capture_output=True, check=False, timeout=30,
    )  # fmt: skip

    assert done.returncode != 0
    assert b"not found" in done.stderr or b"No such file" in done.stderr
