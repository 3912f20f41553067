"""The reader of the servers' logs, which are read while they are written."""

from pathlib import Path

from tests.faults.json_lines import read_json_lines


class TestReadJsonLines:
    def test_leaves_a_line_that_is_half_written(self, tmp_path: Path) -> None:
        log = tmp_path / "log"

        log.write_bytes(b'{"a": 1}\n{"a": 2}\n{"a": ')

        assert read_json_lines(log) == [{"a": 1}, {"a": 2}]

    def test_has_nothing_before_the_first_line(self, tmp_path: Path) -> None:
        assert read_json_lines(tmp_path / "absent") == []
        (tmp_path / "log").write_bytes(b'{"a"')
        assert read_json_lines(tmp_path / "log") == []
