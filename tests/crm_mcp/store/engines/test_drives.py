"""A folder on another machine's disk is refused: SQLite's locks do not reach there. Local ones are taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_mcp.store.engines.drives import name_network_drive, read_linux_mounts

MOUNTINFO = """\
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 27 0:25 / /home rw,nosuid shared:5 - nfs4 files.example:/home rw,vers=4.2
31 30 0:26 / /home/kata/local rw - btrfs /dev/vdb rw
32 27 0:27 / /mnt/c rw - 9p drvfs rw,aname=drvfs
33 27 0:28 / /mnt/my\\040share rw master:2 - cifs //files/share rw
34 27 0:29 / /mnt/remote rw - fuse.sshfs kata@files:/ rw
35 27 0:30 / /mnt/vault rw - fuse.gocryptfs /home/x rw
36 27 0:31 / /host rw - virtiofs host rw
37 27 0:32 / /layers rw - overlay overlay rw
38 27 0:33 / /twice rw - ext4 /dev/vdc rw
39 38 0:34 / /twice rw - smb3 //files/twice rw
"""


@pytest.mark.parametrize(
    ("folder", "drive"),
    [
        ("/var/lib/crm", ""),
        ("/home/kata/.local/share/crm-mcp-server", "nfs4"),
        ("/home/kata/local/crm", ""),
        ("/mnt/c/Users/kata", "9p"),
        ("/mnt/my share/crm", "cifs"),
        ("/mnt/remote", "fuse.sshfs"),
        ("/mnt/vault/crm", ""),
        ("/host/crm", "virtiofs"),
        ("/layers/crm", ""),
        ("/twice/crm", "smb3"),
        ("/homework", ""),
    ],
)
def test_a_folder_belongs_to_the_nearest_mount_above_it(folder: str, drive: str, tmp_path: Path) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(MOUNTINFO, encoding="utf-8")
    assert name_network_drive(Path(folder), read_linux_mounts(table)) == drive


def test_a_link_to_a_network_drive_is_one(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    (tmp_path / "store").symlink_to(share)
    assert name_network_drive(tmp_path / "store" / "new", {"/": "ext4", str(share): "nfs"}) == "nfs"


def test_where_no_table_of_mounts_can_be_read_nothing_is_refused(tmp_path: Path) -> None:
    assert name_network_drive(tmp_path, read_linux_mounts(tmp_path / "nothing")) == ""
