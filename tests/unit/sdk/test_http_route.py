# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way to a host: proxies and certificates, from the task's environment and from nowhere else."""

from __future__ import annotations

import base64
import contextlib
import datetime
import ipaddress
import pathlib
import socket
import ssl
import threading
import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid, Unavailable
from ansible_collections.anycloud.core.plugins.module_utils.sdk.route import Origin, proxy_for, spares
from unit.conversation import conversation, expect

from .http_client import Client

CLOUD = Origin("https", "api.cloud.test", 443)


@pytest.mark.parametrize(
    ("env", "host"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://p:3128"}, "p"),
        ({"https_proxy": "http://low:1", "HTTPS_PROXY": "http://up:1"}, "low"),
        ({"HTTP_PROXY": "http://p:1"}, None),
        ({"ALL_PROXY": "p:1"}, "p"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "other.test, .cloud.test"}, None),
        ({"HTTPS_PROXY": "http://p:1", "no_proxy": "loud.test"}, "p"),
        ({"HTTPS_PROXY": "", "ALL_PROXY": ""}, None),
    ],
)
def test_the_proxy_is_the_one_of_the_tasks_environment(env: dict[str, str], host: str | None) -> None:
    proxy = proxy_for(CLOUD, env)
    assert (proxy and proxy.host) == host


@pytest.mark.parametrize(
    ("entry", "host", "covered"),
    [
        ("*", "a.test", True),
        ("", "a.test", False),
        ("a.test", "a.test", True),
        ("A.TEST", "a.test", True),
        ("a.test", "b.a.test", True),
        (".a.test", "b.a.test", True),
        ("*.a.test", "b.a.test", True),
        ("a.test", "ba.test", False),
        ("a.test:443", "a.test", True),
        ("a.test:80", "a.test", False),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("::1", "::1", True),
        ("[::1]", "::1", True),
    ],
)
def test_what_no_proxy_covers(entry: str, host: str, covered: bool) -> None:
    assert spares(entry, Origin("https", host, 443)) is covered


def test_a_proxy_of_another_kind_is_named() -> None:
    with pytest.raises(Invalid, match="socks5://; only http:// proxies"):
        proxy_for(CLOUD, {"ALL_PROXY": "socks5://127.0.0.1:1080"})


def test_a_proxy_is_asked_for_the_whole_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    pair = base64.b64encode(b"me:p@ss").decode()
    with conversation(
        expect(
            "GET", "http://cloud.test:81/a", headers={"Proxy-Authorization": f"Basic {pair}", "Host": "cloud.test:81"}
        ).answer(json=1),
        expect("GET", "/b", headers={"Proxy-Authorization": None}).answer(json=2),
    ) as cloud:
        env = {"http_proxy": f"http://me:p%40ss@127.0.0.1:{cloud.port}"}
        assert Client("http://cloud.test:81", env=env).get("/a") == 1
        assert Client(cloud.url).get("/b") == 2


class Certificates:
    """An authority of the test's own, and a server's certificate from it."""

    def __init__(self, folder: pathlib.Path, host: str = "127.0.0.1", days: int = 1) -> None:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.x509.oid import NameOID

        now = datetime.datetime.now(datetime.timezone.utc)
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lab")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=9))
            .not_valid_after(now + datetime.timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), False)
            .add_extension(x509.BasicConstraints(True, None), True)
            .sign(key, hashes.SHA256())
        )
        self.file = folder / "server.pem"
        self.file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )


