"""Street sources queue (bucket → SQS): what was uploaded, replaced or removed, the street table says as well."""

import json
import re
from dataclasses import dataclass
from typing import Any

from doorstep.platform.batch import Failures, each_record
from doorstep.platform.settings import Environment
from doorstep.platform.street_loader import StreetLoader
from doorstep.platform.street_sources import StreetSources, files_in

NAME = re.compile(r"[A-Za-z0-9._-]{1,128}")
BAD_NAME = json.dumps(
    {
        "status": "refused",
        "code": "bad_name",
        "message": "a source's name has letters, digits, dots, dashes and underscores, 128 at most, and no folders",
    }
)


@dataclass(frozen=True, slots=True)
class Settings(Environment):
    street_table: str
    street_sources_bucket: str


settings = Settings.from_environment()
sources = StreetSources(settings.street_sources_bucket)
loader = StreetLoader(settings.street_table, sources)


def handler(event: dict[str, Any], context: Any) -> Failures:
    return each_record(event, _load, what="street source")


def _load(body: Any, receive_count: int) -> None:
    for file, there in files_in(body, settings.street_sources_bucket):
        if NAME.fullmatch(file):
            loader.reconcile(file)
        elif there and file.rpartition("/")[2]:  # consoles make folders by empty objects
            sources.tell(file, BAD_NAME)
