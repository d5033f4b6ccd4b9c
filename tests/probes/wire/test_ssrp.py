"""SQL Browser's messages: golden bytes of the spec, and how browsers vary."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.wire.reader import WireError
from probes.wire.ssrp import Answer, Instance, Request

# MC-SQLR 4.1 and 4.2. The first carries three instances: TCP only, named pipe only, both.
SPEC_ANSWER_EX = (
    b"\x05\x47\x01"
    rb"ServerName;ILSUNG1;InstanceName;YUKONSTD;IsClustered;No;Version;9.00.1399.06;tcp;57137;;"
    rb"ServerName;ILSUNG1;InstanceName;YUKONDEV;IsClustered;No;Version;9.00.1399.06;"
    rb"np;\\ILSUNG1\pipe\MSSQL$YUKONDEV\sql\query;;"
    rb"ServerName;ILSUNG1;InstanceName;MSSQLSERVER;IsClustered;No;Version;9.00.1399.06;tcp;1433;"
    rb"np;\\ILSUNG1\pipe\sql\query;;"
)
SPEC_ANSWER_INST = (
    b"\x05\x58\x00ServerName;ILSUNG1;InstanceName;YUKONSTD;IsClustered;No;Version;9.00.1399.06;tcp;57137;;"
)
YUKONSTD = Instance("ILSUNG1", "YUKONSTD", False, "9.00.1399.06", 57137)
YUKONDEV = Instance("ILSUNG1", "YUKONDEV", False, "9.00.1399.06", pipe=r"\\ILSUNG1\pipe\MSSQL$YUKONDEV\sql\query")
DEFAULT = Instance("ILSUNG1", "MSSQLSERVER", False, "9.00.1399.06", 1433, r"\\ILSUNG1\pipe\sql\query")

REQUESTS = {"all": (b"\x03", Request()), "one": (b"\x04YUKONSTD\x00", Request("YUKONSTD"))}
ANSWERS = {
    "all": (SPEC_ANSWER_EX, Answer((YUKONSTD, YUKONDEV, DEFAULT))),
    "one": (SPEC_ANSWER_INST, Answer((YUKONSTD,))),
    "none": (b"\x05\x00\x00", Answer(())),
}
NAMED = "ServerName;A;InstanceName;B;"


def answer(text: str) -> bytes:
    data = text.encode("latin-1")
    return b"\x05" + len(data).to_bytes(2, "little") + data


def only(text: str) -> Instance:
    (instance,) = Answer.decode(answer(text)).instances
    return instance


@pytest.mark.parametrize(("data", "value"), list(REQUESTS.values()), ids=list(REQUESTS))
def test_golden_requests_both_ways(data: bytes, value: Request) -> None:
    assert Request.decode(data) == value
    assert value.encode() == data


@pytest.mark.parametrize(("data", "value"), list(ANSWERS.values()), ids=list(ANSWERS))
def test_golden_answers_both_ways(data: bytes, value: Answer) -> None:
    assert Answer.decode(data) == value
    assert value.encode() == data


# Requests.


@pytest.mark.parametrize("name", ["x" * 32, "ä" * 32, "S"])
def test_a_name_that_can_be_asked_for(name: str) -> None:
    assert Request.decode(Request(name).encode()).instance == name


@pytest.mark.parametrize("name", ["", "x" * 33, "a\0", "日本", "日" * 40])
def test_a_name_that_cannot_be_asked_for(name: str) -> None:
    with pytest.raises(ValueError, match="SQL Browser takes names of 1 to 32 Western characters") as refusal:
        Request(name).encode()
    assert str(refusal.value).startswith(repr(name))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "."),
        (b"\x02", "type 0x02 and 1 bytes"),
        (b"\x03\x00", "type 0x03 and 2 bytes"),
        (b"\x05\x00\x00", "type 0x05 and 3 bytes"),
        (b"\x0f\x01YUKONSTD\x00", "type 0x0F and 11 bytes"),
        (b"\x04", "1 to 32 bytes and one NUL at its end"),
        (b"\x04\x00", "1 to 32 bytes and one NUL at its end"),
        (b"\x04YUKONSTD", "1 to 32 bytes and one NUL at its end"),
        (b"\x04YUKONSTD\x00tail", "1 to 32 bytes and one NUL at its end"),
        (b"\x04YUKONSTD\x00\x00", "1 to 32 bytes and one NUL at its end"),
        (b"\x04" + b"x" * 33 + b"\x00", "1 to 32 bytes and one NUL at its end"),
    ],
)
def test_requests_refused(data: bytes, says: str) -> None:
    with pytest.raises(WireError, match=says):
        Request.decode(data)


@given(st.binary(max_size=40) | st.binary(max_size=40).map(b"\x04".__add__))
def test_arbitrary_bytes_as_a_request(data: bytes) -> None:
    try:
        value = Request.decode(data)
    except WireError:
        return
    assert value.encode() == data


# Answers as browsers vary them.


def test_cases_and_orders_do_not_matter() -> None:
    assert only(
        r"NP;\\A\pipe\x;TCP;1500;version;15.0.4430.1;ISCLUSTERED;yes;instancename;B;servername;A;;"
    ) == Instance("A", "B", True, "15.0.4430.1", 1500, r"\\A\pipe\x")


def test_an_instance_that_is_nothing_but_named() -> None:
    assert only(NAMED + ";") == Instance("A", "B")


def test_empty_values_do_not_end_an_instance() -> None:
    # SQL Server 2000's Banyan VINES: values of their own after the key, some of them empty.
    found = only("ServerName;;InstanceName;B;IsClustered;;Version;;np;;bv;;@COMPNAME;;tcp;1433;;")
    assert found == Instance("", "B", tcp_port=1433, pipe="", others=(("bv", ""), ("@COMPNAME", "")))


def test_other_keys_are_kept_as_they_came_twice_too() -> None:
    found = only(NAMED + "via;A,0:1433;bv;item;group;item;group;org;;")
    assert found.others == (("via", "A,0:1433"), ("bv", "item"), ("group", "item"), ("group", "org"))
    assert Answer.decode(Answer((found,)).encode()).instances == (found,)


def test_bytes_of_any_code_page_come_through() -> None:
    every = "".join(map(chr, range(1, 256))).replace(";", "")
    assert only(f"ServerName;{every};InstanceName;\x1b[31m<b>;;") == Instance(every, "\x1b[31m<b>")


@pytest.mark.parametrize(("text", "port"), [("1", 1), ("65535", 65535), ("00080", 80)])
def test_ports(text: str, port: int) -> None:
    assert only(f"{NAMED}tcp;{text};;") == Instance("A", "B", tcp_port=port)


@pytest.mark.parametrize(
    "text", ["", "0", "65536", "99999", "100000", "9" * 200, "-1", "+1", " 1433", "1_0", "http", "²"]
)
def test_what_is_no_port_stays_readable(text: str) -> None:
    found = only(f"{NAMED}tcp;{text};;")
    assert found == Instance("A", "B", others=(("tcp", text),))
    assert Answer.decode(Answer((found,)).encode()).instances == (found,)


@pytest.mark.parametrize(("text", "clustered"), [("Yes", True), ("NO", False), ("maybe", None), ("", None)])
def test_clustered(text: str, clustered: bool | None) -> None:
    assert only(f"{NAMED}IsClustered;{text};;").clustered is clustered


@pytest.mark.parametrize(
    ("name", "found"),
    [("YUKONDEV", YUKONDEV), ("yukondev", YUKONDEV), ("MSSQLServer", DEFAULT), ("YUKON", None), ("", None)],
)
def test_finding_an_instance(name: str, found: Instance | None) -> None:
    assert Answer.decode(SPEC_ANSWER_EX).find(name) == found


def test_finding_folds_what_upper_and_lower_do_not() -> None:
    strasse = Instance("A", "straße")
    assert Answer((DEFAULT, strasse)).find("STRASSE") == strasse
