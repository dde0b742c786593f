// Dead letters, and what an operator may do about them.

import { make, byId, write, short, clock, count } from "./words.js";

export class Letters {
  #story;
  #canSettle;
  #token = sessionStorage.getItem("token") ?? "";
  #news = { letters: [], total: 0, failures: [] };
  #said = "";

  constructor(description, story) {
    this.#story = story;
    this.#canSettle = description.can_settle;
    byId("token-form").hidden = !this.#canSettle;
    byId("token").value = this.#token;
    byId("token-form").addEventListener("submit", event => {
      event.preventDefault();
      this.#token = byId("token").value.trim();
      sessionStorage.setItem("token", this.#token);
      this.#said = "";
      this.#draw();
    });
    this.#draw();
  }

  show(news) {
    this.#news = news;
    this.#draw();
  }

  // Those of an order, of all that are shown.
  about(orderID) { return this.#news.letters.filter(letter => letter.order_id === orderID); }

  #draw() {
    const { letters, total, failures } = this.#news;
    // A letter that is acted upon, or has the focus, is not made anew.
    const old = new Map([...document.querySelectorAll("#letters-table tbody tr")].map(row => [row.dataset.key, row]));
    const rows = letters.map(letter => {
      const key = JSON.stringify([letter, this.#canSettle, this.#token !== ""]);
      return old.get(key) ?? this.#row(letter, key);
    });
    document.querySelector("#letters-table tbody").replaceChildren(...rows);
    byId("letters-table").hidden = letters.length === 0;
    write(byId("letters-note"), [this.#said, ...failures, this.#summary(letters.length, total)].filter(Boolean).join(" "));
  }

  #summary(shown, total) {
    if (total === 0) return "None: every event was handled.";
    const some = shown < total ? `The first ${count(shown)} of ${count(total)} are shown. ` : "";
    if (!this.#canSettle) return `${some}To replay or discard here, give the board a token: BOARD_TOKEN_FILE. Or use \`shop dead\`.`;
    return this.#token ? some : `${some}To replay or discard, enter the operator's token.`;
  }

  #row(letter, key) {
    const can = this.#canSettle && this.#token !== "" && letter.event_id;
    const button = (name, fate) => make("button", { type: "button", disabled: !can, onclick: event => this.#settle(letter, fate, event.target) }, name);
    const order = letter.order_id
      ? make("button", { type: "button", class: "link", title: letter.order_id, onclick: () => this.#story.open(letter.order_id) }, short(letter.order_id))
      : "–";
    return make("tr", { "data-key": key, "data-event": letter.event_id, "data-order": letter.order_id },
      make("th", { scope: "row" }, letter.service), make("td", {}, letter.event), make("td", {}, order),
      make("td", { class: "number" }, count(letter.attempts)), make("td", { class: "why" }, letter.error),
      make("td", {}, letter.last_failed ? clock(letter.last_failed) : "–"),
      make("td", {}, make("div", { class: "actions" }, button("Replay", "replay"), button("Discard", "discard"))));
  }

  async #settle(letter, fate, button) {
    if (fate === "discard" && !confirm(`Discard ${letter.event} of ${letter.service} for good?`)) return;
    const row = button.closest("tr");
    row.querySelectorAll("button").forEach(one => { one.disabled = true; });
    try {
      const path = `api/letters/${encodeURIComponent(letter.service)}/${encodeURIComponent(letter.event_id)}/${fate}`;
      const answer = await fetch(path, { method: "POST", headers: { authorization: `Bearer ${this.#token}` } });
      const result = await answer.json();
      const done = answer.ok && result.failures.length === 0;
      this.#said = done ? `${letter.event} of ${letter.service} was ${fate === "replay" ? "replayed" : "discarded"}.`
        : `Not done: ${answer.ok ? result.failures.join("; ") : result.detail}.`;
      if (!done) delete row.dataset.key;
    } catch {
      this.#said = "Not known whether it was done: the board does not answer.";
      delete row.dataset.key;
    }
    this.#draw();
  }
}
