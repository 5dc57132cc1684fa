"""[identity]: which records are taken for one person, and which keys say nothing of that."""

from typing import Annotated

from pydantic import Field, field_validator

from leadtrace.runtime.settings_groups import Group


class Identity(Group):
    """[identity]: which records are of one person."""

    fan_in: Annotated[int, Field(ge=1, le=1000)] = 10
    """Records that one e-mail address or phone number may join; shared by more it joins none of them."""
    default_region: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    """ISO 3166 code of the country of phone numbers without `+`; without it such numbers join nobody."""
    shared_mailboxes: tuple[str, ...] = (
        *("abuse", "accounting", "accounts", "admin", "all", "anfrage", "billing", "booking", "buchhaltung"),
        *("careers", "contact", "contacto", "einkauf", "enquiries", "finance", "hallo", "hello", "help"),
        *("hi", "hr", "info", "infos", "inquiries", "invoice", "jobs", "kontakt", "legal", "mail"),
        *("marketing", "no-reply", "noreply", "office", "orders", "post", "postmaster", "press", "privacy"),
        *("purchasing", "reception", "recruiting", "sales", "security", "service", "support", "team"),
        *("verkauf", "vertrieb", "web", "webmaster", "welcome"),
    )
    """Names before the @ that several people read."""
    junk: tuple[str, ...] = (
        *("a@a.com", "abc@abc.com", "asdf@asdf.com", "example.com", "example.net", "example.org"),
        *("mailinator.com", "none@none.com", "test.com", "test.de", "test@test.com"),
        *("+10000000000", "+11111111111", "+11234567890", "+4912345678", "+49123456789"),
    )
    """Addresses, domains and numbers that people type who want to be left alone."""

    @field_validator("shared_mailboxes", "junk")
    @classmethod
    def _lower_case(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one.strip().lower() for one in given)
