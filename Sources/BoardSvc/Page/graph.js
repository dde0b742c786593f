// The services as a graph, and events moving along its arrows.

import { draw, make, byId, write, count, rate, kinds, colourOf } from "./words.js";
import { states } from "./services.js";

const maxDots = 240;
const travel = 900;  // milliseconds
const customers = "customers";

// Centres; the bend keeps two arrows between the same boxes apart, and arrows between far ones out of the middle.
const layouts = {
  wide: { size: [780, 420], box: [128, 56], far: 130, places: {
    customers: [66, 210], order: [245, 210], inventory: [465, 50], shipping: [690, 210], notify: [465, 370], board: [465, 210] } },
  narrow: { size: [420, 470], box: [110, 54], far: 146, places: {
    customers: [210, 30], order: [210, 140], inventory: [355, 270], shipping: [210, 400], notify: [65, 270], board: [210, 270] } },
};

export class Graph {
  #description;
  #edges = [];
  #nodes = new Map();
  #dots = new Set();
  #counts = [];  // what came lately, for the rates
  #shop = null;
  #layer;
  #isStill = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(description) {
    this.#description = description;
    const narrow = matchMedia("(max-width: 620px)");
    narrow.addEventListener("change", () => this.#build(narrow.matches));
    this.#build(narrow.matches);
    for (const { name, colour } of kinds) byId("legend").append(make("li", { class: colour }, make("span", {}, name)));
    requestAnimationFrame(now => this.#move(now));
    setInterval(() => this.#showRates(), 500);
  }

  // What arrows there are: whoever emits something, to everybody who listens to it. Commands come from outside.
  #arrows() {
    const services = this.#description.services;
    const emitted = new Set(services.flatMap(service => service.emits));
    const arrows = [];
    for (const to of services) {
      for (const from of services) {
        const events = from.emits.filter(event => to.listens_to.includes(event) || to.listens_to.includes("#"));
        if (events.length && from !== to) arrows.push({ from: from.name, to: to.name, events, onlooking: to.onlooker });
      }
      const commands = to.listens_to.filter(event => !emitted.has(event) && event !== "#");
      if (commands.length) arrows.push({ from: customers, to: to.name, events: commands, onlooking: false });
    }
    return arrows;
  }

  #build(isNarrow) {
    const layout = isNarrow ? layouts.narrow : layouts.wide;
    const [width, height] = layout.size;
    const boxOf = name => name === customers ? [100, 36] : layout.box;
    const names = [customers, ...this.#description.services.map(service => service.name)];
    const arrows = this.#arrows();
    // Who has no place of its own, because it is new, stands at the lower edge.
    const strangers = names.filter(name => !layout.places[name]);
    const place = name => layout.places[name] ?? [90 + strangers.indexOf(name) * 150, height - 30];
    const marker = draw("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" },
      draw("path", { d: "M0,0.5 L8,4 L0,7.5 Z" }));
    const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img",
      "aria-label": "Services and the events between them; the table below has the same in words" }, draw("defs", {}, marker));
    this.#edges = arrows.map(arrow => {
      const ends = [arrow.from, arrow.to].map(name => ({ at: place(name), box: boxOf(name) }));
      const path = draw("path", { d: curve(...ends, bend(arrow, layout)) });
      const label = draw("text", {});
      const group = draw("g", { class: arrow.onlooking ? "edge onlooking" : "edge" }, path, label,
        draw("title", {}, `${arrow.from} to ${arrow.to}: ${arrow.events.join(", ")}`));
      svg.append(group);
      return { ...arrow, path, label, group };
    });
    this.#layer = draw("g");
    svg.append(this.#layer);
    this.#nodes = new Map(names.map(name => [name, node(svg, name, place(name), boxOf(name))]));
    this.#dots.clear();
    byId("graph").replaceChildren(svg);
    for (const edge of this.#edges) {
      edge.length = edge.path.getTotalLength();
      // Beside the arrow, where nothing moves.
      const [before, after] = [-1, 1].map(step => edge.path.getPointAtLength(edge.length / 2 + step));
      const length = Math.hypot(after.x - before.x, after.y - before.y) || 1;
      edge.label.setAttribute("x", (before.x + after.x) / 2 - (after.y - before.y) / length * 18);
      edge.label.setAttribute("y", (before.y + after.y) / 2 + (after.x - before.x) / length * 15 + 4);
    }
    if (this.#shop) this.showServices(this.#shop);
  }

  showServices(shop) {
    this.#shop = shop;
    for (const { name, health, queues } of shop.services) this.#state(name, health.state, queues);
  }

  lost() {
    this.#shop = null;
    for (const name of this.#nodes.keys()) if (name !== customers) this.#state(name, "unknown", null);
  }

  #state(name, state, queues) {
    const known = this.#nodes.get(name);
    if (!known) return;
    known.group.setAttribute("class", `node ${state}`);
    const retrying = queues?.retrying.reduce((sum, rung) => sum + (rung.ready ?? 0), 0) ?? 0;
    const parts = [queues?.ready > 0 && `${count(queues.ready)} wait`, retrying > 0 && `${count(retrying)} retry`, queues?.dead > 0 && `${count(queues.dead)} dead`];
    write(known.state, [(states[state] ?? states.unknown).word, ...parts.filter(Boolean)].slice(0, 2).join(" · "));
  }

  show(flow) {
    const total = flow.counts.reduce((sum, one) => sum + one.count, 0);
    if (!total) return;
    const now = performance.now();
    this.#counts.push({ now, counts: flow.counts });
    // Spread over the time until the next ones come.
    let drawn = 0;
    if (!this.#isStill.matches) {
      const step = 250 / flow.samples.length;
      flow.samples.forEach((sample, index) => { if (this.#send(sample, now + index * step)) drawn += 1; });
    }
    write(byId("sampling"), drawn < total
      ? `Sampled: ${count(drawn)} of the last ${count(total)} events are drawn; the numbers count all of them.`
      : "Every event is drawn.");
  }

  // Whether there was room for it on all its arrows.
  #send(sample, start) {
    const source = this.#nodes.has(sample.source) ? sample.source : customers;
    const edges = this.#edges.filter(edge => edge.from === source && edge.events.includes(sample.event));
    if (this.#dots.size + edges.length > maxDots) return false;
    for (const edge of edges) {
      const circle = draw("circle", { class: `dot ${colourOf(sample.event)}`, r: edge.onlooking ? 3 : 5, visibility: "hidden" });
      this.#layer.append(circle);
      this.#dots.add({ edge, circle, start });
    }
    return true;
  }

  #move(now) {
    for (const dot of this.#dots) {
      const share = (now - dot.start) / travel;
      if (share < 0) continue;
      if (share >= 1) {
        dot.circle.remove();
        this.#dots.delete(dot);
        continue;
      }
      const point = dot.edge.path.getPointAtLength(dot.edge.length * share);
      dot.circle.setAttribute("transform", `translate(${point.x},${point.y})`);
      dot.circle.setAttribute("visibility", "visible");
    }
    requestAnimationFrame(now => this.#move(now));
  }

  #showRates() {
    const now = performance.now();
    const span = 4000;
    this.#counts = this.#counts.filter(one => now - one.now < span);
    for (const edge of this.#edges) {
      let events = 0;
      for (const { counts } of this.#counts) {
        for (const one of counts) {
          const source = this.#nodes.has(one.source) ? one.source : customers;
          if (source === edge.from && edge.events.includes(one.event)) events += one.count;
        }
      }
      edge.group.classList.toggle("busy", events > 0);
      write(edge.label, events && !edge.onlooking ? `${rate(events / (span / 1000))}/s` : "");
    }
  }
}

function bend(arrow, layout) {
  const isAcross = [arrow.from, arrow.to].sort().join() === "order,shipping";
  return isAcross ? layout.far : arrow.onlooking || arrow.from === customers ? 0 : 16;
}

function node(svg, name, [x, y], [width, height]) {
  const isOutside = name === customers;
  const state = draw("text", { class: "state", x, y: y + 15 });
  const group = draw("g", { class: "node", "data-service": name },
    draw("rect", { x: x - width / 2, y: y - height / 2, width, height, rx: 9 }),
    draw("text", { x, y: isOutside ? y + 5 : y - 4 }, name), state);
  svg.append(group);
  return { group, state };
}

// From edge to edge of two boxes, bent to the right of its direction.
function curve(from, to, bend) {
  const [x1, y1] = from.at, [x2, y2] = to.at;
  const length = Math.hypot(x2 - x1, y2 - y1);
  const middle = [(x1 + x2) / 2 - (y2 - y1) / length * bend, (y1 + y2) / 2 + (x2 - x1) / length * bend];
  const [ax, ay] = border(from, middle, 2), [bx, by] = border(to, middle, 5);
  return `M${ax},${ay} Q${middle[0]},${middle[1]} ${bx},${by}`;
}

// Where the line from a box's centre to a point leaves the box.
function border({ at: [x, y], box: [width, height] }, [toX, toY], gap) {
  const dx = toX - x, dy = toY - y;
  const scale = Math.min((width / 2 + gap) / Math.abs(dx || 1e-9), (height / 2 + gap) / Math.abs(dy || 1e-9));
  return [x + dx * scale, y + dy * scale];
}
