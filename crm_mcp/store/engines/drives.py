"""Tells network drives from a machine's own: SQLite's shared memory does not reach over to another machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

_LINUX_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = frozenset(
    (
        *("9p", "afpfs", "afs", "ceph", "cifs", "davfs", "drvfs", "fakeowner", "glusterfs", "gpfs", "lustre", "ncpfs"),
        *("nfs", "nfs4", "ocfs2", "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs", "webdav"),
    )
)
_LOCAL_FUSE = frozenset(
    ("fuse.bindfs", "fuse.encfs", "fuse.fuse-overlayfs", "fuse.gocryptfs", "fuse.mergerfs", "fuse.securefs")
)
_DRIVE_REMOTE = 4
_MAC_MOUNT = re.compile(r"^.* on (?P<place>/.*) \((?P<kind>\w+)[,)]", re.MULTILINE)


def find_network_drive(folder: Path) -> str:
    """Return the kind of network drive that a folder, which need not exist, is on; empty where it is on none."""
    if sys.platform == "win32":
        return _find_on_windows(folder)
    if sys.platform == "darwin":
        return name_network_drive(folder, _read_mac_mounts())
    return name_network_drive(folder, read_linux_mounts())


def name_network_drive(folder: Path, mounts: dict[str, str]) -> str:
    """Return the kind of network drive that a folder is on, by the kind of file system at each mount point."""
    real = Path(os.path.realpath(folder))
    at = next((mounts[str(place)] for place in (real, *real.parents) if str(place) in mounts), "")
    is_fuse = at.startswith("fuse.") and at not in _LOCAL_FUSE
    return at if at in _NETWORK or is_fuse else ""


def read_linux_mounts(table: Path = _LINUX_MOUNTS) -> dict[str, str]:
    """Return the kind of file system at each mount point; what was mounted over another counts."""
    try:
        lines = table.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return {}
    mounts: dict[str, str] = {}
    for line in lines:
        before, _, after = line.partition(" - ")
        place = re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), before.split()[4])
        mounts[place] = after.split()[0]
    return mounts


def _read_mac_mounts() -> dict[str, str]:
    try:
        table = subprocess.run(["/sbin/mount"], capture_output=True, text=True, timeout=2, check=False).stdout
    except (OSError, subprocess.SubprocessError):
        return {}
    return {found["place"]: found["kind"] for found in _MAC_MOUNT.finditer(table)}


def _find_on_windows(folder: Path) -> str:
    if sys.platform != "win32":
        return ""
    import ctypes

    real = os.path.realpath(folder)
    is_remote = real.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(Path(real).anchor) == _DRIVE_REMOTE
    return "network drive" if is_remote else ""
