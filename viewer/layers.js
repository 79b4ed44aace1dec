// Layers of the page as NiiVue volumes, with their values kept aside as they are.
import { NVImage } from "@niivue/niivue";
import { mat4, vec3 } from "gl-matrix";
import { labelTable } from "./colours.js";

const HEADER = 352; // bytes: a NIfTI-1 file made by the package has no extension
const SIDES = { x: "RL", y: "AP", z: "SI" };
const TYPES = { 2: Uint8Array, 4: Int16Array, 16: Float32Array, 512: Uint16Array };

export async function opened(layer) {
  const file = await unpacked(layer.nifti);
  const header = new DataView(file);
  const Type = TYPES[header.getInt16(70, true)];
  const raw = new Type(file.slice(HEADER));
  const colours = layer.role === "labels" ? "gray" : layer.colormap;
  const image = await NVImage.new(forDisplay(file, Type), `${layer.name}.nii`, colours);
  if (layer.role === "labels") image.setColormapLabel(labelTable(Object.keys(layer.names).length));
  return {
    ...layer,
    nifti: null,
    image,
    raw,
    slope: header.getFloat32(112, true) || 1,
    size: [1, 2, 3].map((n) => header.getInt16(40 + 2 * n, true)),
    affine: affineOf(header),
  };
}

async function unpacked(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

// NaN has no colour: what is undefined is shown as far below the low end, where a layer is transparent.
function forDisplay(file, Type) {
  if (Type !== Float32Array) return file;
  const shown = file.slice(0);
  const values = new Float32Array(shown, HEADER);
  values.forEach((value, n) => Number.isNaN(value) && (values[n] = -3e38));
  return shown;
}

function affineOf(header) {
  const rows = [280, 296, 312].map((start) => [0, 4, 8, 12].map((byte) => header.getFloat32(start + byte, true)));
  return mat4.fromValues(
    ...[0, 1, 2, 3].flatMap((column) => [...rows.map((row) => row[column]), column === 3 ? 1 : 0]),
  );
}

// Voxel of a layer, in the order of its file, at a place in mm.
export function voxelAt(layer, mm) {
  const place = vec3.transformMat4([], mm.slice(0, 3), mat4.invert([], layer.affine));
  return place.map((n, axis) => Math.min(Math.max(Math.round(n), 0), layer.size[axis] - 1));
}

export const placeOf = (layer, voxel) => [...vec3.transformMat4([], voxel, layer.affine)];

export const inWholeGrid = ({ grid }, voxel) => voxel.map((n, axis) => grid.first[axis] + n * grid.step[axis]);

// null where a value is undefined
export function valueAt(layer, [i, j, k]) {
  const raw = layer.raw[i + layer.size[0] * (j + layer.size[1] * k)];
  return raw === layer.undefined || Number.isNaN(raw) ? null : raw * layer.slope;
}

export function words(layer, voxel) {
  const value = valueAt(layer, voxel);
  if (layer.role === "labels") return layer.names[value] ?? "none";
  if (layer.role === "noise_mask") return value ? "inside" : "outside";
  return value === null ? "undefined" : figure(value, layer.step);
}

// Four digits, but none that rounding to steps has made.
export function figure(value, step) {
  const size = Math.floor(Math.log10(Math.abs(value) || step));
  const decimals = Math.min(3 - size, Math.floor(-Math.log10(step / 2)));
  if (decimals >= 0) return value.toFixed(Math.min(decimals, 20));
  return String(Number(value.toPrecision(Math.max(size + 1 + decimals, 1))));
}

// Letters of the patient's sides at the two ends of each axis of the grid, as nearly as they go.
export function ends(layer) {
  return [0, 1, 2].map((axis) => {
    const along = [0, 1, 2].map((row) => layer.affine[4 * axis + row]);
    const nearest = along.map(Math.abs).indexOf(Math.max(...along.map(Math.abs)));
    const [positive, negative] = Object.values(SIDES)[nearest];
    return along[nearest] > 0 ? [negative, positive] : [positive, negative];
  });
}

// The plane in which the slices were acquired: 0 axial, 1 coronal, 2 sagittal, in NiiVue's numbers.
export function acquired(layer) {
  const across = [8, 9, 10].map((n) => Math.abs(layer.affine[n]));
  return 2 - across.indexOf(Math.max(...across));
}

// Longest edge of the whole volume in mm.
export function extent({ size, affine }) {
  return Math.max(...size.map((n, axis) => n * Math.hypot(...affine.slice(4 * axis, 4 * axis + 3))));
}
