"""Acts: names of artists that the form of a credit does not tell, as the Hot 100's number ones need them.

A catalog adds others: a work of the kind `artist` says by its title and aliases what one act is called.
"""

from collections.abc import Mapping

from chartwatch.domain.works.titles import title_key

ONE_ACT = (
    "Blood, Sweat & Tears",
    "Captain & Tennille",
    "Emerson, Lake & Palmer",
    "Florence + the Machine",
    "Hamilton, Joe Frank & Reynolds",
    "Hootie & the Blowfish",
    "Lisa Lisa And Cult Jam",
    "Lisa Loeb & Nine Stories",
    "Macklemore & Ryan Lewis",
    "Nino Tempo & April Stevens",
    "The Mamas & The Papas",
    "Tony Orlando & Dawn",
)
"""Acts whose names look like those of several."""

OF_ONE_WORD = ("Beyonce", "Brandy", "Drake", "Eminem", "Future", "Ludacris", "Monica", "Rihanna", "Shakira", "Usher")
"""Artists of one word, known by themselves: two of them together are two, where other pairs of words are one act."""

OTHER_NAMES = {
    "Beyoncé": "Beyonce",
    "Dawn": "Tony Orlando & Dawn",
    "Diana Ross & The Supremes": "The Supremes",
    "Diddy": "Puff Daddy",
    "Dionne & Friends": "Dionne Warwick",
    "Dionne Warwicke": "Dionne Warwick",
    "Gloria Estefan & Miami Sound Machine": "Gloria Estefan",
    "Janet": "Janet Jackson",
    "Jay Z": "Jay-Z",
    "K-Ci And JoJo": "K-Ci & JoJo",
    "Kesha": "Ke$ha",
    "Little Stevie Wonder": "Stevie Wonder",
    "P. Diddy": "Puff Daddy",
    "Paul & Linda McCartney": "Paul McCartney",
    "Paul McCartney And Wings": "Paul McCartney",
    "Pharrell": "Pharrell Williams",
    "Pink": "P!nk",
    "Prince And The N.P.G.": "Prince",
    "Prince And The Revolution": "Prince",
    "Roy Orbison And The Candy Men": "Roy Orbison",
    "Smokey Robinson & The Miracles": "The Miracles",
    "Steve Miller": "The Steve Miller Band",
    "The Captain & Tennille": "Captain & Tennille",
    "The Elton John Band": "Elton John",
    "The Young Rascals": "The Rascals",
    "Wings": "Paul McCartney",
}
"""Other names, and the act that is meant."""

ACTS: Mapping[str, str] = {title_key(name): name for name in (*ONE_ACT, *OF_ONE_WORD, *OTHER_NAMES.values())} | {
    title_key(name): act for name, act in OTHER_NAMES.items()
}
"""What acts are called, by the keys of their names."""
