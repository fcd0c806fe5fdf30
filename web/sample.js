/**
 * The sample checkout page: attaches the widget, and shows what a shop's server would send to Doorstep.
 */
import { attach } from "./doorstep-checkout.js";
import { SAY } from "./sample-words.js";

const query = new URLSearchParams(location.search);
const api = query.get("api") ?? window.DOORSTEP?.apiUrl ?? "";
const key = query.get("key") ?? window.DOORSTEP?.apiKey ?? "";
const form = document.querySelector("#checkout");
const language = document.querySelector("#language");

const SAMPLES = {
  good: { line1: "842 Hennepin Ave", line2: "Apt 4", city: "Minneapolis", state: "MN", postal_code: "55403" },
  typo: { line1: "842 Hennepin Ave", line2: "Apt 4", city: "Minneapols", state: "MN", postal_code: "55403" },
  number: { line1: "Hennepin Ave", line2: "", city: "Minneapolis", state: "MN", postal_code: "55403" },
  conflict: { line1: "842 Hennepin Ave", line2: "", city: "Minneapolis", state: "MN", postal_code: "10001" },
  box: { line1: "PO Box 1234", line2: "", city: "Burlington", state: "VT", postal_code: "05402" },
};

const checkout = attach(form, { apiUrl: api, apiKey: key, panel: "#address-panel", labels: true });
document.querySelector("#offline").hidden = Boolean(api);

for (const button of document.querySelectorAll("[data-try]")) {
  button.addEventListener("click", () => {
    form.country.value = "US";
    form.country.dispatchEvent(new Event("change", { bubbles: true }));
    for (const [name, value] of Object.entries(SAMPLES[button.dataset.try])) {
      form[name].value = value;
      form[name].dispatchEvent(new Event("input", { bubbles: true }));
    }
    checkout.check();
  });
}

function speak(locale) {
  document.documentElement.lang = locale;
  language.value = locale;
  for (const it of document.querySelectorAll("[data-say]")) it.textContent = SAY[locale][it.dataset.say];
  return checkout.setLocale(locale);
}

language.addEventListener("change", () => speak(language.value));
const wanted = query.get("lang");
if (wanted in SAY && wanted !== "en") speak(wanted);

/** The body of POST /orders: the form's answers, and what the shop's server knows itself. */
function order(data) {
  const now = new Date(), shipBy = new Date(now.getTime() + 2 * 24 * 3600 * 1000);
  const names = ["line1", "line2", "city", "state", "postal_code", "country"];
  return {
    order_id: `S-${now.getTime().toString(36).toUpperCase()}`,
    shop: "demo-shop",
    platform: "own",
    placed_at: now.toISOString(),
    buyer: { name: data.get("name"), email: data.get("email"), locale: document.documentElement.lang },
    address: Object.fromEntries(names.map((name) => [name, data.get(name) ?? ""])),
    verdict_token: data.get("verdict_token"),
    choice: data.get("choice"),
    items: [
      { sku: "MUG-350", title: "Enamel mug, 350 ml", quantity: 2, value: 1500 },
      { sku: "KETTLE-1", title: "Camping kettle", quantity: 1, value: 4800 },
    ],
    total: { amount: 7800, currency: "USD" },
    ship_by: shipBy.toISOString(),
  };
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = JSON.stringify(order(new FormData(form)), null, 2);
  document.querySelector("#order").textContent = text;
  document.querySelector("#curl").textContent =
    `curl -sS -X POST '${api || "https://<api>/live"}/orders' \\\n  -H "Authorization: Bearer $MERCHANT_KEY" \\\n` +
    `  -H 'Content-Type: application/json' --data @order.json`;
  const placed = document.querySelector("#placed");
  placed.hidden = false;
  placed.focus();
});

form.addEventListener("input", () => { document.querySelector("#placed").hidden = true; });

document.querySelector("#copy").addEventListener("click", async () => {
  const say = SAY[document.documentElement.lang];
  const done = await navigator.clipboard?.writeText(document.querySelector("#order").textContent).then(() => true, () => false);
  document.querySelector("#copied").textContent = done ? say.copied : say.notCopied;
});
