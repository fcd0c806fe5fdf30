"""/tasks/{token}: the page behind the link in an alert. One case: how it stands, what to do, forms to record it."""

from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from doorstep.cases import working
from doorstep.cases.desk import CaseDesk
from doorstep.cases.rulebook import Rulebook
from doorstep.cases.store import ParcelFile
from doorstep.errors import Conflict, NotFound, Rejected
from doorstep.fields import Fields
from doorstep.messages import tasking, taskpage
from doorstep.messages.taskviews import TaskNotice
from doorstep.orders.link import Link, usable
from doorstep.platform.clock import now
from doorstep.platform.html import as_page, language, page_api
from doorstep.platform.http import form_body, request_id
from doorstep.platform.keyring import Keyring
from doorstep.platform.links import LinksTable
from doorstep.platform.orders_table import OrdersTable
from doorstep.platform.parcels_table import ParcelsTable
from doorstep.platform.secret import Secret
from doorstep.platform.settings import Environment


@dataclass(frozen=True, slots=True)
class Settings(Environment):
    orders_table: str
    links_table: str
    signing_secret: str
    policy: str
    ops_locale: str
    public_url: str


def error_page(api: APIGatewayRestResolver, error: Exception, status: int) -> str:
    locale = language(api, settings.ops_locale, audience="ops")
    if isinstance(error, NotFound) and error.code == "link_not_usable":
        return taskpage.task_gone_page(locale)
    return taskpage.task_problem_page(locale, status, request_id(api))


settings = Settings.from_environment()
keyring = Keyring(Secret(settings.signing_secret))
orders = OrdersTable(settings.orders_table)
table, rules = ParcelsTable(orders), Rulebook.from_json(settings.policy)
api = page_api(error_page)


@api.get("/tasks/<token>")
def look_at_task(token: str) -> Response[str]:
    link = usable(_links().find(token), "task", now())
    return _show(link, _file(link))


@api.post("/tasks/<token>")
def work_on_task(token: str) -> Response[str]:
    form, link = form_body(api), usable(_links().find(token), "task", now())
    file, notice = _file(link), _NOTICES.get(form.get("action", ""))
    if notice is None:
        raise Rejected.because("unknown_value", "action", "must be one of: " + ", ".join(_NOTICES))
    try:
        file = _work(form, file, link.subject)
    except Conflict:
        return _show(link, _file(link), "stale", form.get("operator", ""), 409)
    except Rejected as error:
        if any(problem.field == "operator" for problem in error.problems):
            return _show(link, file, "missing_name", status=400)
        raise
    return _show(link, _file(link), notice, form.get("operator", ""))


_NOTICES: dict[str, TaskNotice] = {"complete": "completed", "snooze": "snoozed", "resolve": "resolved"}


def _work(form: dict[str, str], file: ParcelFile, case: str) -> ParcelFile:
    work = working.decode_form(Fields(form))
    return {"complete": working.complete, "snooze": working.snooze, "resolve": working.close}[form["action"]](
        _desk(), file, case, work
    )


def _file(link: Link) -> ParcelFile:
    try:
        found = _desk().file_of(link.shop, link.order_id, link.subject)[0]
        return _desk().file(link.shop, link.order_id, found.parcel.id, scans=True)
    except NotFound as error:
        raise NotFound("link_not_usable", "this link no longer works") from error


def _show(
    link: Link, file: ParcelFile, notice: TaskNotice = "", operator: str = "", status: int = 200
) -> Response[str]:
    case = file.case(link.subject)
    if case is None:
        raise NotFound("link_not_usable", "this link no longer works")
    messages = orders.messages(link.shop, link.order_id)
    html = tasking.task_page(
        file,
        case,
        messages,
        links=_links(),
        rules=rules,
        locale=language(api, settings.ops_locale, audience="ops"),
        now=now(),
        notice=notice,
        operator=operator,
    )
    return as_page(html, status)


def _desk() -> CaseDesk:
    return CaseDesk(table, rules, now(), request_id(api))


def _links() -> LinksTable:
    base_url = settings.public_url.replace("{api}", str(api.current_event.request_context.api_id))
    return LinksTable(settings.links_table, keyring, base_url)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)
