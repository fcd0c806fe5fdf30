/**
 * Words and orders an address form as a country needs it, from the answer of GET /addresses/formats/{country}.
 * doorstep-checkout.js loads this when it is asked for labels; a form that cannot be worded stays as it is.
 */

const required = new WeakMap(); // as the shop wrote it: a country may ask for less, never for more

/** Apply `format` to `inputs` ({line1: element, …}). What the country has no use for is emptied and hidden. */
export function word(inputs, format, { wrapper, describe }) {
  const known = new Set(format.fields.map((field) => field.name));
  for (const [name, input] of Object.entries(inputs)) {
    if (name === "country") continue;
    if (!required.has(input)) required.set(input, input.required);
    wrapper(input).hidden = !known.has(name);
    if (!known.has(name)) Object.assign(input, { value: "", required: false });
  }
  const fields = format.fields.filter((field) => inputs[field.name]);
  reorder(fields.map((field) => wrapper(inputs[field.name])));
  for (const field of fields) {
    const input = inputs[field.name];
    title(input, field.label);
    input.required = field.required && required.get(input);
    if (input.tagName === "SELECT") choices(input, field.options);
    else Object.assign(input, { maxLength: field.max_length, placeholder: field.example });
    if (field.input_mode) input.inputMode = field.input_mode; // which keyboard a phone shows
    if (input.tagName === "INPUT") proposals(input, field.options ?? []);
    hint(input, field, describe);
  }
}

/** Put the fields that stand side by side into the country's order; what is in order stays, and keeps its focus. */
function reorder(boxes) {
  for (const row of new Set(boxes.map((box) => box.parentElement))) {
    const wanted = [...new Set(boxes)].filter((box) => box.parentElement === row);
    const there = [...row.children].filter((child) => wanted.includes(child));
    if (wanted.every((box, n) => box === there[n])) continue;
    const end = there[there.length - 1].nextSibling;
    for (const box of wanted) row.insertBefore(box, end);
  }
}

function title(input, text) {
  const label = input.labels?.[0];
  const node = label && [...label.childNodes].find((child) => child.nodeType === Node.TEXT_NODE && child.data.trim());
  if (node) node.data = text;
}

/** A list of states for a country that has one; without a list the select keeps its value and cannot be filled wrongly. */
function choices(select, options) {
  if (!options) return;
  const { value } = select;
  select.replaceChildren(new Option("", ""), ...options.map((it) => new Option(it.name, it.value)));
  select.value = options.some((it) => it.value === value) ? value : "";
}

/** For a field that is typed: the same list, as proposals. */
function proposals(input, options) {
  const id = `doorstep-list-${input.name || input.id}`;
  document.getElementById(id)?.remove();
  const list = Object.assign(document.createElement("datalist"), { id });
  list.append(...options.map((it) => new Option(it.name, it.value)));
  if (options.length) input.after(list);
  input.toggleAttribute("list", false);
  if (options.length) input.setAttribute("list", id);
}

function hint(input, field, describe) {
  const id = `doorstep-hint-${field.name}`;
  document.getElementById(id)?.remove();
  const text = Object.assign(document.createElement("p"), { id, className: "doorstep-hint", textContent: field.hint });
  if (field.hint) input.after(text);
  describe(input, field.hint && id);
}
