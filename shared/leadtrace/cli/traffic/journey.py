"""How leads of the demonstration fare: by channel, how many get how far, and how long each step takes.

The numbers are made up, the shape is not: referrals are few and buy, social brings many who do not.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChannelShape:
    """A channel as HubSpot names it: its share of new leads, and the chance of each further step."""

    name: str
    share: int
    to_mql: float
    to_sql: float
    to_deal: float
    to_won: float


CHANNELS = (
    ChannelShape("ORGANIC_SEARCH", 27, 0.42, 0.45, 0.62, 0.34),
    ChannelShape("PAID_SEARCH", 22, 0.36, 0.38, 0.58, 0.29),
    ChannelShape("SOCIAL_MEDIA", 18, 0.21, 0.22, 0.45, 0.18),
    ChannelShape("EMAIL_MARKETING", 12, 0.47, 0.41, 0.60, 0.31),
    ChannelShape("DIRECT_TRAFFIC", 10, 0.40, 0.43, 0.61, 0.33),
    ChannelShape("REFERRALS", 7, 0.58, 0.55, 0.71, 0.44),
    ChannelShape("", 4, 0.30, 0.30, 0.50, 0.25),
)

JOB_TITLES = ("CEO", "Head of Marketing", "VP Sales", "IT Manager", "Sales Development Rep", "Student", "CTO")
COUNTRIES = ("Germany", "Austria", "Switzerland", "France", "Netherlands", "Brazil", "United States")
INDUSTRIES = (
    "COMPUTER_SOFTWARE",
    "MACHINERY",
    "RETAIL",
    "HOSPITAL_HEALTH_CARE",
    "LOGISTICS_AND_SUPPLY_CHAIN",
)
FIRST_NAMES = ("Ana", "Ben", "Chiara", "David", "Elif", "Femke", "Gustav", "Hanna", "Igor", "Julia")
LAST_NAMES = ("Almeida", "Bauer", "Costa", "Dubois", "Eriksen", "Fischer", "Gruber", "Huber", "Ivanova")
LOST_REASONS = ("price", "no budget", "went with a competitor", "no decision")
