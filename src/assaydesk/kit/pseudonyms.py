"""Names under which people appear in reports without being named: an adjective and an animal."""

from secrets import choice, randbelow
from typing import Final

ADJECTIVES: Final = (
    "Amber", "Ancient", "Brave", "Bright", "Brisk", "Calm", "Candid", "Careful", "Cheerful", "Clever", "Copper",
    "Coral", "Crimson", "Curious", "Daring", "Dashing", "Eager", "Early", "Earnest", "Elegant", "Emerald", "Fair",
    "Fearless", "Festive", "Gentle", "Gilded", "Glad", "Golden", "Graceful", "Grand", "Happy", "Hardy", "Hidden",
    "Honest", "Humble", "Indigo", "Jolly", "Keen", "Kind", "Lively", "Loyal", "Lucky", "Mellow", "Merry", "Mild",
    "Modest", "Nimble", "Noble", "Olive", "Patient", "Peaceful", "Playful", "Polite", "Proud", "Quick", "Quiet",
    "Radiant", "Rapid", "Rosy", "Royal", "Ruby", "Rustic", "Scarlet", "Serene", "Sharp", "Silent", "Silver", "Sincere",
    "Steady", "Sunny", "Swift", "Tender", "Tidy", "Tranquil", "Trusty", "Upbeat", "Valiant", "Velvet", "Vivid", "Warm",
    "Wise", "Witty", "Zesty",
)  # fmt: skip
ANIMALS: Final = (
    "Albatross", "Alpaca", "Antelope", "Badger", "Beaver", "Bison", "Bobcat", "Buffalo", "Camel", "Caribou", "Cheetah",
    "Condor", "Cormorant", "Crane", "Cricket", "Curlew", "Deer", "Dolphin", "Dormouse", "Dragonfly", "Eagle", "Egret",
    "Elk", "Falcon", "Ferret", "Finch", "Firefly", "Flamingo", "Fox", "Gazelle", "Gecko", "Gibbon", "Giraffe",
    "Goldfinch", "Goose", "Grouse", "Hare", "Hawk", "Hedgehog", "Heron", "Horse", "Ibex", "Ibis", "Iguana", "Impala",
    "Jackdaw", "Jaguar", "Jay", "Kestrel", "Kingfisher", "Kiwi", "Koala", "Lark", "Lemur", "Leopard", "Lion", "Llama",
    "Lynx", "Magpie", "Marmot", "Marten", "Mink", "Mole", "Moose", "Moth", "Nightingale", "Ocelot", "Octopus", "Oriole",
    "Osprey", "Otter", "Owl", "Panda", "Panther", "Pelican", "Penguin", "Pheasant", "Plover", "Puffin", "Quail",
    "Rabbit", "Raven", "Robin", "Salmon", "Seal", "Sparrow", "Squirrel", "Stork", "Swallow", "Swan", "Tiger", "Toucan",
    "Turtle", "Walrus", "Weasel", "Whale", "Wolf", "Wombat", "Woodpecker", "Wren", "Zebra",
)  # fmt: skip


def random_pseudonym(*, numbered: bool = False) -> str:
    """One of about 8,000 names; `numbered` gives about a thousand times as many, for when the short ones run out."""
    name = f"{choice(ADJECTIVES)} {choice(ANIMALS)}"
    return f"{name} {randbelow(998) + 2}" if numbered else name
