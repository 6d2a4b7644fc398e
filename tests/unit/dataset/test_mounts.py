"""Buckets that are mounted as folders are named."""

from goodunits.dataset import mounts

TABLE = """\
/dev/sda1 / ext4 rw 0 0
s3fs /mnt/my\\040bucket fuse.s3fs rw 0 0
mountpoint-s3 /mnt/aws fuse rw 0 0
nas:/data /mnt/aws/nas nfs4 rw 0 0
/dev/sdb1 /mnt/disk fuseblk rw 0 0
"""


def test_sessions_in_a_bucket_are_counted_and_named_once():
    folders = ["/mnt/my bucket/day1", "/mnt/my bucket/day2", "/mnt/aws/x", "/mnt/disk/y", "/data"]
    note = mounts.note(folders, TABLE)
    assert note.startswith("3 session(s) on /mnt/aws (mountpoint-s3), /mnt/my bucket (s3fs): ")
    assert "\n" not in note


def test_disks_and_shares_are_no_matter():
    assert mounts.note(["/data", "/mnt/disk/y", "/mnt/aws/nas/z"], TABLE) is None
    assert mounts.note(["/data"], "") is None
    assert mounts.note(["/data"], "not a table\n\n") is None


def test_the_table_of_this_system_can_be_read(tmp_path):
    assert mounts.note([tmp_path], mounts.read_mounts()) is None
    assert mounts.read_mounts(tmp_path / "none") == ""