@contextlib.contextmanager
def tls_server(certificates: Certificates) -> t.Iterator[int]:
    """Answers ``1`` to every request over TLS, several on one connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.file)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                plain, _unused = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(plain,), daemon=True).start()

    def answer(plain: socket.socket) -> None:
        with contextlib.suppress(OSError), context.wrap_socket(plain, server_side=True) as connection:
            while connection.recv(65536):
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1")

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


@pytest.fixture
def certificates(tmp_path: pathlib.Path) -> Certificates:
    pytest.importorskip("cryptography")
    return Certificates(tmp_path)


def test_a_certificate_that_is_not_trusted_is_one_clear_sentence(certificates: Certificates) -> None:
    with tls_server(certificates) as port, pytest.raises(Unavailable) as caught:
        Client(f"https://127.0.0.1:{port}").post("/", {})
    assert "is not trusted: self-signed certificate" in str(caught.value)
    assert "set ca_path" in str(caught.value)
    assert not caught.value.retryable
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize("how", ["ca_path", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "unverified"])
def test_trust_comes_from_the_task(certificates: Certificates, how: str) -> None:
    ca = str(certificates.file)
    options = {"ca_path": {"ca": ca}, "unverified": {"certs": False}}.get(how, {"env": {how: ca}})
    with tls_server(certificates) as port:
        http = Client(f"https://127.0.0.1:{port}", **options)
        assert [http.get("/"), http.get("/")] == [1, 1]


def test_a_certificate_for_another_host_is_refused(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("cryptography")
    certificates = Certificates(tmp_path, "127.0.0.9")
    with tls_server(certificates) as port, pytest.raises(Unavailable, match="IP address mismatch"):
        Client(f"https://127.0.0.1:{port}", ca=str(certificates.file)).get("/")


def test_a_certificate_that_is_over_is_refused(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("cryptography")
    certificates = Certificates(tmp_path, days=-1)
    with tls_server(certificates) as port, pytest.raises(Unavailable, match="expired"):
        Client(f"https://127.0.0.1:{port}", ca=str(certificates.file)).get("/")


def test_a_bundle_that_is_not_there_or_is_none_is_named(tmp_path: pathlib.Path) -> None:
    with pytest.raises(Invalid, match=r"ca_path names /nowhere\.pem, which does not exist"):
        Client("https://127.0.0.1:1", ca="/nowhere.pem").get("/")
    (tmp_path / "x.pem").write_text("no certificate")
    with pytest.raises(Invalid, match="holds no CA certificates"):
        Client("https://127.0.0.1:1", ca=str(tmp_path / "x.pem")).get("/")


def test_https_to_a_server_that_speaks_http_is_said_to_be_so() -> None:
    with conversation() as cloud, pytest.raises(Unavailable, match="is the endpoint https"):
        Client(cloud.url.replace("http:", "https:"), retries=0).get("/")


def test_https_goes_through_a_proxy_as_a_tunnel(certificates: Certificates) -> None:
    with tls_server(certificates) as port, tunnel() as (proxy, asked):
        env = {"https_proxy": f"http://me:pw@127.0.0.1:{proxy}"}
        assert Client(f"https://127.0.0.1:{port}", env=env, ca=str(certificates.file)).get("/") == 1
    head = asked[0].lower()
    assert head.startswith(f"connect 127.0.0.1:{port} http/1.")
    assert f"proxy-authorization: basic {base64.b64encode(b'me:pw').decode()}".lower() in head


def test_a_proxy_that_refuses_the_tunnel_is_named(certificates: Certificates) -> None:
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"
    with tunnel(refusal) as (proxy, _asked), pytest.raises(Unavailable, match=r"the proxy .*407") as caught:
        Client("https://cloud.test", env={"https_proxy": f"http://127.0.0.1:{proxy}"}, retries=0).get("/")
    assert f"the proxy 127.0.0.1:{proxy} " in str(caught.value)


@contextlib.contextmanager
def tunnel(refusal: bytes | None = None) -> t.Iterator[tuple[int, list[str]]]:
    """A proxy for one CONNECT."""
    listener = socket.create_server(("127.0.0.1", 0))
    asked: list[str] = []

    def serve() -> None:
        client, _unused = listener.accept()
        head = client.recv(65536).decode()
        asked.append(head)
        if refusal:
            client.sendall(refusal)
            client.close()
            return
        host, _unused, port = head.split()[1].rpartition(":")
        server = socket.create_connection((host, int(port)))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        threading.Thread(target=copy, args=(server, client), daemon=True).start()
        copy(client, server)

    def copy(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while block := source.recv(65536):
                sink.sendall(block)
            sink.shutdown(socket.SHUT_WR)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1], asked
    finally:
        listener.close()
