// What stands beside and below the slices.
import { gradient, labelColour, mapNames, noiseMaskColour } from "./colours.js";
import { figure, words } from "./layers.js";

export const ALL = 3; // NiiVue's numbers: axial, coronal, sagittal, and the three together
export const MOST_ZOOM = 8;

const VIEWS = [
  [ALL, "All planes"],
  [0, "Axial"],
  [1, "Coronal"],
  [2, "Sagittal"],
];
const QUIET = 500; // ms without a move after which a screen reader is told
const MOST_NAMES = 12;

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function viewControls(state) {
  const buttons = VIEWS.map(([view, name]) => {
    const button = make("button", { type: "button", class: "viewer-button" }, name);
    button.addEventListener("click", () => {
      state.setView(view);
      state.shown();
    });
    return [view, button];
  });
  const element = make(
    "div",
    { class: "viewer-views", role: "group", "aria-label": "Planes" },
    ...buttons.map(([, button]) => button),
  );
  return {
    element,
    show: () => buttons.forEach(([view, button]) => button.setAttribute("aria-pressed", view === state.view)),
  };
}

function slider(name, attributes, told = "") {
  const input = make("input", { type: "range", ...attributes });
  const value = make("output", {});
  const label = make(
    "label",
    { class: "viewer-slider" },
    make("span", {}, name, told && make("small", {}, told)),
    input,
    value,
  );
  return { label, input, value };
}

export function sliceControls(state, ends) {
  const [{ grid, size }] = state.layers;
  const sliders = [0, 1, 2].map((axis) => {
    const [first, step] = [grid.first[axis], grid.step[axis]];
    const told = ` ${ends[axis].join("→")}`;
    const one = slider("ijk"[axis], { min: first, max: first + (size[axis] - 1) * step, step }, told);
    one.input.disabled = size[axis] === 1;
    one.input.addEventListener("input", () => {
      const voxel = [...state.voxel];
      voxel[axis] = (Number(one.input.value) - first) / step;
      state.goTo(voxel);
    });
    return one;
  });
  const show = (whole) =>
    sliders.forEach(({ input, value }, axis) => {
      input.value = whole[axis];
      value.textContent = `${whole[axis]} of 0–${grid.shape[axis] - 1}`;
    });
  return {
    element: make(
      "div",
      { class: "viewer-slices", role: "group", "aria-label": "Voxel" },
      ...sliders.map(({ label }) => label),
    ),
    show,
  };
}

export function zoomControl(state) {
  const { label, input, value } = slider("Zoom", { min: 1, max: MOST_ZOOM, step: 0.5 });
  input.addEventListener("input", () => {
    state.setZoom(Number(input.value));
    state.shown();
  });
  return { element: label, show: () => ((input.value = state.zoom), (value.textContent = `${state.zoom}×`)) };
}

export function readOut(layers) {
  const named = [{ name: "Voxel i, j, k", unit: "" }, { name: "Place R, A, S", unit: "mm" }, ...layers];
  const rows = named.map(({ name, unit }) => {
    const value = make("td", { class: "viewer-value" });
    const cells = [make("th", { scope: "row" }, name), value, make("td", { class: "viewer-unit" }, unit)];
    return { value, row: make("tr", {}, ...cells) };
  });
  const body = make("tbody", {}, ...rows.map(({ row }) => row));
  const table = make("table", { class: "viewer-values" }, make("caption", {}, "At the cross"), body);
  const told = make("p", { class: "viewer-told", role: "status" });
  let waiting;
  const show = (voxel, whole, place) => {
    const values = [
      whole.join(", "),
      place.map((mm) => mm.toFixed(1)).join(", "),
      ...layers.map((layer) => words(layer, voxel)),
    ];
    rows.forEach(({ value }, n) => (value.textContent = values[n]));
    clearTimeout(waiting);
    const spoken = [`Voxel ${values[0]}`, ...layers.map(({ name }, n) => `${name} ${values[n + 2]}`)].join("; ");
    waiting = setTimeout(() => (told.textContent = spoken), QUIET);
  };
  return { element: make("div", {}, table, told), show };
}

export function layerControls(layer, state) {
  const box = make("input", { type: "checkbox" });
  box.checked = layer.shown;
  box.addEventListener("change", () => {
    layer.shown = box.checked;
    state.redraw();
  });
  const opacity = slider("Opacity", { min: 0, max: 100, step: 5 });
  const tell = () => (opacity.value.textContent = `${Math.round(100 * layer.opacity)} %`);
  opacity.input.value = Math.round(100 * layer.opacity);
  opacity.input.addEventListener("input", () => {
    layer.opacity = Number(opacity.input.value) / 100;
    tell();
    state.redraw();
  });
  tell();
  const head = make(
    "label",
    { class: "viewer-name" },
    box,
    layer.name,
    layer.unit && make("small", {}, ` ${layer.unit}`),
  );
  const rest = layer.role === "labels" || layer.role === "noise_mask" ? legend(layer) : scale(layer, state);
  return make("fieldset", { class: "viewer-layer" }, make("legend", {}, head), opacity.label, ...rest);
}

function legend({ role, names }) {
  const named = role === "labels" ? Object.entries(names) : [[1, "inside"]];
  const items = named.slice(0, MOST_NAMES).map(([number, name]) => {
    const swatch = make("span", { class: "viewer-swatch" });
    swatch.style.background = role === "labels" ? labelColour(number) : noiseMaskColour;
    return make("li", {}, swatch, name);
  });
  const more = named.length - MOST_NAMES;
  if (more > 0) items.push(make("li", {}, `and ${more} more`));
  return [make("ul", { class: "viewer-names" }, ...items)];
}

function scale(layer, state) {
  const bar = make("span", { class: "viewer-bar" });
  const paint = () => (bar.style.background = gradient(layer.colormap));
  const choice = make(
    "select",
    { "aria-label": `Colours of ${layer.name}` },
    ...mapNames.map((name) => make("option", {}, name)),
  );
  choice.value = layer.colormap;
  choice.addEventListener("change", () => {
    layer.colormap = choice.value;
    paint();
    state.redraw();
  });
  paint();
  const [low, high] = ["low", "high"].map((end) => {
    const input = make("input", {
      type: "number",
      step: "any",
      "aria-label": `${layer.name}: ${end} end of the colours`,
    });
    input.value = Number(figure(layer[end], Math.abs(layer[end]) / 1e4 || layer.step));
    return input;
  });
  const change = () => {
    const ends = [low, high].map((input) => (input.value === "" ? NaN : Number(input.value)));
    const good = ends[0] < ends[1];
    for (const input of [low, high]) input.setAttribute("aria-invalid", !good);
    if (!good) return;
    [layer.low, layer.high] = ends;
    state.redraw();
  };
  for (const input of [low, high]) input.addEventListener("input", change);
  return [make("div", { class: "viewer-scale" }, low, bar, high, choice)];
}
