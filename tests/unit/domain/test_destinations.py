"""No address leads where it should not: not by how it is written, not by what its name resolves to, not by redirect."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.errors import DestinationRefused
from chartwatch.services.egress import LOOPBACK, MAX_URL, Reach, authority, is_public

CHARTS = frozenset({"charts.example", "files.charts.example:8443"})

WRITTEN = [
    "http://charts.example/file.csv",
    "HTTP://charts.example/file.csv",
    "ftp://charts.example/file.csv",
    "file:///etc/passwd",
    "file://charts.example/etc/passwd",
    "gopher://charts.example/_x",
    "data:text/csv,a",
    "javascript:alert(1)",
    "//charts.example/file.csv",
    "charts.example/file.csv",
    "https:charts.example/file.csv",
    "https:/charts.example/file.csv",
    "https:///charts.example/file.csv",
    "https://",
    "",
    "https://other.example/file.csv",
    "https://charts.example.other.example/",
    "https://charts.example:8443/",
    "https://charts.example:80/",
    "https://charts.example:22/",
    "https://charts.example:0/",
    "https://charts.example:0443/",
    "https://charts.example:65536/",
    "https://charts.example:99999999999/",
    "https://charts.example:443:443/",
    "https://charts.example:-443/",
    "https://charts.example:/",
    "https://files.charts.example/",
    "https://files.charts.example:443/",
    "https://charts.example./file.csv",
    "https://charts.example../file.csv",
    "https://.charts.example/",
    "https://charts..example/",
    "https://user@charts.example/",
    "https://user:password@charts.example/",
    "https://charts.example@other.example/",
    "https://charts.example:443@127.0.0.1/",
    "https://charts.example%40127.0.0.1/",
    "https://@charts.example/",
    "https://127.0.0.1#@charts.example/",
    "https://127.0.0.1\\@charts.example/",
    "https://charts.example\\@127.0.0.1/",
    "https://charts.example\\.other.example/",
    "https://127.0.0.1?@charts.example/",
    "https:\\\\charts.example\\file.csv",
    "https://charts.example/\r\nHost: 127.0.0.1",
    "https://charts.example/\nX: y",
    "https://charts.example\r\n.other.example/",
    "https://charts.example/a\tb",
    "ht\ntps://charts.example/",
    " https://charts.example/",
    "https://charts.example/ file.csv",
    "https://charts.example/\0",
    "https://charts.example\0.other.example/",
    "https://charts.example%00.other.example/",
    "https://charts.example%2eother.example/",
    "https://ⓒharts.example/",
    "https://charts。example/",
    "https://charts.examp1e/",
    "https://сharts.example/",  # a Cyrillic letter
    "https://charts.example\u200b/",
    "https://\u202echarts.example/",
    "https://charts.example／@127.0.0.1/",
    "https://①②⑦.0.0.1/",
    "https://charts.example/é",
    "https://[charts.example]/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fe80::1%25eth0]/",
    "https://[::1/",
    "https://localhost/",
    "https://xn--charts-.example/",
    f"https://charts.example/{'a' * MAX_URL}",
    f"https://{'a.' * 200}example/",
]

NUMBERS = [
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "0",
    "0.0.0.0", "10.0.0.1", "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "93.184.216.34",
    "localhost", "internal", "charts.123", "charts.0x7f", "charts_1.example", "-charts.example", "charts-.example",
]  # fmt: skip

PRIVATE = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254",
    "168.63.129.16", "169.254.0.1", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.1",
    "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:93.184.216.34", "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::169.254.169.254", "64:ff9b::93.184.216.34", "64:ff9b:1::a00:1", "100::1",
    "2001::1", "2001:0:7f00:1::", "2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:5db8:d822::",
    "3fff::1", "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
    "2606:4700::1111%eth0",
    "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "", "charts.example", "93.184.216.34 ", "93.184.216.034",
]  # fmt: skip

REDIRECTED = [
    "http://charts.example/file.csv",
    "//other.example/file.csv",
    "///other.example/",
    "https://other.example/",
    "https://127.0.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1/",
    "file:///etc/passwd",
    "/\\other.example/",
    "\\\\other.example\\",
    "https://charts.example@other.example/",
    "https://charts.example:8443/",
    "//charts.example:22/",
    "/file.csv\r\nX: y",
    "https://[::1]/",
    "//[::1/",
    "javascript:alert(1)",
    "/\u202e",
    "/é",
    f"/{'a' * MAX_URL}",
    "https://charts.example./",
    "//localhost/",
]


@pytest.mark.parametrize("url", WRITTEN)
def test_an_address_that_could_be_read_in_two_ways_or_leads_elsewhere_is_refused(url: str) -> None:
    for reach in Reach:
        if reach is Reach.PUBLIC or LOOPBACK not in url:
            with pytest.raises(DestinationRefused):
                reach.destination(url, CHARTS)


@pytest.mark.parametrize("host", NUMBERS)
def test_a_number_or_a_bare_word_is_no_public_host_even_if_it_is_on_the_list(host: str) -> None:
    with pytest.raises(DestinationRefused) as caught:
        Reach.PUBLIC.destination(f"https://{host}/", {host})
    assert "is not the name of a public host" in str(caught.value)


@pytest.mark.parametrize("host", [number for number in NUMBERS if number != LOOPBACK])
def test_on_this_machine_nothing_but_its_plain_loopback_address_is_reached(host: str) -> None:
    with pytest.raises(DestinationRefused):
        Reach.LOCAL.destination(f"http://{host}/", {host})


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_resolves_to_no_public_address_is_refused(address: str) -> None:
    destination = Reach.PUBLIC.destination("https://charts.example/", CHARTS)
    assert not is_public(address)
    with pytest.raises(DestinationRefused):
        Reach.PUBLIC.refuse_address(destination, address)


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_resolves_to_a_public_address_in_local_runs_too(address: str) -> None:
    destination = Reach.LOCAL.destination("https://charts.example/", CHARTS)
    with pytest.raises(DestinationRefused):
        Reach.LOCAL.refuse_address(destination, address)


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:800::200e"])
def test_a_public_address_is_reached(address: str) -> None:
    Reach.PUBLIC.refuse_address(Reach.PUBLIC.destination("https://charts.example/", CHARTS), address)
    assert is_public(address)


@pytest.mark.parametrize("location", REDIRECTED)
def test_a_redirect_is_refused_as_a_first_address_would_be(location: str) -> None:
    origin = Reach.PUBLIC.destination("https://charts.example/file.csv", CHARTS)
    with pytest.raises(DestinationRefused):
        Reach.PUBLIC.redirected(origin, location, CHARTS)


def test_a_redirect_from_https_to_http_is_refused_in_local_runs_too() -> None:
    hosts = {"charts.example", LOOPBACK}
    origin = Reach.LOCAL.destination("https://charts.example/file.csv", hosts)
    with pytest.raises(DestinationRefused) as caught:
        Reach.LOCAL.redirected(origin, "http://127.0.0.1/file.csv", hosts)
    assert str(caught.value) == "http://127.0.0.1/file.csv is not fetched: redirects from https to http"


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://charts.example", "/"),
        ("https://CHARTS.example:443/file.csv?week=1#top", "/file.csv?week=1"),
        ("https://files.charts.example:8443/a%20b/../c?d[e]=f", "/a%20b/../c?d[e]=f"),
        ("https://charts.example/http://127.0.0.1/@x:1", "/http://127.0.0.1/@x:1"),
    ],
)
def test_an_address_of_a_listed_host_is_reached_as_it_is_written(url: str, target: str) -> None:
    destination = Reach.PUBLIC.destination(url, CHARTS)
    assert destination.authority in CHARTS
    assert destination.target == target


def test_a_refusal_repeats_no_secret_and_no_control_character() -> None:
    with pytest.raises(DestinationRefused) as caught:
        Reach.PUBLIC.destination("https://user:hunter2@charts.example/?api_key=abc123\x1b[2J\u202e", CHARTS)
    assert str(caught.value).startswith("https://…@charts.example/?api_key=… is not fetched: ")


def test_what_cannot_be_read_is_no_host() -> None:
    assert authority("https://CHARTS.example:443/x") == "charts.example"
    assert authority("https://user@charts.example/") == ""


@given(st.text(alphabet=st.sampled_from("htps:/@.\\?#%[]0127ax\t\r\n\0。é charts.example"), max_size=40), st.booleans())
def test_whatever_is_written_after_the_scheme_only_a_listed_host_is_reached(said: str, whole: bool) -> None:
    url = said if whole else f"https://{said}"
    try:
        destination = Reach.PUBLIC.destination(url, CHARTS)
    except DestinationRefused:
        return
    assert destination.authority in CHARTS
    assert destination.scheme == "https"


@given(st.ip_addresses())
def test_an_address_is_public_only_if_python_says_so_too(address: IPv4Address | IPv6Address) -> None:
    assert not is_public(str(address)) or address.is_global


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://other.example/a", "other.example is not among charts.example, files.charts.example:8443"),
        ("https://charts.example/ü", "is not an address of printable ASCII; write other characters as %xx"),
        ("https://[charts.example/a", "is not an address"),
        ("ftp://charts.example/a", "is no address of http or https"),
        ("https://user:word@charts.example/a", "names a user; credentials do not belong into an address"),
        ("https://charts.example:443:443/a", "has no readable host and port"),
        ("https://charts.example:65536/a", "has no readable host and port"),
    ],
)
def test_a_refusal_says_what_is_not_fetched_and_why(url: str, said: str) -> None:
    with pytest.raises(DestinationRefused) as refused:
        Reach.PUBLIC.destination(url, CHARTS)
    assert refused.value.destination.startswith(url.partition(":")[0])
    assert refused.value.detail == said


def test_a_listed_host_that_is_no_public_one_is_refused_by_its_name_or_scheme() -> None:
    with pytest.raises(DestinationRefused, match=r"^https://localhost/a is not fetched: 'localhost' is not the name"):
        Reach.PUBLIC.destination("https://localhost/a", {"localhost"})
    with pytest.raises(DestinationRefused, match=r"^http://charts.example/a is not fetched: only https is fetched$"):
        Reach.PUBLIC.destination("http://charts.example/a", {"charts.example"})
    with pytest.raises(DestinationRefused, match=r"^charts.example is not fetched: 10.0.0.1 is not a public address$"):
        Reach.PUBLIC.refuse_address(Reach.PUBLIC.destination("https://charts.example/", CHARTS), "10.0.0.1")


def test_addresses_names_and_ports_may_be_as_long_as_they_may_and_no_longer() -> None:
    fits = ".".join(["a" * 61] * 4 + ["abcde"])
    assert len(fits) == 253
    assert Reach.PUBLIC.destination(f"https://{fits}/", {fits}).host == fits
    with pytest.raises(DestinationRefused):
        Reach.PUBLIC.destination(f"https://{fits}e/", {f"{fits}e"})
    assert Reach.PUBLIC.destination("https://charts.example:65535/", {"charts.example:65535"}).port == 65535
    url = "https://charts.example/"
    longest = url + "a" * (MAX_URL - len(url))
    origin = Reach.PUBLIC.destination(longest, CHARTS)
    assert Reach.PUBLIC.redirected(origin, longest, CHARTS).url == longest
    for refused in (longest + "a", "/" + "a" * MAX_URL):
        with pytest.raises(DestinationRefused):
            Reach.PUBLIC.redirected(origin, refused, CHARTS)


def test_a_redirect_is_read_from_where_it_was_met_and_may_lead_from_http_to_http_on_this_machine() -> None:
    hosts = {*CHARTS, f"{LOOPBACK}:8080"}
    origin = Reach.LOCAL.destination(f"http://{LOOPBACK}:8080/a/b", hosts)
    assert Reach.LOCAL.redirected(origin, "../c", hosts).url == f"http://{LOOPBACK}:8080/c"
    secure = Reach.LOCAL.redirected(origin, "https://charts.example/d", hosts)
    assert Reach.LOCAL.redirected(secure, "e", hosts).url == "https://charts.example/e"
    for location in ("///a", "http://[a"):
        with pytest.raises(DestinationRefused, match="is not an address") as refused:
            Reach.LOCAL.redirected(origin, location, hosts)
        assert (refused.value.destination, refused.value.detail) == (location, "is not an address")


def test_on_this_machine_the_loopback_name_leads_to_the_loopback_address_alone() -> None:
    here = Reach.LOCAL.destination(f"http://{LOOPBACK}:8080/", {f"{LOOPBACK}:8080"})
    Reach.LOCAL.refuse_address(here, LOOPBACK)
    for address in ("127.0.0.2", "93.184.216.34"):
        with pytest.raises(DestinationRefused):
            Reach.LOCAL.refuse_address(here, address)
    with pytest.raises(DestinationRefused):
        Reach.PUBLIC.refuse_address(here, LOOPBACK)


def test_an_origin_is_scheme_host_and_port() -> None:
    origin = Reach.PUBLIC.destination("https://charts.example/a", CHARTS)
    assert origin.shares_origin(Reach.PUBLIC.destination("https://charts.example/b", CHARTS))
    assert not origin.shares_origin(Reach.PUBLIC.destination("https://files.charts.example:8443/a", CHARTS))
