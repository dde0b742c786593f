// How things are written, and how elements are made. Text from elsewhere only ever becomes text.

const numbers = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

export const count = value => value == null ? "–" : numbers.format(value);

export const rate = value => value == null ? "–" : numbers.format(value >= 10 ? Math.round(value) : value);

export function duration(milliseconds) {
  if (milliseconds == null) return "–";
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${numbers.format(milliseconds / 1000)} s`;
  return milliseconds < 3_600_000 ? `${numbers.format(milliseconds / 60_000)} min` : `${numbers.format(milliseconds / 3_600_000)} h`;
}

export function money(minorUnits, currency) {
  if (minorUnits == null || !currency) return "";
  try {
    const format = new Intl.NumberFormat("en", { style: "currency", currency });
    return format.format(minorUnits / 10 ** format.resolvedOptions().maximumFractionDigits);
  } catch {
    return `${minorUnits} ${currency}`;
  }
}

// The end of an order's id is its random part.
export const short = id => id.slice(-8);

export const clock = time => {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : date.toLocaleTimeString("en-GB");
};

// What colour an event has, in the graph and elsewhere.
export const kinds = [
  { name: "placed", colour: "accent", of: ["order.place", "order.created"] },
  { name: "stock taken", colour: "calm", of: ["inventory.updated"] },
  { name: "shipped", colour: "good", of: ["shipping.started"] },
  { name: "rejected, cancelled", colour: "bad", of: ["order.rejected", "inventory.rejected", "order.cancelled", "shipping.cancelled", "order.cancel", "order.cancel_requested"] },
  { name: "other", colour: "quiet", of: [] },
];

export const colourOf = event => (kinds.find(kind => kind.of.includes(event)) ?? kinds.at(-1)).colour;

export const statusColours = { placed: "accent", confirmed: "calm", shipped: "good", rejected: "bad", cancelled: "bad" };

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value != null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter(child => child != null));
  return element;
}

export const make = (tag, properties = {}, ...children) => fill(document.createElement(tag), properties, children);

export const draw = (tag, properties = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), properties, children);

export const byId = id => document.getElementById(id);

// Changes only what is different, so that a reader's place and focus stay.
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
