"""What the CRMs hold in the end, read through their APIs without faults and without this project's client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

_IVINEX_PAGE, _MINICRM_PAGE = 100, 100
_AT_ONCE = 8
Row = Mapping[str, Any]
State = Mapping[str, Mapping[str, Row]]
"""Rows by kind and id."""


async def read_state(url: str) -> State:
    """Read every record of both accounts."""
    limits = httpx.Limits(max_connections=_AT_ONCE)
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60, limits=limits) as http:
        minicrm = _Minicrm(http)
        return {
            "record": {row["collection_id"]: row async for row in _ivinex_rows(http, "1001")},
            "note": {row["collection_id"]: row async for row in _ivinex_rows(http, "1002")},
            **await minicrm.read(),
        }


async def _ivinex_rows(http: httpx.AsyncClient, module: str) -> AsyncGenerator[Row]:
    offset = 0
    while True:
        query = {"CollectionTypeID": module, "Limit": str(_IVINEX_PAGE), "Offset": str(offset)}
        response = await http.get("/API/Records.php", params=query, auth=("demo", "demo-password"))
        rows = response.raise_for_status().json()["Records"]
        for row in rows:
            yield row
        if len(rows) < _IVINEX_PAGE:
            return
        offset += _IVINEX_PAGE


@dataclass
class _Minicrm:
    http: httpx.AsyncClient

    async def read(self) -> dict[str, dict[str, Row]]:
        contacts = await self._ids("Contact", {})
        projects = [*await self._ids("Project", {}), *await self._ids("Project", {"Deleted": "1"})]
        tasks = [str(row["Id"]) for row in await self._listed([f"ToDoList/{one}?Status=All" for one in projects])]
        addresses = [one for ids in await self._listed([f"AddressList/{one}" for one in contacts]) for one in ids]
        ids = {"Contact": contacts, "Project": projects, "ToDo": tasks, "Address": addresses}
        names = {"Contact": "contact", "Project": "project", "ToDo": "task", "Address": "address"}
        rows = {path: await self._all([f"{path}/{one}" for one in each]) for path, each in ids.items()}
        return {names[path]: {str(row["Id"]): row for row in each} for path, each in rows.items()}

    async def _ids(self, path: str, query: Mapping[str, str]) -> list[str]:
        found: list[str] = []
        page = 0
        while True:
            asked = {"UpdatedSince": "2000-01-01", "Page": str(page), **query}
            results = (await self._get(path, asked))["Results"]
            found += [str(one) for one in results]
            if len(results) < _MINICRM_PAGE:
                return found
            page += 1

    async def _listed(self, paths: Sequence[str]) -> list[Any]:
        return [row for answer in await self._all(paths) for row in answer["Results"]]

    async def _all(self, paths: Sequence[str]) -> list[Any]:
        gate = asyncio.Semaphore(_AT_ONCE)

        async def get(path: str) -> Any:
            async with gate:
                return await self._get(path)

        return await asyncio.gather(*(get(path) for path in paths))

    async def _get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        response = await self.http.get(f"/Api/R3/{path}", params=query, auth=("10001", "demo-api-key"))
        return response.raise_for_status().json()
