"""Small files in the shape of Netflix's, for tests that change one thing in them."""

from collections.abc import Sequence

COUNTRIES_HEADER = (
    "country_name\tcountry_iso2\tweek\tcategory\tweekly_rank\tshow_title\tseason_title\tcumulative_weeks_in_top_10"
)
GLOBAL_HEADER = "week\tcategory\tweekly_rank\tshow_title\tseason_title\tweekly_hours_viewed\tcumulative_weeks_in_top_10"


def countries_lines(
    weeks: Sequence[str] = ("2022-02-27",),
    countries: Sequence[str] = ("KR",),
    labels: Sequence[str] = ("Films", "TV"),
) -> list[str]:
    """Return the lines of a countries file, the header first, as the real one orders them."""
    rows = [
        f"Somewhere\t{country}\t{week}\t{label}\t{rank}\t{label} title {rank}\tN/A\t{rank}"
        for country in countries
        for week in weeks
        for label in labels
        for rank in range(1, 11)
    ]
    return [COUNTRIES_HEADER, *rows]


def global_lines(
    weeks: Sequence[str] = ("2022-02-27",),
    labels: Sequence[str] = ("Films (English)", "Films (Non-English)", "TV (English)", "TV (Non-English)"),
) -> list[str]:
    """Return the lines of a global file, the header first."""
    rows = [
        f"{week}\t{label}\t{rank}\t{label} title {rank}\tN/A\t{90_000_000 - rank}\t{rank}"
        for week in weeks
        for label in labels
        for rank in range(1, 11)
    ]
    return [GLOBAL_HEADER, *rows]


def document(lines: Sequence[str]) -> bytes:
    """Return lines as a file without a line end at its end, as Netflix's have none."""
    return "\n".join(lines).encode()
