"""Numbers with what they count, in the singular or plural."""


def counted(number: float, one: str, several: str = "") -> str:
    """`1 item`, `2 items`, `0.5 items`; `several` is said of all but one, else `one` with an s."""
    shown = number if isinstance(number, int) else f"{number:g}"
    return f"{shown} {one if number == 1 else several or f'{one}s'}"
