"""The shipped mappings on files as the vendors write them."""

from pathlib import Path

import pytest

from leadtrace_ingest.importing.mapping_file import load_import_mapping, mapping_path, shipped_folder
from leadtrace_ingest.senders.item import Mapped
from leadtrace_ingest.senders.mapping.file import MappingError
from tests.unit.ingest.import_files import checked, events, names

NAMES = sorted(path.stem for path in shipped_folder().glob("*.yaml"))
# Object names that webhooks of the vendors use: subjects are the same.
OBJECTS = {
    "hubspot": {"contact", "company", "deal"},
    "salesforce": {"Lead", "Contact", "Account", "Opportunity"},
    "pipedrive": {"person", "organization", "deal"},
    "olist": {"lead", "deal"},
    "spend": set[str](),
}


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_mapping_speaks_of_the_vendors_own_objects(name: str) -> None:
    mapping = load_import_mapping(mapping_path(name), "EUR")
    assert mapping.rows.name == name
    assert set(mapping.rows.records.objects) <= OBJECTS[name.partition("-")[0]]
    assert mapping.file.columns


def test_a_mapping_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(MappingError, match="shipped are hubspot-calls, hubspot-companies"):
        mapping_path("hubspot")


def test_a_mistake_in_the_file_table_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(mapping_path("hubspot-deals").read_text().replace("  lists:", "  list:"))
    with pytest.raises(MappingError, match=r"file.list: unknown key; did you mean 'lists'"):
        load_import_mapping(path, "EUR")


def test_hubspot_contacts(tmp_path: Path) -> None:
    (one,) = checked(
        tmp_path,
        "hubspot-contacts",
        '"Record ID","First Name","Email","Lifecycle Stage","Original Traffic Source","Contact owner",'
        '"Create Date",'
        '"Last Modified Date","Associated Company IDs"\n'
        '"901","Ana","ana@acme.example","Marketing Qualified Lead","Offline Sources","Jane Doe",'
        '"2026-01-05 10:23",'
        '"2026-02-05 11:00","44"\n',
        "utf-8-sig",
    )
    assert events(one) == [
        ("lead.captured", "contact/901", "2026-01-05T10:23:59", {}),
        (
            "lead.updated",
            "contact/901",
            "2026-02-05T11:00:00",
            {
                "acquisition": {"channel": "offline"},
                "properties": {"company_domain": "acme.example", "owner_name": "Jane Doe"},
            },
        ),
        (
            "lead.stage_changed",
            "contact/901",
            "2026-02-05T11:00:59",
            {"stage": "mql", "claimed": "Marketing Qualified Lead", "asserted": True},
        ),
        ("account.linked", "company/44", "2026-02-05T11:00:00", {"lead": "crm/33 contact/901"}),
    ]


def test_hubspot_companies(tmp_path: Path) -> None:
    (one,) = checked(
        tmp_path,
        "hubspot-companies",
        "Record ID,Company name,Company Domain Name,Create Date,Last Modified Date\n44,Acme,"
        "acme.example,2026-01-05 10:23,2026-02-05 11:00\n",
    )
    assert names(one) == [("account.updated", "company/44"), ("account.updated", "company/44")]


@pytest.mark.parametrize(
    ("stage", "event", "time"),
    [
        ("Closed Won", "deal.won", "2026-02-03T09:15:59"),
        ("Closed Lost (Sales Pipeline)", "deal.lost", "2026-02-03T09:15:59"),
        ("Contract Sent", "deal.stage_changed", "2026-02-05T11:00:59"),
    ],
)
def test_hubspot_deals(tmp_path: Path, stage: str, event: str, time: str) -> None:
    (one,) = checked(
        tmp_path,
        "hubspot-deals",
        "Record ID,Deal Name,Deal Stage,Close Date,Amount,Create Date,Last Modified Date,"
        "Associated Contact IDs,"
        "Associated Company IDs\n"
        f'77,Big one,{stage},2026-02-03 09:15,"1,234.50",2026-01-05 10:23,2026-02-05 11:00,901;902,44\n',
    )
    found = events(one)
    assert [row[0] for row in found] == [
        "deal.created",
        "deal.updated",
        event,
        "deal.linked",
        "deal.linked",
        "account.linked",
    ]
    assert found[1][3]["amount"] == "1234.50"
    assert found[2][2] == time
    assert found[2][3] == {"claimed": stage, "asserted": True}
    assert [row[3]["lead"] for row in found[3:5]] == ["crm/33 contact/901", "crm/33 contact/902"]


