"""Files on disk and values in memory: bounded, ordered by use, and never trusted blindly."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mockserver.adapters.clips.disk_cache import DiskCache, Memory, digest


def key(n: int) -> str:
    return f"{n:040x}"


def test_what_is_put_is_got_also_by_another_disk_cache(tmp_path: Path) -> None:
    disk_cache = DiskCache(tmp_path, 1000)
    assert disk_cache.get(key(1)) is None
    disk_cache.put(key(1), b"one")
    disk_cache.put(key(1), b"uno")
    assert disk_cache.get(key(1)) == b"uno"
    assert [path.name for path in tmp_path.iterdir()] == [f"{key(1)}-{digest(b'uno')}"]
    assert DiskCache(tmp_path, 1000).get(key(1)) == b"uno"


def test_the_longest_unused_leaves(tmp_path: Path) -> None:
    disk_cache = DiskCache(tmp_path, 25)
    disk_cache.put(key(1), b"1" * 10)
    disk_cache.put(key(2), b"2" * 10)
    disk_cache.get(key(1))
    disk_cache.put(key(3), b"3" * 10)
    assert [disk_cache.get(key(n)) is not None for n in (1, 2, 3)] == [True, False, True]
    assert disk_cache.size == 20
    disk_cache.put(key(4), b"4" * 26)
    assert disk_cache.get(key(4)) is None
    assert len(list(tmp_path.iterdir())) == 2


def test_the_order_of_use_outlives_a_restart(tmp_path: Path) -> None:
    disk_cache = DiskCache(tmp_path, 25)
    for n in (1, 2):
        disk_cache.put(key(n), b"x" * 10)
    for n, path in enumerate(sorted(tmp_path.iterdir(), reverse=True)):
        os.utime(path, (n, n))
    again = DiskCache(tmp_path, 25)
    again.put(key(3), b"x" * 10)
    assert [again.get(key(n)) is not None for n in (1, 2, 3)] == [True, False, True]


def test_leftovers_of_others_go_and_foreign_files_stay(tmp_path: Path) -> None:
    (tmp_path / f"{key(1)}.{os.getpid() + 1}.0.part").write_bytes(b"left by a process that was killed")
    (tmp_path / "notes.part").write_bytes(b"somebody's own")
    disk_cache = DiskCache(tmp_path, 100)
    assert disk_cache.get(key(1)) is None
    assert [path.name for path in tmp_path.iterdir()] == ["notes.part"]


@pytest.mark.parametrize("wrong", ["", "../x", key(1)[:-1], key(1).upper().replace("0", "G"), key(1) + "\n"])
def test_no_other_text_becomes_a_name(tmp_path: Path, wrong: str) -> None:
    disk_cache = DiskCache(tmp_path, 100)
    with pytest.raises(ValueError, match="40 hex digits"):
        disk_cache.put(wrong, b"x")
    assert disk_cache.get(wrong) is None


def test_a_folder_that_cannot_be_made_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"in the way")
    disk_cache = DiskCache(tmp_path / "file", 100)
    disk_cache.put(key(1), b"x")
    assert disk_cache.get(key(1)) is None


def test_memory_counts_what_it_holds() -> None:
    memory: Memory[str, bytes] = Memory(20, len)
    for name in ("a", "b", "c", "d"):
        memory.put(name, name.encode() * 5)
    memory.get("a")
    memory.put("e", b"eeeee")
    memory.put("e", b"ee")
    memory.put("big", b"xxxxxx")
    assert [name for name in "abcde" if memory.get(name)] == ["a", "c", "d", "e"]
    assert memory.size == 17
    assert memory.get("big") is None
