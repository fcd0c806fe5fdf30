"""From a case and its file to the page on which ops works on it, and the texts it may paste."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from doorstep.address import label
from doorstep.cases.case import Case
from doorstep.cases.offer import Offer
from doorstep.cases.rulebook import Rulebook
from doorstep.cases.store import ParcelFile
from doorstep.messages import money, parcels, taskpage
from doorstep.messages.catalogue import choose, texts
from doorstep.messages.message import Message
from doorstep.messages.moments import told
from doorstep.messages.paste import text_to_paste
from doorstep.messages.ports import Links, MessageFile
from doorstep.messages.taskviews import (
    Paste,
    ShownChoice,
    ShownEntry,
    ShownScan,
    ShownStep,
    TaskNotice,
    TaskView,
)
from doorstep.orders.order import Order
from doorstep.parcels import timeline

_RUNNING: Final = ("open", "accepted", "requested")


def task_page(
    file: ParcelFile,
    case: Case,
    messages: list[Message],
    *,
    links: Links,
    rules: Rulebook,
    locale: str,
    now: datetime,
    notice: TaskNotice = "",
    operator: str = "",
) -> str:
    """The page of one case. `messages` are the order's: what was handed over for pasting is shown with its text."""
    order, parcel, progress = file.order.order, file.parcel, file.parcel.progress
    shown, offer = parcels.shown_parcel(parcel, rules, locale), file.offer_in(case)
    redirect = offer is not None and any(option.warns for option in offer.options)
    view = TaskView(
        locale=locale,
        shop=order.shop,
        order_id=order.order_id,
        platform=order.platform,
        case=case.id,
        kind=case.kind,
        severity=case.severity,
        state=case.state,
        resolution=case.resolution,
        reason="" if case.origin == "buyer" else case.reason,
        carrier=shown.carrier,
        number=shown.number,
        url=shown.url,
        milestone=progress.milestone,
        since=_told(progress.since, locale),
        moved_at=_told(progress.moved_at, locale),
        attempts=progress.attempts,
        attempts_left=rules.attempts_left(parcel),
        buyer_name=order.buyer.name,
        address_lines=tuple(label(file.label_address.ship_to)),
        order_value=money.told(order.total.amount, order.total.currency),
        step=_step(case, rules, locale, now),
        snoozed_until=_told(case.snoozed_until, locale),
        choice=_choice(file, offer, locale),
        offered=tuple(option.name for option in offer.options) if offer is not None and offer.state == "open" else (),
        offer_until=_told(offer.expires_at, locale) if offer is not None and offer.state == "open" else "",
        protection=order.platform if redirect else "",
        pastes=_pastes(file, case, messages, links, rules),
        scans=_scans(file, locale, now),
        history=tuple(
            ShownEntry(_told(it.at, locale), it.what, it.detail, it.by, it.note) for it in reversed(case.history)
        ),
        shown_step=case.step,
        shown_version=len(case.history),
        notice=notice,
        operator=operator,
        by_buyer=case.origin == "buyer",
    )
    return taskpage.task_page(view)


def _step(case: Case, rules: Rulebook, locale: str, now: datetime) -> ShownStep | None:
    step = rules.playbooks.having(case.kind).steps.get(case.step)
    if step is None or case.state != "open" or case.step_due_at is None:
        return None
    late = case.step_due_at <= now
    return ShownStep(step.name, step.owner, _told(case.step_due_at, locale), late, tuple(step.outcomes))


def _choice(file: ParcelFile, offer: Offer | None, locale: str) -> ShownChoice | None:
    option = offer.choice if offer is not None else None
    if offer is None or option is None:
        return None
    new = next((it for it in file.order.addresses if it.version == offer.address_version), None)
    at = offer.consent.get("at")
    return ShownChoice(
        option=option.name,
        fee=money.told(option.fee, option.currency) if option.fee else "",
        paid_by=option.paid_by,
        state=offer.state,
        new_lines=tuple(label(new.ship_to)) if new else (),
        warns=option.warns,
        consent_at=_told(datetime.fromisoformat(str(at)), locale) if at else "",
    )


def _pastes(file: ParcelFile, case: Case, messages: list[Message], links: Links, rules: Rulebook) -> tuple[Paste, ...]:
    """What the buyer should read: our own messages where a marketplace keeps the address, else words for the kind."""
    order = file.order.order
    handed = [it for it in messages if it.case == case.id and it.channel == "paste"]
    language = choose(order.buyer.locale)
    told_already = tuple(
        Paste(text["subject"], text["text"], language)
        for text in (text_to_paste(MessageFile(it, file.order, file), links, rules) for it in handed)
    )
    return told_already or _words(file, case, order, rules, language)


def _words(file: ParcelFile, case: Case, order: Order, rules: Rulebook, language: str) -> tuple[Paste, ...]:
    say = texts(language)
    if case.kind not in say.names("paste"):
        return ()
    shown = parcels.shown_parcel(file.parcel, rules, language)
    shop = rules.policies.of(order.shop).name
    text = say.say(f"paste.{case.kind}", order=order.order_id, shop=shop, carrier=shown.carrier, number=shown.number)
    return (Paste("", text, language),)


def _scans(file: ParcelFile, locale: str, now: datetime) -> tuple[ShownScan, ...]:
    read = timeline.read(file.scans, label_created_at=file.parcel.label_created_at, now=now)
    counted = {scan.digest for scan in read.counted}
    each = sorted((*read.counted, *read.set_aside), key=lambda scan: scan.position, reverse=True)
    return tuple(
        ShownScan(
            at=_told(scan.occurred_at, locale),
            milestone=scan.milestone,
            reason=scan.reason,
            place=parcels.place(scan.location),
            code=scan.raw_code,
            text=scan.text,
            counted=scan.digest in counted,
        )
        for scan in each
    )


def _told(moment: datetime | None, locale: str) -> str:
    if moment is None:
        return ""
    say = texts(locale, "ops")
    return told(moment, say, say.sentence("moment.told_in"))
