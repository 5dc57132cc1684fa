"""The contract of the bus against every implementation: the twin in memory and the real brokers."""

from leadtrace.testing.bus_contract import LagContract, RecordsContract, ReplicationContract, TopicsContract
from leadtrace.testing.bus_contract_groups import GroupsContract, OffsetsContract
from tests.contract.bus.buses import BUSES_THAT_REPLICATE, BUSES_WITH_GROUPS, EVERY_BUS


@EVERY_BUS
class TestRecords(RecordsContract):
    pass


@EVERY_BUS
class TestTopics(TopicsContract):
    pass


@BUSES_THAT_REPLICATE
class TestReplication(ReplicationContract):
    pass


@EVERY_BUS
class TestLag(LagContract):
    pass


@EVERY_BUS
class TestOffsets(OffsetsContract):
    pass


@BUSES_WITH_GROUPS
class TestGroups(GroupsContract):
    pass
