"""The catalog in force: an item on DynamoDB that names files on S3, which are whole before they are named.

It has layers, each a file of its own; what stands of them together is a file too, which is all that a detector reads.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chartwatch.adapters.catalog_file import parse_catalog, write_catalog
from chartwatch.adapters.dynamodb import keys
from chartwatch.adapters.dynamodb.codec import number, text
from chartwatch.adapters.dynamodb.keys import CURRENT_CATALOG
from chartwatch.adapters.dynamodb.table import Item, Table
from chartwatch.adapters.layer_file import parse_layer, write_layer
from chartwatch.adapters.s3 import put_once
from chartwatch.domain.works.catalog import Catalog
from chartwatch.domain.works.facts import Layer
from chartwatch.domain.works.layers import Dossier, catalog_of
from chartwatch.errors import CatalogChanged
from chartwatch.services.ports import Held

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MOST_SLOTS = 1000
"""Slots that are kept of those which a change would take back."""

ATTEMPTS = 5
"""How often a layer is put over others that change at the same time."""


@dataclass
class DynamoCatalogs:
    """The catalog in force; implements `CatalogStore`. A catalog is read once, however often it is asked for.

    `starter` returns the layer that is in force before any other is. Whoever puts the first one in force puts that one
    beside it: from then on it changes when it is replaced, and not by a new release.
    """

    catalog_table: Table
    s3: "S3Client"
    bucket: str
    starter: Callable[[], tuple[Dossier, ...]] = tuple
    _read: tuple[str, Catalog] | None = None
    _layers: dict[str, tuple[Dossier, ...]] = field(default_factory=dict)

    def current(self) -> Catalog:
        """Return the catalog in force; that of the starter alone at first."""
        item = self.catalog_table.get(CURRENT_CATALOG)
        sha256 = item["sha256"]["S"] if item else ""
        if self._read is None or sha256 != self._read[0]:
            catalog = self._parsed(sha256, "the catalog in force") if sha256 else self._of_the_starter()
            self._read = sha256, catalog
        return self._read[1]

    def earlier(self, version: str) -> Catalog | None:
        """Return the catalog of that version, if it was ever in force."""
        for known in (Catalog(), self._of_the_starter()):
            if version == known.version:
                return known
        item = self.catalog_table.get(keys.catalog_version(version))
        return self._parsed(item["sha256"]["S"], "an earlier catalog") if item else None

    def layer(self, layer: Layer) -> tuple[Dossier, ...]:
        """Return the works of one layer of the catalog in force; none where there is no such layer."""
        return self._its(layer, _named(self.catalog_table.get(CURRENT_CATALOG)))

    def replace(self, layer: Layer, dossiers: Iterable[Dossier], *, before: Iterable[Dossier] | None = None) -> None:
        """Put another layer in force, in place of one of the same kind, over and under all others that there are.

        `before`: only if that is what the layer is still. What is in force already changes nothing. Raises
        `CatalogChanged` when it is something else, and when others change again and again.
        """
        sha256 = self._put_layer(layer, dossiers)
        expected = hashlib.sha256(write_layer(before)).hexdigest() if before is not None else None
        for _ in range(ATTEMPTS):
            item = self.catalog_table.get(CURRENT_CATALOG)
            named = _named(item) or {Layer.STARTER: self._put_layer(Layer.STARTER, self.starter())}
            known = hashlib.sha256(write_layer(self._its(layer, named))).hexdigest()
            if expected is not None and known != expected:
                break
            if self._swap(item, {**named, layer: sha256}):
                return
        raise CatalogChanged(layer.name.lower())

    def is_in_force(self, layer: Layer, dossiers: Iterable[Dossier]) -> bool:
        """Return whether a layer was put in force, and is these works."""
        named = _named(self.catalog_table.get(CURRENT_CATALOG))
        return named.get(layer) == hashlib.sha256(write_layer(dossiers)).hexdigest()

    def foreseen(self, layer: Layer, dossiers: Iterable[Dossier]) -> Catalog:
        """Return what the catalog would be with another layer; nothing is changed."""
        named, new = _named(self.catalog_table.get(CURRENT_CATALOG)), tuple(dossiers)
        return catalog_of(its for one in Layer for its in (new if one is layer else self._its(one, named)))

    def held(self) -> Sequence[Held]:
        """Return the changes that wait for a person."""
        items = self.catalog_table.query(CURRENT_CATALOG.pk, keys.HELD)
        return [self._held(item) for item in items if int(item["works"]["N"])]

    def hold(self, held: Held) -> None:
        """Let a change of a layer wait for a person, in place of the one that did; one of no works is none."""
        item = {
            **keys.held(held.layer.name).attributes,
            "sha256": text(self._put_layer(held.layer, held.dossiers)),
            "works": number(len(held.dossiers)),
            # As many as a person reads, and an item has room for.
            "slots": text("\n".join(held.taken_back[:MOST_SLOTS])),
        }
        self.catalog_table.put(item)

    def _held(self, item: Item) -> Held:
        layer = Layer[item["sk"]["S"].removeprefix(keys.HELD)]
        sha256 = item["sha256"]["S"]
        return Held(layer, self._its(layer, {layer: sha256}), tuple(item["slots"]["S"].splitlines()), sha256)

    def _swap(self, item: Item | None, named: Mapping[Layer, str]) -> bool:
        """Put the catalog of layers in force, by the names of their files, if `item` is what is in force still."""
        catalog = catalog_of(dossier for layer in Layer for dossier in self._its(layer, named))
        sha256 = self._put("", write_catalog(catalog), "text/csv")
        version = {**keys.catalog_version(catalog.version).attributes, "sha256": text(sha256)}
        self.catalog_table.put_if(version, "attribute_not_exists(pk)", {})
        layers = " ".join(f"{layer.name}:{name}" for layer, name in sorted(named.items()))
        after = {
            **CURRENT_CATALOG.attributes,
            "sha256": text(sha256),
            "works": number(len(catalog)),
            "layers": text(layers),
        }
        if item is None:
            return self.catalog_table.put_if(after, "attribute_not_exists(pk)", {})
        if item == after:
            return True
        return self.catalog_table.put_if(after, "layers = :before", {":before": item["layers"]})

    def _its(self, layer: Layer, named: Mapping[Layer, str]) -> tuple[Dossier, ...]:
        """Return the works of a layer, by the names of the layers' files."""
        name = named.get(layer)
        if name is None:
            return self.starter() if layer is Layer.STARTER else ()
        if name not in self._layers:
            body = self.s3.get_object(Bucket=self.bucket, Key=_key(_folder(layer), name))["Body"].read()
            self._layers[name] = parse_layer(body, layer, f"the layer {_folder(layer)}")
        return self._layers[name]

    def _of_the_starter(self) -> Catalog:
        return catalog_of(self.starter())

    def _put_layer(self, layer: Layer, dossiers: Iterable[Dossier]) -> str:
        return self._put(_folder(layer), write_layer(dossiers), "application/json")

    def _put(self, folder: str, body: bytes, content_type: str) -> str:
        """Write a file, unless it is there, and return its SHA-256."""
        sha256 = hashlib.sha256(body).hexdigest()
        put_once(self.s3, Bucket=self.bucket, Key=_key(folder, sha256), Body=body, ContentType=content_type)
        return sha256

    def _parsed(self, sha256: str, name: str) -> Catalog:
        body = self.s3.get_object(Bucket=self.bucket, Key=_key("", sha256))["Body"].read()
        return parse_catalog(body, name)


def _named(item: Item | None) -> dict[Layer, str]:
    """Return the files of the layers in force."""
    named = (each.split(":") for each in item["layers"]["S"].split()) if item else ()
    return {Layer[layer]: sha256 for layer, sha256 in named}


def _folder(layer: Layer) -> str:
    return layer.name.lower().replace("_", "-")


def _key(folder: str, sha256: str) -> str:
    return f"catalog/{folder}/{sha256}.json" if folder else f"catalog/{sha256}.csv"
