import errno

import pytest

from soilbio.errors import InputError
from soilbio.references.disk import atomic_bytes, atomic_text, writing_to


def test_a_file_that_fails_halfway_leaves_the_old_one(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(TypeError), atomic_text(target) as handle:
        handle.writelines(["new", None])
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_packed_bytes_do_not_depend_on_name_or_time(tmp_path):
    for name in ("a.gz", "b.gz"):
        with atomic_bytes(tmp_path / name, level=4) as handle:
            handle.write(b"text" * 100)
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk-full"),
        (errno.EDQUOT, "disk-full"),
        (errno.EACCES, "folder-unwritable"),
        (errno.EROFS, "folder-unwritable"),
    ],
)
def test_what_a_disk_refuses_is_a_problem(tmp_path, number, code):
    with pytest.raises(InputError) as caught, writing_to(tmp_path):
        raise OSError(number, "refused")
    assert [problem.code for problem in caught.value.problems] == [code]


def test_other_faults_stay_what_they_are(tmp_path):
    with pytest.raises(OSError, match="broken"), writing_to(tmp_path):
        raise OSError(errno.EIO, "broken")
