"""SQL Browser's answers that lie or are cut short or changed, and whatever hypothesis thinks of: value or WireError."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.wire import ssrp
from probes.wire.reader import WireError
from probes.wire.ssrp import Answer, Instance

SSO = Instance("SQL01", "SSO", True, "15.0.4430.1", 50123)
DEFAULT = Instance("SQL01", "MSSQLSERVER", False, "15.0.4430.1", 1433, r"\\SQL01\pipe\sql\query")
ONE = Answer((SSO,)).encode()
ALL = Answer((SSO, DEFAULT, Instance("SQL01", "PIPES", False, "9.00.1399.06", pipe=r"\\SQL01\pipe\x"))).encode()
DAC = bytes.fromhex("05 06 00 01 32 df")  # the answer to another request (MC-SQLR 4.3)
NAMED = "ServerName;A;InstanceName;B;"


def answer(text: str) -> bytes:
    data = text.encode("latin-1")
    return b"\x05" + len(data).to_bytes(2, "little") + data


def only(text: str) -> Instance:
    (instance,) = Answer.decode(answer(text)).instances
    return instance


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "."),
        (b"\x05", "."),
        (b"\x05\x00", "."),
        (b"\x03", "not SQL Browser: the first byte is 0x03, not 0x05"),
        (b"HTTP/1.1 400 Bad Request\r\n", "not SQL Browser: the first byte is 0x48"),
        (b"\x05\x01\x00", "announces 1 bytes, and 0 came"),
        (ONE + b"\x00", "announces 81 bytes, and 82 came"),
        (DAC, "announces 6 bytes, and 3 came"),
        (b"\x05\xff\xff", "announces 65535 bytes; 4096 are the most"),
        (answer("x"), "ends in the middle"),
        (answer(";"), "without its name"),
        (answer(";;"), "without its name"),
        (answer("ServerName;A;;"), "without its name"),
        (answer("InstanceName;A;;"), "without its name"),
        (answer(NAMED[:-1]), "ends in the middle"),
        (answer(NAMED), "ends in the middle"),
        (answer(NAMED + "tcp;;"), "ends in the middle"),
        (answer(NAMED + "tcp;1433;;x"), "ends in the middle"),
        (answer(NAMED + "tcp;1433;;\0"), "ends in the middle"),
        (answer(NAMED + ";" + NAMED), "ends in the middle"),
        (answer(NAMED + "tcp;1433;TCP;1434;;"), "gives tcp twice for one instance"),
        (answer(NAMED + "servername;C;;"), "gives servername twice for one instance"),
        (answer(NAMED + "np;" + "x" * 256 + ";;"), "a value of 256 bytes; 255 are the most"),
        (answer((NAMED + ";") * 65), "more than 64 instances"),
    ],
)
def test_lies_are_told(data: bytes, says: str) -> None:
    with pytest.raises(WireError, match=says):
        Answer.decode(data)


def test_as_much_as_is_taken() -> None:
    assert len(Answer.decode(answer((NAMED + ";") * 64)).instances) == 64
    assert only(f"{NAMED}np;{'x' * 255};;").pipe == "x" * 255


@pytest.mark.parametrize("most", [ssrp.MAX_TEXT_INST, ssrp.MAX_TEXT_EX])
def test_the_text_is_capped(most: int) -> None:
    whole = _text_of(most)
    assert Answer.decode(answer(whole), most).instances[0].name == "B"
    with pytest.raises(WireError, match=f"announces {most + 1} bytes; {most} are the most"):
        Answer.decode(answer(_text_of(most + 1)), most)


def test_the_text_of_an_answer_to_all_is_capped_unless_told_otherwise() -> None:
    assert Answer.decode(answer(_text_of(65535)), 65535).instances[0].server == "A"
    with pytest.raises(WireError, match="announces 65535 bytes; 4096 are the most"):
        Answer.decode(answer(_text_of(65535)))


def _text_of(size: int) -> str:
    """One instance, filled with other keys until it has `size` characters."""
    fill = size - len(NAMED) - 1
    pairs = "k;;" * (fill // 3 - 1)
    return f"{NAMED}{pairs}k;{'x' * (fill - len(pairs) - 3)};;"


@pytest.mark.parametrize("data", [ALL, ONE, b"\x05\x00\x00"])
def test_truncated_at_each_byte(data: bytes) -> None:
    assert Answer.decode(data).encode() == data
    for size in range(len(data)):
        with pytest.raises(WireError):
            Answer.decode(data[:size])


def test_truncated_at_each_byte_with_a_size_that_agrees() -> None:
    text = ALL[3:].decode()
    for size in range(1, len(text) + 1):
        if text[:size].endswith(";;"):
            assert len(Answer.decode(answer(text[:size])).instances) == text[:size].count(";;")
        else:
            with pytest.raises(WireError, match="ends in the middle of an instance"):
                Answer.decode(answer(text[:size]))


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda text: answer(text.decode("latin-1"))))
def test_arbitrary_bytes(data: bytes) -> None:
    assert _decoded_or_refused(data)


words = st.sampled_from(
    [
        "ServerName",
        "InstanceName",
        "IsClustered",
        "Version",
        "tcp",
        "np",
        "bv",
        "",
        "",
        "A",
        "Yes",
        "1433",
        "0",
        "\x1b[",
    ]
)


@given(st.lists(words, max_size=40))
def test_arbitrary_words(parts: list[str]) -> None:
    assert _decoded_or_refused(answer(";".join(parts) + ";;"))
    assert _decoded_or_refused(answer(NAMED + ";".join(parts) + ";;"))


@given(st.sampled_from([ALL, ONE]), st.data())
def test_one_byte_changed(whole: bytes, data: st.DataObject) -> None:
    changed = bytearray(whole)
    changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    assert _decoded_or_refused(bytes(changed))


def _decoded_or_refused(data: bytes) -> bool:
    """Either a value that comes back from its own bytes, or a WireError; nothing else may be raised."""
    try:
        value = Answer.decode(data)
    except WireError as error:
        return bool(str(error))
    return Answer.decode(value.encode(), 65535) == value


def values(least: int, most: int) -> st.SearchStrategy[str]:
    return st.text(st.characters(max_codepoint=255, exclude_characters=";"), min_size=least, max_size=most)


others = st.tuples(values(1, 20).filter(lambda key: key.lower() not in ssrp._OWN_KEYS), values(0, 60))
instances = st.builds(
    Instance,
    values(0, 255),
    values(0, 255),
    st.none() | st.booleans(),
    values(0, 16),
    st.none() | st.integers(1, 65535),
    st.none() | values(0, 255),
    st.lists(others, max_size=4).map(tuple),
)


@given(st.lists(instances, max_size=8).map(tuple))
def test_answers_come_back(many: tuple[Instance, ...]) -> None:
    assert Answer.decode(Answer(many).encode(), 65535) == Answer(many)


@pytest.mark.parametrize(
    "instance",
    [Instance("a;b", "c"), Instance("a", "c;"), Instance("a", "b", others=(("", "x"),)), Instance("a", "日本")],
)
def test_what_cannot_be_said_is_refused(instance: Instance) -> None:
    with pytest.raises(ValueError, match=r"cannot hold a semicolon|latin-1"):
        Answer((instance,)).encode()


def test_more_than_a_size_can_say_is_refused() -> None:
    instance = Instance("a" * 255, "b" * 255)  # 537 bytes of text
    assert len(Answer((instance,) * 122).encode()) == 3 + 122 * 537
    with pytest.raises(ValueError, match="66051 bytes of text; 65535 are the most"):
        Answer((instance,) * 123).encode()
