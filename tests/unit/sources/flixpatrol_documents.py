"""Small documents in the shape of FlixPatrol's, for tests that change one thing in them."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

FIRST, SECOND = "2022-02-04", "2022-02-05"


def record_of(day: str, rank: int, title: str = "", **more: Any) -> dict[str, Any]:
    """Return the record of a rank of a day; `more` are other values of it."""
    name = title or f"Title {rank}"
    record = {"ranking": rank, "date": {"from": day, "to": day}, "movie": {"data": {"id": name, "title": name}}}
    return {"data": record | more}


def day_of(day: str, ranks: Sequence[int] = range(1, 11), prefix: str = "Title") -> list[dict[str, Any]]:
    """Return the records of a day."""
    return [record_of(day, rank, f"{prefix} {rank}") for rank in ranks]


def page_of(records: Any, country: str = "cnt_u", type_: str = "1") -> bytes:
    """Return the line of a document that holds a page of records."""
    query = urlencode({"company[eq]": "cmp_n", "country[eq]": country, "type[eq]": type_})
    page = {"data": records, "links": {"next": None}}
    return json.dumps({"url": f"https://api.flixpatrol.example/v2/top10s?{query}", "page": page}).encode() + b"\n"
