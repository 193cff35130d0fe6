"""Providers that mean harm: nothing of theirs gets through, and each fetch ends soon, in a named error, with little."""

import datetime
import gzip
import ipaddress
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chartwatch.adapters.connection import HttpConnection, Limits, egress_policy, resolve
from chartwatch.errors import DestinationRefused, SourceUnavailable
from chartwatch.services.egress import EgressPolicy
from chartwatch.services.fetching import Request
from chartwatch.sources import open_source
from tests.providers import Answer, Server, raw_server

LIMITS = Limits(wire_bytes=1_000_000, unpacked=10_000, seconds=1.5, connect=0.5, read=0.5)

LOCAL = EgressPolicy.PUBLIC_AND_LOOPBACK

MAX_BYTES = 2_000_000

MEMORY = 16_000_000
"""Bytes that a fetch may take at its peak, whatever comes: a body of `MAX_BYTES`, its pieces, and the machinery."""

OK = b"HTTP/1.1 200 OK\r\n"
PLAIN = OK + b"Connection: close\r\n\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def packed(encoding: bytes) -> bytes:
    return OK + b"Content-Encoding: %b\r\nConnection: close\r\n\r\n" % encoding


def zeros(size: int, wbits: int = 31) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(size // 1_000_000)) + packer.flush()


BOMB = zeros(100_000_000)

# What a server says: pieces, and a pause of some seconds between them.
SAID: dict[str, tuple[Sequence[bytes] | Iterator[bytes], float]] = {}


def hostile(name: str, *pieces: bytes, forever: bytes | None = None, pause: float = 0.0) -> None:
    SAID[name] = (pieces if forever is None else (*pieces, *repeat(forever, 40 if pause else 400)), pause)


hostile("gzip bomb", packed(b"gzip"), BOMB)
hostile("x-gzip bomb", packed(b"x-gzip"), BOMB)
hostile("gzip bomb in capitals", packed(b"GZIP"), BOMB)
hostile("gzip bomb of many members", packed(b"gzip"), *[gzip.compress(bytes(1_000_000))] * 50)
hostile("gzip bomb in small pieces", packed(b"gzip"), *[BOMB[at : at + 1000] for at in range(0, len(BOMB), 1000)])
hostile("gzip bomb behind honest text", packed(b"gzip"), gzip.compress(bytes(range(256)) * 10), BOMB)
hostile(
    "gzip bomb in chunks",
    CHUNKED[:-2] + b"Content-Encoding: gzip\r\n\r\n",
    b"%x\r\n" % len(BOMB),
    BOMB,
    b"\r\n0\r\n\r\n",
)
hostile("gzip within gzip", packed(b"gzip, gzip"), gzip.compress(BOMB))
hostile(
    "gzip within gzip, in two headers",
    OK + b"Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n\r\n",
    gzip.compress(BOMB),
)
hostile("ten times gzip", packed(b", ".join([b"gzip"] * 10)), BOMB)
hostile("deflate bomb", packed(b"deflate"), zeros(20_000_000, 15))
hostile("raw deflate bomb", packed(b"deflate"), zeros(20_000_000, -15))
hostile("brotli", packed(b"br"), b"\x8b\xff\xff\x80" + bytes(100))
hostile("zstandard", packed(b"zstd"), b"\x28\xb5\x2f\xfd" + bytes(100))
hostile("compress", packed(b"compress"), b"\x1f\x9d\x90" + bytes(100))
hostile("identity within gzip", packed(b"identity, gzip"), BOMB)
hostile("an encoding nobody knows", packed(b"\x1b[31mrot13"), b"uryyb")
hostile("no gzip at all", packed(b"gzip"), b"week\tcategory\n")
hostile("gzip that ends early", packed(b"gzip"), gzip.compress(b"rank\n" * 1000)[:-12])
hostile("gzip with a wrong checksum", packed(b"gzip"), gzip.compress(b"rank\n" * 1000)[:-8] + bytes(8))
hostile("gzip with an endless name", packed(b"gzip"), b"\x1f\x8b\x08\x08" + bytes(6), forever=b"a" * 60_000)
hostile("endless body", PLAIN, forever=b"x" * 60_000)
hostile("endless body behind a small length", OK + b"Content-Length: 999999999999\r\n\r\n", forever=b"x" * 60_000)
hostile("endless chunks", CHUNKED, forever=b"ea60\r\n" + b"x" * 60_000 + b"\r\n")
hostile("one endless chunk", CHUNKED, b"ffffffffffffffff\r\n", forever=b"x" * 60_000)
hostile("chunk of a negative size", CHUNKED, b"-1\r\n", b"x" * 100)
hostile("chunk of no number", CHUNKED, b"0x10\r\nabc\r\n")
hostile("chunk with an endless extension", CHUNKED, b"1;", forever=b"a" * 60_000)
hostile("chunks with endless trailers", CHUNKED, b"1\r\nx\r\n0\r\n", forever=b"X: y\r\n" * 10_000)
hostile("endless chunks of a byte", CHUNKED, forever=b"1\r\nx\r\n" * 10_000)
hostile("length that is too long", OK + b"Content-Length: 10\r\nConnection: close\r\n\r\n", b"x")
hostile("two lengths", OK + b"Content-Length: 1\r\nContent-Length: 5\r\n\r\n", b"x" * 5)
hostile("a header that does not end", OK + b"X: ", forever=b"a" * 60_000)
hostile("a header of 70,000 bytes", OK + b"X: " + b"a" * 70_000 + b"\r\n\r\n", b"x")
hostile("headers without end", OK, forever=b"X: y\r\n" * 10_000)
hostile("200 headers", OK + b"X: y\r\n" * 200 + b"\r\n", b"x")
hostile("folded headers without end", OK + b"X: y\r\n", forever=b" z\r\n" * 10_000)
hostile("a status line without end", b"HTTP/1.1 200 ", forever=b"a" * 60_000)
hostile("an endless 100 Continue", forever=b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)
hostile("early hints without end", forever=b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 1000)
hostile("switching protocols", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", b"x")
hostile("no HTTP", b"SSH-2.0-OpenSSH_9.0\r\n")
hostile("HTTP 0.9", b"week\tcategory\n")
hostile("a status of letters", b"HTTP/1.1 abc OK\r\n\r\n", b"x")
hostile("a status out of range", b"HTTP/1.1 9999 OK\r\n\r\n", b"x")
hostile("NUL bytes", bytes(1000))
hostile("nothing")
hostile("silence", b"", b"", pause=5)
hostile("silence after the head", PLAIN, b"x", pause=5)
hostile("a drip of the head", forever=b"H", pause=0.2)
hostile("a drip of headers", OK, forever=b"X: y\r\n", pause=0.2)
hostile("a drip of the body", PLAIN, forever=b"x", pause=0.2)
hostile("a drip of a long body", OK + b"Content-Length: 1000000\r\n\r\n", forever=b"x", pause=0.2)
hostile("a drip of chunks", CHUNKED, forever=b"1\r\nx\r\n", pause=0.2)
hostile("a drip of gzip", packed(b"gzip"), gzip.compress(b"a")[:5], forever=b"\0", pause=0.2)
hostile("a redirect to no address", b"HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n")
hostile("a redirect with other bytes", b"HTTP/1.1 302 Found\r\nLocation: /\xff\xfe\r\nContent-Length: 0\r\n\r\n")
hostile("a redirect without location", b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n")
hostile("a reason with controls", b"HTTP/1.1 404 \x1b[2J\x07\xe2\x80\xae\r\nContent-Length: 0\r\n\r\n")
hostile("a reason with a secret", b"HTTP/1.1 403 key=aku_secret\r\nContent-Length: 0\r\n\r\n")
hostile("partial content", b"HTTP/1.1 206 Partial Content\r\nContent-Length: 1\r\n\r\n", b"x")
hostile("not modified, unasked", b"HTTP/1.1 304 Not Modified\r\n\r\n")


@pytest.mark.parametrize("name", SAID)
def test_nothing_that_a_hostile_server_says_gets_through(name: str) -> None:
    pieces, pause = SAID[name]

    def say(its: socket.socket) -> None:
        for piece in pieces:
            its.sendall(piece)
            time.sleep(pause)

    connection = HttpConnection(LOCAL, LIMITS, pauses=())
    with raw_server(say) as host:
        # Of what the fetch takes, beside what the server holds already.
        tracemalloc.start()
        began = time.monotonic()
        try:
            with pytest.raises((SourceUnavailable, DestinationRefused)) as caught:
                connection.get(Request(f"http://{host}/", hosts=frozenset({host}), max_bytes=MAX_BYTES))
        finally:
            took, (_, peak) = time.monotonic() - began, tracemalloc.get_traced_memory()
            tracemalloc.stop()
    assert str(caught.value).isprintable()
    assert "aku_secret" not in str(caught.value)
    assert took < LIMITS.seconds + LIMITS.read + 1
    assert peak < MEMORY


def test_an_honest_file_gets_through_the_same_limits() -> None:
    body = gzip.compress(b"".join(b"2022-02-27\tTV\t%d\n" % rank for rank in range(20_000)))
    with raw_server(lambda its: its.sendall(packed(b"gzip") + body)) as host:
        got = HttpConnection(LOCAL, LIMITS).get(Request(f"http://{host}/", hosts=frozenset({host})))
    assert got == gzip.decompress(body)


@pytest.mark.parametrize(
    "location",
    ["http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:1/", "https://127.0.0.1/", "http://localhost/",
     "http://[::1]/", "http://2130706433/", "http://0x7f.1/", "//10.0.0.1/", "https://charts.example/", "file:///etc/passwd",
     "http://user@127.0.0.1/", "gopher://127.0.0.1/_x"],
)  # fmt: skip
def test_a_redirect_off_the_list_is_not_asked(location: str) -> None:
    with Server() as server:
        server.answer = lambda _: Answer(status=302, headers={"Location": location})
        with pytest.raises(DestinationRefused):
            HttpConnection(LOCAL, LIMITS, pauses=()).get(server.request())
        assert len(server.asked) == 1


def test_two_servers_that_redirect_to_each_other_are_given_up() -> None:
    with Server() as one, Server() as other:
        one.answer = lambda _: Answer(status=307, headers={"Location": other.address})
        other.answer = lambda _: Answer(status=308, headers={"Location": one.address})
        with pytest.raises(SourceUnavailable) as caught:
            HttpConnection(LOCAL, LIMITS).get(one.request(hosts=frozenset({one.host, other.host})))
        assert str(caught.value).endswith("too many redirects")
        assert len(one.asked) + len(other.asked) == 6


@pytest.mark.parametrize(
    ("url", "environment"),
    [
        ("http://127.0.0.1:{port}/", {}),
        ("http://127.0.0.1:{port}/", {"AWS_ENDPOINT_URL": ""}),
        ("http://127.0.0.1:{port}/", {"AWS_ENDPOINT_URL": "https://dynamodb.eu-west-1.amazonaws.com"}),
        ("http://127.0.0.1:{port}/", {"AWS_ENDPOINT_URL": "https://127.0.0.1.other.example"}),
        ("http://localhost:{port}/", {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}),
        ("https://127.0.0.1:{port}/", {}),
    ],
)
@pytest.mark.parametrize("source", ["csv", "netflix-countries", "netflix-global"])
def test_a_deployed_source_cannot_be_made_to_ask_this_machine(
    source: str, url: str, environment: dict[str, str]
) -> None:
    with Server() as server:
        address = url.format(port=server.host.partition(":")[2])
        opened = open_source(source, {"url": address, **({"cadence": "day"} if source == "csv" else {})})
        with pytest.raises(DestinationRefused):
            opened.fetch(HttpConnection(egress_policy(environment), LIMITS, pauses=()))
        assert server.asked == []


def test_this_machine_is_reached_where_aws_itself_is_on_it() -> None:
    assert egress_policy({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}) is LOCAL


# Names: what a name server says, and whether the one that was checked is the one connected to.


@pytest.mark.parametrize(
    "answers",
    [["127.0.0.1"], ["::1"], ["169.254.169.254"], ["10.0.0.1"], ["::ffff:127.0.0.1"], ["64:ff9b::7f00:1"],
     ["2002:7f00:1::"], ["fd00:ec2::254"], ["93.184.216.34", "127.0.0.1"], ["127.0.0.1", "93.184.216.34"]],
)  # fmt: skip
def test_a_name_with_one_private_address_is_not_connected_to(
    answers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "socket", _no_socket)
    with pytest.raises(DestinationRefused):
        HttpConnection(resolve=lambda *_: answers, pauses=()).get(_charts())


def test_a_name_is_resolved_once_and_not_again_by_what_connects(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answers = [], iter([["93.184.216.34"], ["127.0.0.1"]])
    connected = _connected(monkeypatch)

    def resolves(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return next(answers)

    with pytest.raises(SourceUnavailable):
        HttpConnection(resolve=resolves, pauses=()).get(_charts())
    assert asked == [("charts.example", 443)]
    assert connected == ["93.184.216.34"]


def test_a_name_that_leads_elsewhere_at_the_second_attempt_is_refused_then(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([["93.184.216.34"], ["169.254.169.254"]])
    connected = _connected(monkeypatch)
    with pytest.raises(DestinationRefused):
        HttpConnection(resolve=lambda *_: next(answers), wait=lambda _: None).get(_charts())
    assert connected == ["93.184.216.34"]


@pytest.mark.parametrize("error", [socket.gaierror("no such host"), OSError("down"), UnicodeError("label too long")])
def test_a_name_that_cannot_be_resolved_is_unavailable(error: Exception) -> None:
    def fails(*_: object) -> list[str]:
        raise error

    with pytest.raises(SourceUnavailable):
        HttpConnection(resolve=fails, pauses=()).get(_charts())


def test_a_name_without_addresses_is_unavailable() -> None:
    with pytest.raises(SourceUnavailable) as caught:
        HttpConnection(resolve=lambda *_: [], pauses=()).get(_charts())
    assert str(caught.value) == "charts.example is unavailable: charts.example has no address"


def test_an_address_is_resolved_to_itself() -> None:
    assert resolve("127.0.0.1", 80) == ["127.0.0.1"]


# TLS: the name is what is verified, whatever address was connected to.


@pytest.mark.parametrize("certified", ["charts.example", "other.example"])
def test_the_checked_address_must_prove_that_it_is_the_named_host(
    certified: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The one address that can be connected to in a test stands for a public one.
    monkeypatch.setattr("chartwatch.services.egress.is_public", lambda address: address == "127.0.0.1")
    with _tls_server(certified, tmp_path) as (port, heads, names):
        host = f"charts.example:{port}"
        trusting = ssl.create_default_context(cafile=str(tmp_path / "certificate.pem"))
        connection = HttpConnection(resolve=lambda *_: ["127.0.0.1"], tls=trusting, pauses=(), limits=LIMITS)
        request = Request(f"https://{host}/file.csv", hosts=frozenset({host}))
        if certified == "charts.example":
            assert connection.get(request) == b"week"
            assert f"\r\nHost: {host}\r\n".encode() in heads[0]
        else:
            with pytest.raises(SourceUnavailable) as caught:
                connection.get(request)
            assert "certificate is not valid for 'charts.example'" in str(caught.value)
            assert heads == []
        assert names == ["charts.example"]


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chartwatch.services.egress.is_public", lambda address: address == "127.0.0.1")
    with _tls_server("charts.example", tmp_path) as (port, heads, _):
        host = f"charts.example:{port}"
        with pytest.raises(SourceUnavailable):
            HttpConnection(resolve=lambda *_: ["127.0.0.1"], pauses=(), limits=LIMITS).get(
                Request(f"https://{host}/file.csv", hosts=frozenset({host}))
            )
        assert heads == []


def _connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which each address is added that is connected to, always in vain."""
    connected: list[str] = []

    def connects(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        connected.append(address[0])
        raise OSError("no network in a test")

    monkeypatch.setattr("urllib3.util.connection.create_connection", connects)
    return connected


def _charts() -> Request:
    return Request("https://charts.example/file.csv", hosts=frozenset({"charts.example"}))


def _no_socket(*_: object, **__: object) -> socket.socket:
    raise AssertionError("a socket was made")


@contextmanager
def _tls_server(name: str, folder: Path) -> Iterator[tuple[int, list[bytes], list[str]]]:
    """Yield the port of a server with a certificate of `name`, the requests it got, and the names it was asked by."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _certify(name, folder)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    heads: list[bytes] = []
    names: list[str] = []

    def named(_socket: object, asked: str | None, _context: object) -> None:
        names.append(asked or "")

    context.sni_callback = named
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(5)

    def serve() -> None:
        try:
            with context.wrap_socket(listening.accept()[0], server_side=True) as its:
                heads.append(its.recv(65536))
                its.sendall(OK + b"Content-Length: 4\r\n\r\nweek")
        except OSError:
            pass  # the other side has hung up

    with _thread(serve), listening:
        yield listening.getsockname()[1], heads, names


@contextmanager
def _thread(does: Callable[[], None]) -> Iterator[None]:
    thread = threading.Thread(target=does)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _certify(name: str, folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.9"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
