"""The contract of the bus while its broker dies: each test kills a broker of its own."""

import pytest

from leadtrace.testing.bus_contract_outage import AbsenceContract, AmnesiaContract, MemoryOfTheBrokerContract
from tests.contract.bus.buses import FORGETFUL, REMEMBERING


@FORGETFUL
class TestAbsence(AbsenceContract):
    pass


@FORGETFUL
class TestAmnesia(AmnesiaContract):
    pass


@pytest.mark.slow
@REMEMBERING
class TestMemoryOfTheBroker(MemoryOfTheBrokerContract):
    pass