@pytest.mark.parametrize(
    "content",
    [
        (
            "Id,FirstName,Email,Status,LeadSource,CreatedDate,LastModifiedDate\n"
            "00Q5g00000AbCdEEAV,Ana,ana@acme.example,Working - Contacted,Web,"
            "2026-01-05T10:23:00.000Z,2026-02-05T11:00:00.000Z\n"
        ),
        (
            '"Lead ID","First Name","Email","Lead Status","Lead Source","Created Date","Last Modified Date"\n'
            '"00Q5g00000AbCdE","Ana","ana@acme.example","Working - Contacted","Web","1/5/2026","2/5/2026"\n'
        ),
    ],
)
def test_salesforce_leads_of_data_loader_and_of_a_report(tmp_path: Path, content: str) -> None:
    (one,) = checked(tmp_path, "salesforce-leads", content)
    found = events(one)
    assert [row[:2] for row in found] == [
        ("lead.captured", "Lead/00Q5g00000AbCdEEAV"),
        ("lead.updated", "Lead/00Q5g00000AbCdEEAV"),
        ("lead.stage_changed", "Lead/00Q5g00000AbCdEEAV"),
    ]
    assert found[1][3]["acquisition"] == {"channel": "web"}
    assert found[2][3]["stage"] == "sal"


def test_salesforce_contacts(tmp_path: Path) -> None:
    (one,) = checked(
        tmp_path,
        "salesforce-contacts",
        "Id,AccountId,Email,CreatedDate,LastModifiedDate\n"
        "0035800000AbCdE,0015800000AbCdE,a@b.example,2026-01-05T10:23:00.000Z,2026-02-05T11:00:00.000Z\n",
    )
    assert names(one) == [
        ("lead.captured", "Contact/0035800000AbCdEAAV"),
        ("lead.updated", "Contact/0035800000AbCdEAAV"),
        ("account.linked", "Account/0015800000AbCdEAAV"),
    ]


def test_salesforce_opportunities(tmp_path: Path) -> None:
    (one,) = checked(
        tmp_path,
        "salesforce-opportunities",
        "Id,Name,StageName,Amount,CurrencyIsoCode,AccountId,ContactId,CloseDate,CreatedDate,"
        "LastModifiedDate\n"
        "0065800000AbCdE,Big,Closed Won,1000.5,USD,0015800000AbCdE,0035800000AbCdE,2026-02-01,"
        "2026-01-05T10:23:00.000Z,2026-02-05T11:00:00.000Z\n",
    )
    found = events(one)
    assert [row[0] for row in found] == [
        "deal.created",
        "deal.updated",
        "deal.won",
        "account.linked",
        "deal.linked",
    ]
    assert (found[1][3]["amount"], found[1][3]["currency"]) == ("1000.5", "USD")
    assert found[4][3]["lead"] == "crm/33 Contact/0035800000AbCdEAAV"


def test_pipedrive_people_and_organizations(tmp_path: Path) -> None:
    (person,) = checked(
        tmp_path,
        "pipedrive-people",
        "Person - ID,Person - Name,Person - Organization ID,Person - Email - Work,"
        "Person - Person created,Person - Update time\n"
        "5,Ana,6,ana@acme.example,2026-01-05 10:23:00,2026-02-05 11:00:00\n",
    )
    assert names(person) == [
        ("lead.captured", "person/5"),
        ("lead.updated", "person/5"),
        ("account.linked", "organization/6"),
    ]
    (organization,) = checked(
        tmp_path,
        "pipedrive-organizations",
        "Organization - ID,Organization - Name,Organization - Organization created,"
        "Organization - Update time\n"
        "6,Acme,2026-01-05 10:23:00,2026-02-05 11:00:00\n",
    )
    assert names(organization) == [("account.updated", "organization/6")] * 2


@pytest.mark.parametrize(
    ("status", "ended", "event", "time"),
    [
        ("Won", "2026-02-01 10:00:00,", "deal.won", "2026-02-01T10:00:00"),
        ("Lost", ",2026-02-02 10:00:00", "deal.lost", "2026-02-02T10:00:00"),
        ("Open", ",", "deal.stage_changed", "2026-02-05T11:00:00"),
    ],
)
def test_pipedrive_deals(tmp_path: Path, status: str, ended: str, event: str, time: str) -> None:
    (one,) = checked(
        tmp_path,
        "pipedrive-deals",
        "Deal - ID,Deal - Title,Deal - Status,Deal - Value,Deal - Currency of Value,Deal - Contact person ID,"
        "Deal - Deal created,Deal - Update time,Deal - Won time,Deal - Lost time\n"
        f"7,Big,{status},1000,EUR,5,2026-01-05 10:23:00,2026-02-05 11:00:00,{ended}\n",
    )
    found = events(one)
    assert [row[0] for row in found] == ["deal.created", "deal.updated", "deal.linked", event]
    assert found[3][2] == time


def test_pipedrive_activities(tmp_path: Path) -> None:
    done, nobody = checked(
        tmp_path,
        "pipedrive-activities",
        "Activity - ID,Activity - Type,Activity - Done,Activity - Due date,"
        "Activity - Contact person ID,Activity - Subject\n"
        "1,Call,Done,2026-01-05,5,Hello\n2,Call,To do,2026-01-06,,Hello\n",
    )
    assert [row[:2] for row in events(done)] == [("activity.recorded", "person/5")]
    assert events(done)[0][3]["kind"] == "call"
    assert not isinstance(nobody.result, Mapped)
    assert nobody.refusal is None


def test_a_shipped_mapping_goes_by_its_name_with_or_without_its_folder() -> None:
    assert mapping_path("olist-leads") == mapping_path("imports/olist-leads")
