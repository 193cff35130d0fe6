"""The egress policy: no address leads where it must not, by how it is written, what it resolves to, or a redirect."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwatch.errors import DestinationRefused
from chartwatch.services.egress import LOOPBACK, MAX_URL, EgressPolicy, authority, is_public

PUBLIC, LOCAL = EgressPolicy.PUBLIC, EgressPolicy.PUBLIC_AND_LOOPBACK

CHARTS = frozenset({"charts.example", "files.charts.example:8443"})

ORIGIN = PUBLIC.check_url("https://charts.example/file.csv", CHARTS)

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
    for policy in EgressPolicy:
        if policy is EgressPolicy.PUBLIC or LOOPBACK not in url:
            with pytest.raises(DestinationRefused):
                policy.check_url(url, CHARTS)


@pytest.mark.parametrize("host", NUMBERS)
def test_a_number_or_a_bare_word_is_no_public_host_even_if_it_is_on_the_list(host: str) -> None:
    with pytest.raises(DestinationRefused) as caught:
        PUBLIC.check_url(f"https://{host}/", {host})
    assert "is not the name of a public host" in str(caught.value)


@pytest.mark.parametrize("host", [number for number in NUMBERS if number != LOOPBACK])
def test_on_this_machine_nothing_but_its_plain_loopback_address_is_reached(host: str) -> None:
    with pytest.raises(DestinationRefused):
        LOCAL.check_url(f"http://{host}/", {host})


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_resolves_to_no_public_address_is_refused(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(DestinationRefused):
        PUBLIC.check_address(ORIGIN, address)


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_resolves_to_a_public_address_in_local_runs_too(address: str) -> None:
    with pytest.raises(DestinationRefused):
        LOCAL.check_address(ORIGIN, address)


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:800::200e"])
def test_a_public_address_is_reached(address: str) -> None:
    PUBLIC.check_address(ORIGIN, address)
    assert is_public(address)


@pytest.mark.parametrize("location", REDIRECTED)
def test_a_redirect_is_refused_as_a_first_address_would_be(location: str) -> None:
    with pytest.raises(DestinationRefused):
        PUBLIC.check_redirect(ORIGIN, location, CHARTS)


def test_a_redirect_from_https_to_http_is_refused_in_local_runs_too() -> None:
    with pytest.raises(DestinationRefused) as caught:
        LOCAL.check_redirect(ORIGIN, "http://127.0.0.1/file.csv", {"charts.example", LOOPBACK})
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
    destination = PUBLIC.check_url(url, CHARTS)
    assert destination.authority in CHARTS
    assert destination.target == target


def test_a_refusal_repeats_no_secret_and_no_control_character() -> None:
    with pytest.raises(DestinationRefused) as caught:
        PUBLIC.check_url("https://user:hunter2@charts.example/?api_key=abc123\x1b[2J\u202e", CHARTS)
    assert str(caught.value).startswith("https://…@charts.example/?api_key=… is not fetched: ")


def test_an_address_that_cannot_be_parsed_has_no_host() -> None:
    assert authority("https://CHARTS.example:443/x") == "charts.example"
    assert authority("https://user@charts.example/") == ""


@given(st.text(alphabet=st.sampled_from("htps:/@.\\?#%[]0127ax\t\r\n\0。é charts.example"), max_size=40), st.booleans())
def test_whatever_is_written_after_the_scheme_only_a_listed_host_is_reached(said: str, whole: bool) -> None:
    url = said if whole else f"https://{said}"
    try:
        destination = PUBLIC.check_url(url, CHARTS)
    except DestinationRefused:
        return
    assert destination.authority in CHARTS
    assert destination.scheme == "https"


@given(st.ip_addresses())
def test_an_address_is_public_only_if_python_says_so_too(address: IPv4Address | IPv6Address) -> None:
    assert not is_public(str(address)) or address.is_global


@pytest.mark.parametrize(
    ("url", "detail"),
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
def test_a_refusal_says_what_is_not_fetched_and_why(url: str, detail: str) -> None:
    with pytest.raises(DestinationRefused) as refused:
        PUBLIC.check_url(url, CHARTS)
    assert refused.value.destination.startswith(url.partition(":")[0])
    assert refused.value.detail == detail


def test_a_listed_host_that_is_no_public_one_is_refused_by_its_name_or_scheme() -> None:
    with pytest.raises(DestinationRefused, match=r"^https://localhost/a is not fetched: 'localhost' is not the name"):
        PUBLIC.check_url("https://localhost/a", {"localhost"})
    with pytest.raises(DestinationRefused, match=r"^http://charts.example/a is not fetched: only https is fetched$"):
        PUBLIC.check_url("http://charts.example/a", {"charts.example"})
    with pytest.raises(DestinationRefused, match=r"^charts.example is not fetched: 10.0.0.1 is not a public address$"):
        PUBLIC.check_address(ORIGIN, "10.0.0.1")


def test_an_address_a_name_and_a_port_have_their_limits() -> None:
    fits = ".".join(["a" * 61] * 4 + ["abcde"])
    assert len(fits) == 253
    assert PUBLIC.check_url(f"https://{fits}/", {fits}).host == fits
    with pytest.raises(DestinationRefused):
        PUBLIC.check_url(f"https://{fits}e/", {f"{fits}e"})
    assert PUBLIC.check_url("https://charts.example:65535/", {"charts.example:65535"}).port == 65535
    url = "https://charts.example/"
    longest = url + "a" * (MAX_URL - len(url))
    for longest_read in (PUBLIC.check_url(longest, CHARTS), PUBLIC.check_redirect(ORIGIN, longest, CHARTS)):
        assert longest_read.url == longest
    for refused in (longest + "a", "/" + "a" * MAX_URL):
        with pytest.raises(DestinationRefused):
            PUBLIC.check_redirect(ORIGIN, refused, CHARTS)


def test_a_redirect_is_relative_and_may_stay_on_http_on_this_machine() -> None:
    hosts = {*CHARTS, f"{LOOPBACK}:8080"}
    origin = LOCAL.check_url(f"http://{LOOPBACK}:8080/a/b", hosts)
    assert LOCAL.check_redirect(origin, "../c", hosts).url == f"http://{LOOPBACK}:8080/c"
    secure = LOCAL.check_redirect(origin, "https://charts.example/d", hosts)
    assert LOCAL.check_redirect(secure, "e", hosts).url == "https://charts.example/e"
    for location in ("///a", "http://[a"):
        with pytest.raises(DestinationRefused, match="is not an address") as refused:
            LOCAL.check_redirect(origin, location, hosts)
        assert (refused.value.destination, refused.value.detail) == (location, "is not an address")


def test_on_this_machine_the_loopback_name_leads_to_the_loopback_address_alone() -> None:
    here = LOCAL.check_url(f"http://{LOOPBACK}:8080/", {f"{LOOPBACK}:8080"})
    LOCAL.check_address(here, LOOPBACK)
    for address in ("127.0.0.2", "93.184.216.34"):
        with pytest.raises(DestinationRefused):
            LOCAL.check_address(here, address)
    with pytest.raises(DestinationRefused):
        PUBLIC.check_address(here, LOOPBACK)


def test_an_origin_is_scheme_host_and_port() -> None:
    assert ORIGIN.shares_origin(PUBLIC.check_url("https://charts.example/b", CHARTS))
    assert not ORIGIN.shares_origin(PUBLIC.check_url("https://files.charts.example:8443/a", CHARTS))
