// Opens the stream and hands what comes to those who show it. Every event stands alone: missing one loses nothing.

import { byId, write, rate, duration, count } from "./words.js";
import { Graph } from "./graph.js";
import { Orders } from "./orders.js";
import { Services } from "./services.js";
import { Charts } from "./charts.js";
import { Letters } from "./letters.js";
import { Story } from "./story.js";

const heard = [];  // when so many had been heard, over the last seconds

function showEventRate(total) {
  const now = performance.now();
  heard.push({ now, total });
  while (heard.length > 2 && now - heard[0].now > 5000) heard.shift();
  const seconds = (now - heard[0].now) / 1000;
  write(byId("tile-events"), rate(seconds > 0.5 ? (total - heard[0].total) / seconds : 0));
}

function showPace(pace) {
  // Two whiles: one alone jumps too much at a few orders a second.
  const last = pace.points.slice(-2);
  const seconds = last.length * pace.step / 1000;
  const sum = name => last.reduce((sum, point) => sum + point[name], 0) / seconds;
  write(byId("tile-placed"), rate(sum("placed")));
  write(byId("tile-shipped"), rate(sum("shipped")));
  const timed = pace.points.findLast(point => point.p50 != null);
  write(byId("tile-p50"), duration(timed?.p50));
  write(byId("tile-p99"), duration(timed?.p99));
}

function showConnection(state, colour) {
  const chip = byId("connection");
  chip.className = `chip ${colour}`;
  write(chip, state);
}

function chooseTheme() {
  const themes = ["auto", "light", "dark"];
  const button = byId("theme");
  const apply = theme => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    write(button, `Theme: ${theme}`);
  };
  let theme = localStorage.getItem("theme");
  if (!themes.includes(theme)) theme = "auto";
  apply(theme);
  button.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    localStorage.setItem("theme", theme);
    apply(theme);
  });
}

async function shop() {
  for (;;) {
    try {
      const answer = await fetch("api/shop");
      if (answer.ok) return await answer.json();
    } catch { /* tried again */ }
    showConnection("the board does not answer", "bad");
    await new Promise(done => setTimeout(done, 1000));
  }
}

async function main() {
  chooseTheme();
  const description = await shop();
  const story = new Story();
  const graph = new Graph(description);
  const orders = new Orders(story);
  const services = new Services(description);
  const charts = new Charts();
  const letters = new Letters(description, story);
  story.lettersAbout = id => letters.about(id);

  const stream = new EventSource("api/stream");
  const on = (name, show) => stream.addEventListener(name, event => show(JSON.parse(event.data)));
  stream.addEventListener("open", () => showConnection("live", "good"));
  stream.addEventListener("error", () => {
    showConnection("reconnecting", "bad");
    services.lost();
    graph.lost();
  });
  on("flow", flow => {
    showEventRate(flow.heard);
    graph.show(flow);
    orders.show(flow.orders);
  });
  on("shop", shop => {
    graph.showServices(shop);
    services.show(shop);
    write(byId("tile-dead"), count(shop.broker ? null : shop.services.reduce((sum, one) => sum + (one.queues?.dead ?? 0), 0)));
  });
  on("pace", pace => {
    showPace(pace);
    charts.show(pace);
  });
  on("letters", news => letters.show(news));
  const id = location.hash.match(/^#order=([0-9a-f-]{36})$/)?.[1];
  if (id) story.open(id);
}

main();
