// The services as a table: what the graph shows, and more, in words and numbers.

import { make, byId, write, count } from "./words.js";

export const states = {
  ready: { word: "ready", colour: "good" },
  unready: { word: "not ready", colour: "warn" },
  down: { word: "down", colour: "bad" },
  unknown: { word: "unknown", colour: "quiet" },
};

export class Services {
  #rows = new Map();

  constructor(description) {
    const body = document.querySelector("#services tbody");
    for (const { name } of description.services) {
      const cells = Object.fromEntries(["ready", "unacked", "retrying", "dead", "outbox"]
        .map(column => [column, make("td", { class: "number", "data-column": column }, "–")]));
      const chip = make("span", { class: "chip quiet" }, "unknown");
      const why = make("div", { class: "note" });
      const row = make("tr", { "data-service": name, "data-state": "unknown" },
        make("th", { scope: "row" }, name), make("td", {}, chip, why), ...Object.values(cells));
      body.append(row);
      this.#rows.set(name, { row, chip, why, cells });
    }
  }

  show(shop) {
    for (const { name, health, queues } of shop.services) {
      const known = this.#rows.get(name);
      if (!known) continue;
      this.#state(known, health.state, health.obstacles.join("; "));
      write(known.cells.ready, count(queues?.ready));
      write(known.cells.unacked, count(health.unacked));
      write(known.cells.retrying, queues ? retrying(queues.retrying) : "–");
      write(known.cells.dead, count(queues?.dead));
      known.cells.dead.classList.toggle("bad", queues?.dead > 0);
      write(known.cells.outbox, count(health.outbox));
    }
    write(byId("broker"), shop.broker ? `The queues cannot be seen: ${shop.broker}` : "");
  }

  lost() {
    for (const known of this.#rows.values()) this.#state(known, "unknown", "");
  }

  #state({ row, chip, why }, state, reason) {
    const { word, colour } = states[state] ?? states.unknown;
    row.dataset.state = state;
    chip.className = `chip ${colour}`;
    write(chip, word);
    write(why, reason);
  }
}

// Each rung of the ladder that holds something: "2 in 10s".
function retrying(rungs) {
  const busy = rungs.filter(rung => rung.ready > 0);
  return busy.length ? busy.map(rung => `${count(rung.ready)} in ${rung.rung}`).join(", ") : "0";
}
