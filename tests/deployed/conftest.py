"""One local AWS with one deployed stack for all tests here that one process runs; each has a chart of its own on it."""

import hashlib
from collections.abc import Iterator

import pytest

from chartwatch_local.aws import LocalAws, local_aws
from chartwatch_local.checkout import TOOLS
from chartwatch_local.demo import parameters
from chartwatch_local.deploy import Build, build, deploy
from chartwatch_local.mapping import mappings
from chartwatch_local.pipeline import Pipeline
from chartwatch_local.provider import Provider
from tests.deployed.charts import Chart
from tests.lookups import Lookups


@pytest.fixture(scope="session")
def made() -> Build:
    if not (TOOLS / ".ready").exists():
        pytest.skip("SAM CLI and the local AWS are not installed: make tools")
    return build()


@pytest.fixture(scope="session")
def aws(made: Build) -> Iterator[LocalAws]:
    with local_aws(made.artifact) as its:
        yield its


@pytest.fixture(scope="session")
def its_provider(aws: LocalAws) -> Provider:
    return Provider(aws)


@pytest.fixture(scope="session")
def its_lookups() -> Iterator[Lookups]:
    with Lookups() as its:
        yield its


@pytest.fixture(scope="session")
def pipeline(aws: LocalAws, made: Build, its_provider: Provider, its_lookups: Lookups) -> Iterator[Pipeline]:
    # With alarms, so that the nested stack is deployed too.
    values = {**parameters(its_provider), "AlarmEmail": "alarms@example.com", "WikidataAddress": its_lookups.wikidata}
    deployed = Pipeline(aws, deploy(aws, made, values))
    with mappings(aws):
        yield deployed


@pytest.fixture
def chart(request: pytest.FixtureRequest, pipeline: Pipeline, its_provider: Provider) -> Chart:
    name: str = request.node.name
    return Chart(f"chart-{hashlib.sha256(name.encode()).hexdigest()[:12]}", pipeline, its_provider)
