/**
 * Doorstep's checkout widget (see README.md): asks about the address while the buyer types, never stands in an order's
 * way. Only the verdict `fix` holds the form, and the buyer can insist; without a verdict the form goes.
 */

const FIELDS = {
  line1: "address-line1", line2: "address-line2", city: "address-level2",
  state: "address-level1", postal_code: "postal-code", country: "country",
};

const WORDS = {
  en: {
    checking: "Checking the address…", good: "Address checked.", look: "Please take another look at the address.",
    mend: "Please correct the address, or use it as entered.", meant: "Did you mean this address?",
    take: "Use this address", keep: "Keep what I typed", insist: "Use it as entered",
    taken: "Thank you. We use the suggested address.", kept: "Thank you. We use the address as you typed it.",
    ask: "Which apartment, suite or unit is it?", unit: "Apartment, suite, unit", add: "Add", none: "There is none",
  },
  es: {
    checking: "Comprobando la dirección…", good: "Dirección comprobada.", look: "Revise de nuevo la dirección.",
    mend: "Corrija la dirección o úsela tal como está.", meant: "¿Quiso decir esta dirección?",
    take: "Usar esta dirección", keep: "Dejar lo que escribí", insist: "Usarla tal como está",
    taken: "Gracias. Usaremos la dirección sugerida.", kept: "Gracias. Usaremos la dirección como la escribió.",
    ask: "¿Qué apartamento, piso o unidad es?", unit: "Apartamento, piso, unidad", add: "Añadir", none: "No hay",
  },
  "zh-CN": {
    checking: "正在核对地址…", good: "地址已核对。", look: "请再核对一下地址。", mend: "请更正地址，或按原样使用。",
    meant: "您要填写的是这个地址吗？", take: "使用此地址", keep: "保留我填写的", insist: "按原样使用",
    taken: "谢谢，将使用建议的地址。", kept: "谢谢，将使用您填写的地址。",
    ask: "请问是哪个公寓、楼层或单元？", unit: "公寓、楼层、单元", add: "添加", none: "没有",
  },
};

let attached = 0;

