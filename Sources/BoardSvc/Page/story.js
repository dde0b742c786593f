// One order's way, hop by hop, as the services themselves tell it.

import { make, byId, write, duration, statusColours } from "./words.js";

export class Story {
  // The dead letters of an order: the one part of its way that lies with nobody.
  lettersAbout = () => [];
  #id = null;
  #dialog = byId("story");
  #isAsking = false;
  #isOld = false;

  constructor() {
    byId("story-close").addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("close", () => {
      this.#id = null;
      history.replaceState(null, "", " ");
    });
    // A click beside it closes it, too.
    this.#dialog.addEventListener("click", event => { if (event.target === this.#dialog) this.#dialog.close(); });
  }

  open(id) {
    this.#id = id;
    write(byId("story-title"), `Order ${id}`);
    write(byId("story-summary"), "Asking the services …");
    byId("story-hops").replaceChildren();
    byId("story-missing").replaceChildren();
    if (!this.#dialog.open) this.#dialog.showModal();
    history.replaceState(null, "", `#order=${id}`);
    this.#ask();
  }

  // There is news about an order: if it is the open one, it is asked for once more.
  changed(id) {
    if (id === this.#id) this.#ask();
  }

  async #ask() {
    if (this.#isAsking) { this.#isOld = true; return; }
    this.#isAsking = true;
    const id = this.#id;
    try {
      const answer = await fetch(`api/orders/${encodeURIComponent(id)}`);
      const story = await answer.json();
      if (id === this.#id) answer.ok ? this.#show(story) : write(byId("story-summary"), story.detail);
    } catch {
      if (id === this.#id) write(byId("story-summary"), "The board does not answer.");
    }
    this.#isAsking = false;
    const isOld = this.#isOld || id !== this.#id;
    this.#isOld = false;
    if (isOld && this.#id) this.#ask();
  }

  #show(story) {
    const hops = hopsOf(story.traces, this.lettersAbout(this.#id));
    const start = hops[0]?.at;
    const span = Math.max(0, ...hops.map(hop => hop.at - start).filter(Number.isFinite));
    const summary = byId("story-summary");
    summary.replaceChildren();
    if (story.order) summary.append(make("span", { class: `chip ${statusColours[story.order.status] ?? "quiet"}` }, story.order.status), " ");
    summary.append(`${hops.length} hops in ${duration(span)}, by the services' own clocks`);
    byId("story-hops").replaceChildren(...hops.map(hop => item(hop, start)));
    byId("story-missing").replaceChildren(...story.missing.map(one =>
      make("li", { class: "warn" }, `${one.service} does not tell its part: ${one.reason}`)));
  }
}

function hopsOf(traces, letters) {
  const hops = letters.map(letter => ({ service: letter.service, event: letter.event, attempt: letter.attempts,
    at: Date.parse(letter.last_failed ?? letter.first_failed), outcome: `dead letter: ${letter.error}` }));
  for (const trace of traces) {
    for (const entry of trace.entries) {
      hops.push({ ...entry, service: trace.service, at: Date.parse(entry.time), delay: Date.parse(entry.time) - Date.parse(entry.emitted_at) });
    }
    for (const entry of trace.waiting) {
      const outcome = entry.parked ? "parked in the outbox" : "waits in the outbox";
      hops.push({ ...entry, service: trace.service, at: Date.parse(entry.time), outcome: entry.last_error ? `${outcome}: ${entry.last_error}` : outcome, waits: true });
    }
  }
  // What does not say when it was comes last.
  return hops.map(hop => ({ ...hop, at: Number.isNaN(hop.at) ? Infinity : hop.at })).sort((one, other) => one.at - other.at);
}

function item(hop, start) {
  const isMail = hop.service === "notify" && hop.outcome === "handled";
  const colour = hop.outcome === "handled" ? "good" : hop.waits ? "warn" : "bad";
  const from = hop.source?.split("/").at(-1);
  const details = [from && `from ${from}`, hop.delay != null && `${duration(Math.max(0, hop.delay))} after it was sent`,
    hop.attempt > 0 && `attempt ${hop.attempt}`, hop.next_at && `next try at ${hop.next_at}`].filter(Boolean);
  return make("li", { class: colour, "data-service": hop.service, "data-event": hop.event },
    make("span", { class: "after" }, Number.isFinite(hop.at - start) ? `+${duration(hop.at - start)}` : ""),
    make("div", { class: "what" }, make("strong", {}, hop.service), ` ${hop.event} – `,
      make("span", { class: colour }, isMail ? "e-mail sent" : hop.outcome)),
    make("div", { class: "detail" }, details.join(" · ")));
}
