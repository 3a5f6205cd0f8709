"""What `--db` promises: a write that was answered is there after the process was killed, whenever that was."""

from __future__ import annotations

import http.client
import json
import threading
from contextlib import closing, suppress
from pathlib import Path

from tests.mockserver.test_cli import LOGIN, fetch, running

MINICRM_LOGIN = "Basic MTAwMDE6ZGVtby1hcGkta2V5"
ROUNDS = 3
LEAST_WRITES = 30


class Writer(threading.Thread):
    """Writes to one CRM until the connection breaks, and remembers what was answered."""

    def __init__(self, url: str, crm: str, enough: threading.Semaphore) -> None:
        super().__init__()
        self.acknowledged: list[tuple[int, str]] = []
        self._address = url.removeprefix("http://")
        self._crm = crm
        self._enough = enough

    def run(self) -> None:
        # The connection breaks when the server is killed.
        with suppress(OSError, http.client.HTTPException), closing(self._connect()) as connection:
            for number in range(100_000):
                name = f"{self._crm} {self.ident} {number}"
                self.acknowledged.append((self._write(connection, name), name))
                self._enough.release()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self._address, timeout=60)

    def _write(self, connection: http.client.HTTPConnection, name: str) -> int:
        if self._crm == "ivinex":
            body = {"Records": [{"CollectionTypeID": 1001, "first_name": name}]}
            connection.request("POST", "/API/Records.php", json.dumps(body), {"Authorization": LOGIN})
            with connection.getresponse() as answer:
                return json.loads(answer.read())[0]["CollectionID"]
        body = {"Type": "Person", "FirstName": name}
        connection.request("PUT", "/Api/R3/Contact", json.dumps(body), {"Authorization": MINICRM_LOGIN})
        with connection.getresponse() as answer:
            return json.loads(answer.read())["Id"]


def find_name(url: str, crm: str, row_id: int) -> str:
    if crm == "ivinex":
        condition = f"%5B%7B%22Field%22:%22id%22,%22Operand%22:%22Equal%22,%22Value%22:{row_id}%7D%5D"
        status, body = fetch(f"{url}/API/Records.php?CollectionTypeID=1001&Filters={condition}", Authorization=LOGIN)
        assert status == 200
        return json.loads(body)["Records"][0]["first_name"]
    status, body = fetch(f"{url}/Api/R3/Contact/{row_id}", Authorization=MINICRM_LOGIN)
    assert status == 200
    return json.loads(body)["FirstName"]


def test_every_acknowledged_write_survives_a_kill_at_any_moment(tmp_path: Path):
    options = ("--port", "0", "--seed", "empty", "--db", str(tmp_path / "fake.db"))
    kept: list[tuple[str, int, str]] = []
    for round_number in range(ROUNDS):
        with running(*options) as (process, url):
            enough = threading.Semaphore(0)
            writers = [Writer(url, crm, enough) for crm in ("ivinex", "minicrm", "ivinex")]
            for writer in writers:
                writer.start()
            for _ in range(LEAST_WRITES + 7 * round_number):
                enough.acquire()
            process.kill()
            for writer in writers:
                writer.join()
            kept += [
                ("minicrm" if i == 1 else "ivinex", *each) for i, w in enumerate(writers) for each in w.acknowledged
            ]

    assert len(kept) >= ROUNDS * LEAST_WRITES
    assert len({(crm, row_id) for crm, row_id, _ in kept}) == len(kept)  # no id was given twice
    with running(*options) as (_, url):
        counts = json.loads(fetch(f"{url}/_control/health")[1])["counts"]
        assert [name for crm, row_id, name in kept[-30:] if find_name(url, crm, row_id) != name] == []
        for crm, kind in (("ivinex", "contact"), ("minicrm", "contacts")):
            # One write of each caller may have been done and not yet answered when the process was killed.
            answered = sum(each[0] == crm for each in kept)
            assert answered <= counts[crm][kind] <= answered + 2 * ROUNDS
