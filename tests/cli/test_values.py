"""From texts to values: sizes, origins, keys, folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockserver.cli import keyfile, paths, values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("500", 500),
        ("2kB", 2000),
        ("500MB", 5 * 10**8),
        ("1 gb", 10**9),
        ("2GiB", 2 * 2**30),
        ("1TB", 10**12),
    ],
)
def test_sizes(text: str, expected: int) -> None:
    assert values.size(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://Mock.Example", "http://mock.example"),
        ("https://mock.example:443/", "https://mock.example"),
        ("http://mock.example:443", "http://mock.example:443"),
        ("HTTP://[::1]:080", "http://[::1]"),
        ("https://10.0.0.7:8443", "https://10.0.0.7:8443"),
    ],
)
def test_origins(text: str, expected: str) -> None:
    assert values.origin(text) == expected


@pytest.mark.parametrize(
    "text", ["", "mock.example", "http://", "http://a b", "http://a?b", "http://a#b", "http://a:0"]
)
def test_what_is_no_origin(text: str) -> None:
    with pytest.raises(ValueError, match="expected an http"):
        values.origin(text)


def test_origins_of_pages_may_be_repeated_and_listed() -> None:
    read = values.each(values.page_origin)
    assert read(["http://a,https://b:443", "*", "null"]) == ("http://a", "https://b", "*", "null")
    assert read([]) == ()


def test_a_list_of_keys() -> None:
    assert keyfile.keys("a, b") == {"a": "", "b": ""}
    assert keyfile.keys("alone") == {"alone": ""}
    assert keyfile.keys("with/slash,") == {"with/slash": ""}
    for wrong in ("a,b c", "a,\u00e9", ",", " "):
        with pytest.raises(ValueError, match=r"^key 2 has|^key 1 has|^expected a file"):
            keyfile.keys(wrong)


def test_a_file_of_keys(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    text = "\ufeff# our keys\r\n\r\nplain\r\nreader\tread\r\nrobot service:ai,billing  # the robot\r\n#gone read\r\n"
    text += "w#x read-write"
    file.write_bytes(text.encode())
    expected = {"plain": "", "reader": "read", "robot": "service:ai,billing", "w#x": "read-write"}
    assert keyfile.keys(str(file)) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a\nb reed\n", "line 2: unknown rights, did you mean read?"),
        (b"a\nsecret-1 secret-2\n", "line 2: unknown rights; expected `KEY`, or `KEY RIGHTS`"),
        (b"Bearer secret-1 read\n", "line 1: 3 words; expected"),
        (b"a service:ai,biling\n", "line 1: unknown scope, did you mean billing?; known: accounts,"),
        (b"a service:\n", "line 1: unknown scope; known:"),
        (b"secret-1\n\nsecret-1 read\n", "line 3: the key of line 1 again"),
        ("a\nsecret-\u00e9\n".encode(), "line 2: the key has a character that no header can carry"),
        (b"a\nb\n\xff\n", "line 3: not UTF-8"),
        (b"# nothing\n", "keys.txt: no key in it"),
        (b"", "keys.txt: no key in it"),
    ],
)
def test_a_broken_file_of_keys_names_the_line_and_shows_no_key(tmp_path: Path, content: bytes, expected: str) -> None:
    file = tmp_path / "keys.txt"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"keys\.txt") as caught:
        keyfile.keys(str(file))
    assert expected in str(caught.value)
    assert "secret" not in str(caught.value)


def test_the_cache_is_among_the_users_own(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    assert paths.cache_folder(home, "linux") == tmp_path / ".cache" / paths.NAME
    assert paths.cache_folder(home, "darwin") == tmp_path / "Library" / "Caches" / paths.NAME
    assert paths.cache_folder({**home, "XDG_CACHE_HOME": str(tmp_path / "x")}, "linux") == tmp_path / "x" / paths.NAME
    assert paths.cache_folder({**home, "XDG_CACHE_HOME": "relative"}, "linux") == tmp_path / ".cache" / paths.NAME
    windows = {"USERPROFILE": str(tmp_path), "LOCALAPPDATA": str(tmp_path / "Local")}
    assert paths.cache_folder(windows, "win32") == tmp_path / "Local" / paths.NAME
    assert paths.cache_folder({"USERPROFILE": str(tmp_path)}, "win32") == tmp_path / "AppData" / "Local" / paths.NAME


def test_without_a_folder_that_can_be_written_the_cache_is_temporary(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    assert paths.cache_folder({"HOME": str(tmp_path / "home")}, "linux").name == paths.NAME
    assert not paths.cache_folder({}, "linux").is_relative_to(tmp_path)


def test_paths_are_shown_as_a_shell_understands_them() -> None:
    home = {"HOME": "/home/me"}
    assert paths.shortened(Path("/home/me/.cache/x"), home, "linux") == str(Path("~/.cache/x"))
    assert paths.shortened(Path("/home/meat/x"), home, "linux") == str(Path("/home/meat/x"))
    assert paths.shortened(Path("/x"), {}, "linux") == str(Path("/x"))


@pytest.mark.parametrize(
    "text",
    ["capacitor://localhost", "tauri://localhost", "chrome-extension://abcdefghijklmnop", "ionic://localhost:8100"],
)
def test_the_origin_of_an_app_or_an_extension_is_one(text: str) -> None:
    """Pages in apps and extensions send origins with schemes of their own. Case F10."""
    assert values.page_origin(text) == text


@pytest.mark.parametrize(
    "text", ["capacitor:localhost", "://localhost", "tauri://", "tauri://a/b", "a b://c", "localhost"]
)
def test_what_is_no_origin_is_refused(text: str) -> None:
    """An origin is a scheme and a host, perhaps a port; no path."""
    with pytest.raises(ValueError, match=r"expected an http\(s\) origin"):
        values.page_origin(text)
