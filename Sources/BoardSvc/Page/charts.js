// Two small charts of the last minutes.

import { draw, make, byId, count, rate, duration } from "./words.js";

const size = { width: 560, height: 150, left: 52, right: 8, top: 8, bottom: 20 };

export class Charts {
  show(pace) {
    const seconds = pace.step / 1000;
    const lines = (points, ...names) => names.map(([name, key, colour, scale, isFilled]) =>
      ({ name, colour, isFilled, values: points.map(point => point[key] == null ? null : point[key] * scale) }));
    plot(byId("pace"), pace, lines(pace.points, ["placed", "placed", "accent", 1 / seconds, true], ["shipped", "shipped", "good", 1 / seconds]), rate);
    plot(byId("latency"), pace, lines(pace.points, ["p50", "p50", "calm", 1], ["p99", "p99", "warn", 1]), duration);
  }
}

function plot(place, pace, lines, format) {
  const top = nice(Math.max(...lines.flatMap(line => line.values.map(value => value ?? 0))));
  const width = size.width - size.left - size.right, height = size.height - size.top - size.bottom;
  const x = index => size.left + index / Math.max(1, pace.points.length - 1) * width;
  const y = value => size.top + height - value / top * height;
  const minutes = Math.round(pace.points.length * pace.step / 60_000);
  const svg = draw("svg", { viewBox: `0 0 ${size.width} ${size.height}`, role: "img", "aria-label": words(lines, format) });
  for (const share of [0, 0.5, 1]) {
    svg.append(draw("line", { class: "grid", x1: size.left, x2: size.width - size.right, y1: y(top * share), y2: y(top * share) }),
      draw("text", { x: size.left - 6, y: y(top * share) + 4, "text-anchor": "end" }, format(top * share)));
  }
  svg.append(draw("text", { x: size.left, y: size.height - 4 }, `${minutes} min ago`),
    draw("text", { x: size.width - size.right, y: size.height - 4, "text-anchor": "end" }, "now"));
  for (const line of lines) {
    if (line.isFilled) svg.append(draw("path", { class: `area ${line.colour}`, d: area(line.values, x, y) }));
    svg.append(draw("path", { class: line.colour, d: path(line.values, x, y) }));
  }
  const keys = make("p", { class: "keys" }, ...lines.map(line => make("span", { class: line.colour }, `${line.name} ${format(line.values.findLast(value => value != null))}`)));
  place.className = "plot";
  place.replaceChildren(svg, keys);
}

// A line with gaps where there is no value; a value between two gaps is a short stroke.
function path(values, x, y) {
  let text = "", isOpen = false;
  values.forEach((value, index) => {
    if (value == null) { isOpen = false; return; }
    text += `${isOpen ? "L" : `M${x(index) - 1.5},${y(value)} L`}${x(index)},${y(value)} `;
    isOpen = true;
  });
  return text || "M0,0";
}

// Down to the axis; only for lines without gaps.
const area = (values, x, y) =>
  `M${x(0)},${y(0)} ${values.map((value, index) => `L${x(index)},${y(value)}`).join(" ")} L${x(values.length - 1)},${y(0)} Z`;

const words = (lines, format) => lines.map(line => `${line.name}: now ${format(line.values.findLast(value => value != null))}`).join("; ");

// The next of 1, 2, 5, 10, 20, 50 and so on.
function nice(value) {
  if (!(value > 0)) return 1;
  const unit = 10 ** Math.floor(Math.log10(value));
  return unit * [1, 2, 5, 10].find(step => unit * step >= value);
}
