"""Text that somebody decoded as what it was not: `Ã\\x89lite`, whose UTF-8 was read as Latin-1."""

from ftfy import TextFixerConfig, fix_encoding

# Of what ftfy does to an encoding, only what is read back byte by byte: a lost byte is not guessed.
_EXACTLY = TextFixerConfig(restore_byte_a0=False, replace_lossy_sequences=False)


def well_decoded(text: str) -> str:
    """Return the text as it was meant, where it is certain that it was decoded wrongly; else as it is.

    Nothing but the encoding changes: quotation marks, widths and spaces stay.
    """
    if text.isascii():
        return text
    right = fix_encoding(text, _EXACTLY)
    # A letter that only a lost space would make wrong is right: Â and a space are also a no-break space read wrongly.
    return right if right.count(" ") == text.count(" ") else text