/** Options: apiUrl, apiKey, locale, country, fields, panel, labels, timeout. */
export function attach(form, options = {}) {
  const id = `doorstep-${++attached}`;
  const { apiUrl = "", apiKey = "", country = "US", timeout = 3000 } = options;
  const shop = options.shop ? `?shop=${encodeURIComponent(options.shop)}` : "";
  let locale = options.locale || document.documentElement.lang || "en";
  let seen = null; // {key, verdict}: what was said last, and of which address; null: nobody could say
  let asking = null; // {key, promise}: the question under way
  let doubted = false, filling = false, holding = false, timer;

  const inputs = {};
  for (const [name, token] of Object.entries(FIELDS)) {
    const given = options.fields?.[name] ?? `[name="${name}"], [autocomplete~="${token}"]`;
    const found = typeof given === "string" ? form.querySelector(given) : given;
    if (found) inputs[name] = found;
  }
  const all = Object.values(inputs), gone = new AbortController();
  const token = hidden("verdict_token"), choice = hidden("choice");
  const panel = make("div", "doorstep"), status = make("p"), more = make("div");
  status.setAttribute("role", "status");
  panel.append(status, more);
  const place = typeof options.panel === "string" ? document.querySelector(options.panel) : options.panel;
  place ? place.append(panel) : wrapper(all[all.length - 1]).after(panel);

  const words = () => WORDS[{ es: "es", zh: "zh-CN" }[locale.slice(0, 2)] ?? "en"];
  const complete = (a) => a.line1 && (a.postal_code || (a.city && a.state));
  const say = (text) => { status.textContent = text; };
  const typed = () => Object.entries(inputs).reduce((a, [name, it]) => ({ ...a, [name]: it.value.trim() }), { country });

  function hidden(name) {
    return Object.assign(form.elements[name] ?? form.appendChild(make("input")), { type: "hidden", name });
  }

  async function call(path, body) {
    const answer = await fetch(apiUrl + path, {
      method: body ? "POST" : "GET", body: body && JSON.stringify(body), credentials: "omit",
      headers: { "X-Api-Key": apiKey, ...(body && { "Content-Type": "application/json" }) },
      signal: AbortSignal.timeout(timeout),
    });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    return answer.json();
  }

  /** Ask about the address as it stands: the verdict, or null when there is none. Never rejects. */
  function check() {
    const address = typed(), key = JSON.stringify(address);
    if (seen?.key === key) return Promise.resolve(seen.verdict);
    if (asking?.key === key) return asking.promise;
    asking = null;
    if (!apiUrl || !complete(address)) return Promise.resolve(null);
    const question = { key };
    const slow = setTimeout(() => say(words().checking), 400);
    question.promise = call(`/addresses/validate${shop}`, { ...address, locale })
      .catch(({ message }) => {
        if (asking === question) console.warn(`doorstep: address not checked, the order goes through (${message})`);
      })
      .then((answer) => {
        clearTimeout(slow);
        if (asking !== question) return null; // the buyer typed on
        const verdict = answer?.verdict ? answer : null;
        asking = null;
        seen = { key, verdict };
        if (doubted && !choice.value) choice.value = "edited";
        doubted = doubted || (verdict?.verdict ?? "accept") !== "accept";
        token.value = verdict?.verdict_token ?? "";
        show();
        form.dispatchEvent(new CustomEvent("doorstep:verdict", { bubbles: true, detail: verdict }));
        return verdict;
      });
    asking = question;
    return question.promise;
  }

  function show() {
    clear();
    const { verdict, issues = [], suggestions = [] } = seen?.verdict ?? {};
    if (!verdict) return;
    if (verdict !== "accept" && choice.value === "as_entered") return say(words().kept);
    issues.forEach(note);
    if (verdict === "accept") return say(choice.value === "suggestion" ? words().taken : words().good);
    say({ fix: words().mend, add_unit: words().ask }[verdict] ?? words().look);
    const box = more.appendChild(make("div"));
    if (verdict === "add_unit") askUnit(box);
    suggestions.slice(0, 2).forEach((it, n) => offer(box, it, n));
    const way = verdict === "add_unit" ? "none" : suggestions.length && verdict !== "fix" ? "keep" : "insist";
    if (box.lastChild) box.className = "doorstep-box";
    (suggestions.length ? box.lastChild : box).append(button(words()[way], () => {
      choice.value = "as_entered";
      show();
      inputs.line1?.focus();
    }));
  }

  function offer(box, { address, changed = [] }, n) {
    const group = box.appendChild(make("div")), text = make("div", "doorstep-address");
    group.setAttribute("role", "group");
    if (!n) group.append(make("p", "doorstep-title", words().meant));
    const place = address.country === "US" ? ["city", "state", "postal_code"] : ["postal_code", "city", "state"];
    for (const line of [["line1"], ["line2"], place]) {
      const row = text.appendChild(make("span"));
      for (const name of line.filter((it) => address[it])) {
        row.append(row.hasChildNodes() ? " " : "", changed.includes(name) ? make("mark", "", address[name]) : address[name]);
      }
    }
    const take = button(words().take, () => fill(address, "suggestion"), !n);
    text.id = `${id}-offer-${n}`;
    take.setAttribute("aria-describedby", text.id);
    group.append(text, take);
  }

  function askUnit(box) {
    const label = make("label", "", words().unit), input = make("input");
    label.htmlFor = input.id = `${id}-unit`;
    const add = () => {
      const unit = input.value.trim(), [name, glue] = inputs.line2 ? ["line2", " "] : ["line1", ", "];
      if (unit) fill({ [name]: [inputs[name].value.trim(), unit].filter(Boolean).join(glue) }, "edited");
      else input.focus();
    };
    input.onkeydown = (event) => {
      if (event.key === "Enter") add(event.preventDefault());
    };
    box.append(label, input, " ", button(words().add, add, true));
  }

  function fill(address, why) {
    filling = true;
    for (const [name, input] of Object.entries(inputs)) {
      if (!(name in address) || input.value === address[name]) continue;
      input.value = address[name];
      for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
    }
    filling = false;
    choice.value = why;
    inputs.line1?.focus();
    check();
  }

  function note({ field, severity, message }, n) {
    const input = inputs[field], text = make("p", `doorstep-issue doorstep-${severity}`, message);
    if (!input) return more.append(text);
    text.id = `${id}-issue-${n}`;
    input.after(text);
    describe(input, text.id);
    if (severity === "error") input.setAttribute("aria-invalid", "true");
  }

  function clear() {
    for (const old of form.querySelectorAll(".doorstep-issue")) old.remove();
    for (const input of all) {
      input.removeAttribute("aria-invalid");
      describe(input);
    }
    more.replaceChildren();
    say("");
  }

  function typing({ target }) {
    if (!filling && all.includes(target)) token.value = choice.value = "";
  }

  function left({ target }) {
    if (filling || !all.includes(target)) return;
    if (target === inputs.country) label();
    clearTimeout(timer);
    timer = setTimeout(check, 150); // autofill changes many fields at once
  }

  /** Hold the form while the question is open, and while the address must be mended and nobody insists. */
  function submitted(event) {
    const address = typed(), known = seen?.key === JSON.stringify(address);
    const blocked = known && seen.verdict?.verdict === "fix" && choice.value !== "as_entered";
    if (!blocked && (known || !apiUrl || !complete(address))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (blocked) {
      show();
      (all.find((it) => it.getAttribute("aria-invalid")) ?? more.querySelector("button")).focus();
    } else if (!holding) {
      holding = true;
      check().then(() => {
        holding = false;
        form.requestSubmit(event.submitter);
      });
    }
  }

  async function label() {
    if (!options.labels || !apiUrl) return;
    const path = () => `/addresses/formats/${encodeURIComponent(typed().country)}?locale=${encodeURIComponent(locale)}`;
    const asked = path();
    try {
      const [{ word }, format] = await Promise.all([import("./doorstep-labels.js"), call(asked)]);
      if (asked === path()) word(inputs, format, { wrapper, describe });
    } catch ({ message }) {
      console.warn(`doorstep: the form keeps its own labels (${message})`);
    }
  }

  function setLocale(to) {
    locale = to;
    const again = seen ?? asking;
    seen = asking = null;
    return Promise.all([label(), again && check()]);
  }

  function detach() {
    asking = null;
    clearTimeout(timer);
    clear();
    panel.remove();
    gone.abort();
  }

  for (const [kind, heard] of [["input", typing], ["change", left], ["submit", submitted]]) {
    form.addEventListener(kind, heard, { capture: true, signal: gone.signal });
  }
  label();
  return { check, setLocale, detach };
}

/** What holds a field and its label. */
const wrapper = (input) => input.closest("[data-doorstep-field]") ?? input.parentElement;

/** Point a field to its notes: to `id` too, and not to those that are gone. */
function describe(input, id) {
  const ids = new Set((input.getAttribute("aria-describedby") ?? "").split(" ").concat(id ?? ""));
  const there = [...ids].filter((it) => it && document.getElementById(it));
  if (there.length) input.setAttribute("aria-describedby", there.join(" "));
  else input.removeAttribute("aria-describedby");
}

const make = (tag, className = "", textContent = "") =>
  Object.assign(document.createElement(tag), { className, textContent });

const button = (text, onclick, first = false) =>
  Object.assign(make("button", first ? "doorstep-first" : "", text), { type: "button", onclick });
