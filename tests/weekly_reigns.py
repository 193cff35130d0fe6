"""A weekly chart of two ranks whose #1 a few works take in turns, as the rows of a file: claims are asked of it."""

from collections.abc import Sequence

RANKS = "period,territory,rank,title,kind\n"
CATALOG = """work_id,title,kind,original_language,origin_countries,release_date,aliases,source,confidence
ozark,Ozark,series,en,US,2021-12-01,,,
squid,Squid,series,ko,KR,2021-12-30,,,
dead,Dead,series,ko,KR,2022-01-10,,,
heist,Heist,series,es,ES,2017-05-02,,,
"""
WEEKS = ("2022-01-02", "2022-01-09", "2022-01-16", "2022-01-23", "2022-01-30", "2022-02-06", "2022-02-13")
REIGNS = "Ozark Squid Squid Ozark Squid Squid Squid"


def weekly(titles: Sequence[str], territory: str = "US") -> str:
    """Return the rows of weeks: `Ozark/Squid` has the second at rank 2; `-` is a week that is missing."""
    return "".join(
        f"{week},{territory},{rank},{title},series\n"
        for week, said in zip(WEEKS, titles, strict=False)
        if said != "-"
        for rank, title in enumerate(said.split("/"), 1)
    )
