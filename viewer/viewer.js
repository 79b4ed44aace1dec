// The viewer of a report: fills #viewer with what #viewer-layers holds, once it comes near the screen.
import { Niivue } from "@niivue/niivue";
import { tables } from "./colours.js";
import { ALL, layerControls, make, MOST_ZOOM, readOut, sliceControls, viewControls, zoomControl } from "./controls.js";
import { acquired, ends, extent, inWholeGrid, opened, placeOf, voxelAt } from "./layers.js";
import { listen } from "./pointing.js";

const NARROW = 600; // CSS pixels
const CROSS = 0.0025; // width of the cross, of the longest edge of the image
const OPTIONS = {
  backColor: [0, 0, 0, 1],
  crosshairColor: [1, 0.35, 0.75, 1],
  crosshairWidthUnit: "mm",
  dragAndDropEnabled: false,
  fontColor: [0.95, 0.95, 0.95, 1],
  fontMinPx: 15,
  interactive: false,
  isNearestInterpolation: true,
  isRadiologicalConvention: true,
  loadingText: "",
  logLevel: "error",
  multiplanarPadPixels: 6,
  multiplanarShowRender: 0,
  sagittalNoseLeft: true,
  showLegend: false,
};
const LOST = "The browser has taken the viewer's memory away; load the page again.";
const HELP =
  "Click or drag in a slice to move the cross. With the picture in focus the wheel and Page Up / Page Down go through " +
  "slices, arrow keys move the cross, + and − zoom. A colour map is transparent below its low end.";

// The frame stands from the first, so that the page does not jump when the viewer starts.
function frame(box) {
  const told = { role: "application", "aria-label": "Slices: arrow keys move the cross" };
  const canvas = make("canvas", { class: "viewer-canvas", tabindex: 0, ...told });
  const screen = make("div", { class: "viewer-screen" }, canvas);
  const side = make("div", { class: "viewer-side" });
  const below = make("div", { class: "viewer-below" });
  box.replaceChildren(make("div", { class: "viewer-all" }, screen, side, below));
  return { canvas, side, below };
}

async function start(box, { canvas, side, below }, layers) {
  if (!layers.length) return say(box, "This result has no volume that is small enough for the viewer.");
  if (!make("canvas").getContext("webgl2") || typeof DecompressionStream === "undefined")
    return say(box, "The viewer needs WebGL 2, which this browser does not offer; the pictures above show the same.");
  canvas.addEventListener("webglcontextlost", () => say(box, LOST));

  const niivue = new Niivue(OPTIONS);
  for (const [name, table] of Object.entries(tables())) niivue.addColormap(name, table);
  const open = await Promise.all(layers.map(opened));
  await niivue.attachToCanvas(canvas);
  open.forEach(dress);
  niivue.volumes = open.map(({ image }) => image);
  niivue.setVolume(niivue.volumes[0], 0); // one upload for all of them
  furnish(stateOf(niivue, canvas, open), side, below);
}

function say(box, sentence) {
  box.replaceChildren(make("p", { class: "viewer-message" }, sentence));
}

// Up to its lower limit a layer is transparent. The low end of a map is not, the 0 of a mask is.
function dress({ image, low, high, opacity, shown, role, colormap }) {
  if (role !== "labels" && image.colormap !== colormap) image.colormap = colormap; // which forgets both ends
  image.cal_min = role === "noise_mask" ? 0.5 : low - 1e-6 * (high - low);
  image.cal_max = high;
  image.opacity = shown ? opacity : 0;
}

function stateOf(niivue, canvas, layers) {
  const first = layers[0];
  const state = { niivue, canvas, layers, plane: acquired(first), view: ALL, zoom: 1, voxel: [0, 0, 0] };
  let asked = false;
  state.redraw = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      layers.forEach(dress);
      niivue.updateGLVolume();
    });
  };
  state.setView = (view) => {
    state.view = view;
    if (view !== ALL) state.plane = view;
    niivue.setSliceType(view);
  };
  state.setZoom = (zoom) => {
    state.zoom = Math.min(Math.max(zoom, 1), MOST_ZOOM);
    niivue.opts.crosshairWidth = (CROSS * extent(first)) / state.zoom;
    niivue.opts.crosshairGap = 5 * niivue.opts.crosshairWidth;
    if (niivue.crosshairs3D) niivue.crosshairs3D.mm = [NaN, NaN, NaN]; // or the old one is drawn again
    const centre = niivue.frac2mm(niivue.scene.crosshairPos); // stays where it is
    niivue.setPan2Dxyzmm([...[0, 1, 2].map((n) => (1 - state.zoom) * centre[n]), state.zoom]);
  };
  state.goTo = (voxel) => {
    niivue.scene.crosshairPos = niivue.mm2frac(placeOf(first, voxel), 0, true);
    niivue.createOnLocationChange();
    niivue.drawScene();
  };
  state.goToFraction = (fraction) => {
    niivue.scene.crosshairPos = niivue.vox2frac(niivue.frac2vox(fraction));
    niivue.createOnLocationChange();
    niivue.drawScene();
  };
  return state;
}

function furnish(state, side, below) {
  const { niivue, canvas, layers } = state;
  const [first] = layers;
  const alone = first.size.indexOf(1) === 2;
  const views = viewControls(state);
  const slices = sliceControls(state, ends(first));
  const zoom = zoomControl(state);
  const values = readOut(layers);
  const notes = [...new Set(layers.map(({ note }) => note).filter(Boolean))];
  side.append(views.element, slices.element, zoom.element, values.element);
  below.append(make("div", { class: "viewer-layers" }, ...layers.map((layer) => layerControls(layer, state))));
  below.append(...[...notes, HELP].map((text) => make("p", { class: "viewer-note" }, text)));

  niivue.onLocationChange = () => {
    const place = niivue.frac2mm(niivue.scene.crosshairPos, 0, true);
    state.voxel = voxelAt(first, [...place]);
    const whole = inWholeGrid(first, state.voxel);
    slices.show(whole);
    values.show(state.voxel, whole, placeOf(first, state.voxel));
  };
  state.shown = () => {
    views.show();
    zoom.show();
  };
  listen(state);
  state.setView(alone || canvas.clientWidth < NARROW ? state.plane : ALL);
  state.goTo(firstPlace(first));
  state.setZoom(1);
  state.shown();
}

// The middle, or the next slice that is at least half as bright as the brightest: there is something to see.
function firstPlace({ raw, size: [x, y, z] }) {
  const slices = Array.from({ length: z }, (_, k) => raw.subarray(k * x * y, (k + 1) * x * y));
  const bright = slices.map((slice) => slice.reduce((sum, one) => sum + Math.max(one || 0, 0), 0));
  const good = bright.flatMap((sum, k) => (2 * sum >= Math.max(...bright) ? [k] : []));
  const middle = (z - 1) / 2;
  const nearest = good.sort((one, other) => Math.abs(one - middle) - Math.abs(other - middle))[0] ?? z >> 1;
  return [x >> 1, y >> 1, nearest];
}

function main() {
  const box = document.getElementById("viewer");
  const data = document.getElementById("viewer-layers");
  if (!box || !data) return;
  const failed = (error) =>
    say(box, `The viewer could not start (${error.message}); the pictures above show the same.`);
  const framed = frame(box);
  const near = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      Promise.resolve()
        .then(() => start(box, framed, JSON.parse(data.textContent).layers))
        .catch(failed);
    },
    { rootMargin: "600px" },
  );
  near.observe(box);
}

main();
