// The colours of the still pictures: matplotlib's maps, and Okabe and Ito's set (then some of Tol's) for labels.

const MAPS = {
  gray: "000000 ffffff",
  viridis:
    "440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26828e 21918c 1fa088 28ae80 3fbc73 5ec962 84d44b addc30 d8e219 fde725",
  plasma:
    "0d0887 310597 4c02a1 6600a7 7e03a8 9511a1 aa2395 bc3587 cc4778 da5a6a e66c5c f0804e f89540 fdac33 fdc527 f8df25 f0f921",
  magma:
    "000004 0a0822 1d1147 36106b 51127c 6a1c81 832681 9c2e7f b73779 d0416f e75263 f56b5c fc8961 fea772 fec488 fde2a3 fcfdbf",
  cividis:
    "00224e 002e6a 1a386f 32436d 434e6c 535a6d 61656f 6f7073 7d7c78 8c8878 9b9476 aba072 bcae6c cdbb63 dec958 f0d846 fee838",
};
const LABELS = "0072b2 e69f00 cc79a7 009e73 d55e00 56b4e9 f0e442 882255 44aa99 332288 999933".split(" ");
const NOISE_MASK = "00b4ff";

export const mapNames = Object.keys(MAPS);

export const labelColour = (number) => `#${LABELS[(number - 1) % LABELS.length]}`;

export const noiseMaskColour = `#${NOISE_MASK}`;

export const gradient = (name) =>
  `linear-gradient(to right, ${MAPS[name]
    .split(" ")
    .map((hex) => `#${hex}`)
    .join(", ")})`;

// NiiVue's way to say it; below the low end a layer is transparent.
export const tables = () => ({
  ...Object.fromEntries(mapNames.map((name) => [name, table(MAPS[name].split(" "))])),
  noise_mask: table([NOISE_MASK, NOISE_MASK]),
});

export const labelTable = (count) => {
  const hexes = ["000000", ...Array.from({ length: count }, (_, n) => LABELS[n % LABELS.length])];
  return { ...table(hexes), I: hexes.map((_, n) => n), labels: hexes.map(String) };
};

function table(hexes) {
  const part = (from) => hexes.map((hex) => parseInt(hex.slice(from, from + 2), 16));
  return {
    R: part(0),
    G: part(2),
    B: part(4),
    A: hexes.map((_, n) => (n ? 255 : 0)),
    I: hexes.map((_, n) => Math.round((255 * n) / (hexes.length - 1))),
  };
}
