// Mouse, touch, wheel and keys. NiiVue's own would take the page's wheel and have keys that change the view unseen.

const NOTCH = 40; // pixels of wheel to a slice
// Axial, coronal, sagittal: what the right and the upper arrow add to x, y, z (RAS voxels), and the axis through it.
const PLANES = [
  { right: [-1, 0, 0], up: [0, 1, 0], through: [0, 0, 1] },
  { right: [-1, 0, 0], up: [0, 0, 1], through: [0, 1, 0] },
  { right: [0, -1, 0], up: [0, 0, 1], through: [1, 0, 0] },
];

export function listen(state) {
  const { canvas, niivue } = state;
  const move = (direction, sign) => niivue.moveCrosshairInVox(...direction.map((n) => sign * n));
  listenToPointer(state);
  listenToWheel(state, move);
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const plane = PLANES[state.plane];
    const act = {
      ArrowRight: () => move(plane.right, 1),
      ArrowLeft: () => move(plane.right, -1),
      ArrowUp: () => move(plane.up, 1),
      ArrowDown: () => move(plane.up, -1),
      PageUp: () => move(plane.through, 1),
      PageDown: () => move(plane.through, -1),
      "+": () => state.setZoom(state.zoom + 0.5),
      "-": () => state.setZoom(state.zoom - 0.5),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
    state.shown();
  });
}

// The tile of a slice under a pointer, and the place in device pixels.
function under({ canvas, niivue }, event) {
  const { left, top } = canvas.getBoundingClientRect();
  const place = [event.clientX - left, event.clientY - top].map((n) => n * niivue.uiData.dpr);
  return { place, tile: niivue.tileIndex(...place) };
}

function listenToPointer(state) {
  const { canvas, niivue } = state;
  let held = null; // the tile that is dragged in
  const go = (event) => {
    const fraction = niivue.screenXY2TextureFrac(...under(state, event).place, held);
    if (fraction[0] >= 0) state.goToFraction(fraction);
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const { tile } = under(state, event);
    if (tile < 0) return;
    held = tile;
    state.plane = niivue.screenSlices[tile].axCorSag;
    canvas.setPointerCapture(event.pointerId);
    if (event.pointerType !== "touch") go(event); // a finger may only want to scroll the page
  });
  canvas.addEventListener("pointermove", (event) => held !== null && go(event));
  canvas.addEventListener("pointerup", (event) => {
    if (held !== null) go(event);
    held = null;
  });
  canvas.addEventListener("pointercancel", () => (held = null));
}

function listenToWheel(state, move) {
  const { canvas, niivue } = state;
  let turned = 0;
  canvas.addEventListener(
    "wheel",
    (event) => {
      if (document.activeElement !== canvas || event.ctrlKey) return; // else the page scrolls
      event.preventDefault();
      turned += event.deltaMode ? Math.sign(event.deltaY) * NOTCH : event.deltaY;
      const notches = Math.trunc(turned / NOTCH);
      if (!notches) return;
      turned = 0;
      const { tile } = under(state, event);
      const plane = tile < 0 ? state.plane : niivue.screenSlices[tile].axCorSag;
      move(PLANES[plane].through, -Math.sign(notches));
    },
    { passive: false },
  );
}
