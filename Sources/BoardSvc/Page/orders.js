// The newest orders, each of which opens into its story.

import { make, byId, write, short, money, statusColours } from "./words.js";

export class Orders {
  #rows = new Map();
  #list = byId("orders");
  #story;

  constructor(story) {
    this.#story = story;
    byId("find").addEventListener("submit", event => {
      event.preventDefault();
      story.open(byId("find-id").value.trim().toLowerCase());
    });
  }

  show(orders) {
    byId("orders-none").hidden = orders.length > 0;
    const wanted = new Set(orders.map(order => order.order_id));
    for (const [id, row] of this.#rows) {
      // Whoever is on it with the keyboard keeps it.
      if (!wanted.has(id) && !row.item.contains(document.activeElement)) {
        row.item.remove();
        this.#rows.delete(id);
      }
    }
    orders.forEach((order, index) => {
      const row = this.#rows.get(order.order_id) ?? this.#add(order.order_id);
      if (this.#list.children[index] !== row.item && !row.item.contains(document.activeElement)) {
        this.#list.insertBefore(row.item, this.#list.children[index] ?? null);
      }
      const events = `${order.status} ${order.events}`;
      if (row.events === events) return;
      row.events = events;
      row.item.dataset.status = order.status;
      row.chip.className = `chip ${statusColours[order.status] ?? "quiet"}`;
      write(row.chip, order.status);
      write(row.what, what(order));
      this.#story.changed(order.order_id);
    });
  }

  #add(id) {
    const chip = make("span", { class: "chip" });
    const what = make("span", { class: "what" });
    const button = make("button", { type: "button", onclick: () => this.#story.open(id) },
      make("span", { class: "id", title: id }, short(id)), what, chip);
    const item = make("li", { "data-order": id }, button);
    const row = { item, chip, what, events: "" };
    this.#rows.set(id, row);
    return row;
  }
}

function what(order) {
  const pieces = order.pieces == null ? "" : order.pieces === 1 ? "1 piece" : `${order.pieces} pieces`;
  const events = order.events === 1 ? "1 event" : `${order.events} events`;
  return [pieces, order.total ? money(order.total, order.currency) : "", events].filter(Boolean).join(" · ");
}
