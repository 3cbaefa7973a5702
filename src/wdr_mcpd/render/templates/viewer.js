"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const element = (id) => document.getElementById(id);
const [methodMenu, rateSlider, sliceSlider, gainMenu] = ["method", "rate", "slice", "gain"].map(element);
const brightnessSlider = element("brightness");
const span = data.high - data.low;
const images = new Map();
let showsOriginal = false;
let turn = 0;

function tile(base64) {
  if (!images.has(base64)) {
    const image = new Image();
    image.src = "data:image/webp;base64," + base64;
    images.set(base64, image.decode().then(() => image));
    if (images.size > 400) images.delete(images.keys().next().value);
  }
  return images.get(base64);
}

function paint(canvas, image) {
  canvas.width = data.columns;
  canvas.height = data.rows;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  return context;
}

// Blue where the reconstruction is darker, orange where it is brighter: told apart with any colour vision.
function paintDifference(original, coded, gain) {
  const context = paint(element("difference"), coded.canvas);
  const a = original.getImageData(0, 0, data.columns, data.rows).data;
  const picture = coded.getImageData(0, 0, data.columns, data.rows);
  const b = picture.data;
  for (let i = 0; i < b.length; i += 4) {
    const d = Math.max(-1, Math.min(1, ((b[i] - a[i]) * gain) / 255));
    const ink = d < 0 ? [86, 180, 233] : [230, 159, 0];
    for (let k = 0; k < 3; k++) b[i + k] = Math.round(Math.abs(d) * ink[k]);
  }
  context.putImageData(picture, 0, 0);
}

function paintOutline(canvas, path) {
  const context = canvas.getContext("2d");
  context.fillStyle = "#f0e442";
  for (let i = 0; i < path.length; i += 2) context.fillRect(path[i + 1], path[i], 1, 1);
}

const number = (value, digits) => (value === null || value === undefined ? "–" : value.toFixed(digits));

function fillNumbers(rate, slice) {
  const rows = data.methods.map((method) => {
    const row = document.createElement("tr");
    row.setAttribute("aria-current", String(method.name === methodMenu.value));
    const [psnr, ssim, tumourPsnr, tumourSsim] = method.quality[rate][slice];
    const cells = [method.label, number(psnr, 2), number(ssim, 4), number(tumourPsnr, 2), number(tumourSsim, 4),
      method.bytes[rate].toLocaleString("en")];
    for (const text of cells) row.appendChild(document.createElement("td")).textContent = text;
    return row;
  });
  element("numbers").replaceChildren(...rows);
}

async function show() {
  const mine = ++turn;
  const rate = Number(rateSlider.value);
  const slice = Number(sliceSlider.value);
  const method = data.methods.find((candidate) => candidate.name === methodMenu.value);
  const [original, coded] = await Promise.all([tile(data.original[slice]), tile(method.tiles[rate][slice])]);
  if (mine !== turn) return;
  const gain = Number(gainMenu.value) || data.gains[rate];
  const first = paint(element("original"), original);
  const second = paint(element("coded"), coded);
  paintDifference(first, second, gain);
  if (showsOriginal) paint(element("coded"), original);
  if (element("outline").checked) ["original", "coded"].forEach((id) => paintOutline(element(id), data.outline[slice]));
  const bits = data.rates[rate];
  const [psnr, ssim] = method.quality[rate][slice];
  element("rate-text").textContent = `${bits} bpv (${number(data.allocated / bits, 0)} : 1)`;
  element("slice-text").textContent = `${data.slices[slice]} (${data.slices[0]} to ${data.slices.at(-1)})`;
  rateSlider.setAttribute("aria-valuetext", element("rate-text").textContent);
  sliceSlider.setAttribute("aria-valuetext", element("slice-text").textContent);
  element("coded-title").textContent = showsOriginal ? "Original (key held)" : `${method.label} at ${bits} bpv`;
  element("scale-low").textContent = `−${Math.round(span / gain)}`;
  element("scale-high").textContent = `+${Math.round(span / gain)} stored values (${gain} times)`;
  element("readout").textContent = `Slice ${data.slices[slice]}, ${method.label}, ${bits} ${bits === 1 ? "bit" : "bits"} per voxel: ` +
    `PSNR ${number(psnr, 2)} dB, SSIM ${number(ssim, 4)}.`;
  element("original").setAttribute("aria-label", `Original slice ${data.slices[slice]}`);
  element("coded").setAttribute("aria-label", `Slice ${data.slices[slice]} coded with ${method.label} at ${bits} bits per voxel`);
  element("difference").setAttribute("aria-label", `Difference of slice ${data.slices[slice]}, ${gain} times`);
  fillNumbers(rate, slice);
  const outlined = element("outline").checked ? "/outline" : "";
  document.body.dataset.shown = `${method.name}/${rate}/${slice}/${gain}/${showsOriginal}${outlined}`;
}

function step(slider, change) {
  slider.value = Number(slider.value) + change;
  show();
}

// Zoom and place of the middle, as shares of the picture: the same for the three.
const zoom = { scale: 1, x: 0.5, y: 0.5 };

function look(scale, x = zoom.x, y = zoom.y) {
  zoom.scale = Math.max(1, Math.min(8, scale));
  const edge = 0.5 / zoom.scale;
  [zoom.x, zoom.y] = [x, y].map((place) => Math.max(edge, Math.min(1 - edge, place)));
  for (const canvas of document.querySelectorAll("canvas")) {
    canvas.style.transform = `scale(${zoom.scale}) translate(${(0.5 - zoom.x) * 100}%, ${(0.5 - zoom.y) * 100}%)`;
  }
  element("panels").classList.toggle("zoomed", zoom.scale > 1); // until then a finger scrolls the page
  element("zoom").value = zoom.scale;
  element("zoom-text").textContent = `× ${zoom.scale.toFixed(1)}`;
}

function drag(event) {
  if (!(event.buttons & 1) || event.target.tagName !== "CANVAS") return;
  const box = event.target.getBoundingClientRect();
  look(zoom.scale, zoom.x - event.movementX / box.width, zoom.y - event.movementY / box.height);
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.tagName === "SELECT") return;
  const actions = {
    ArrowLeft: () => step(sliceSlider, -1),
    ArrowRight: () => step(sliceSlider, 1),
    ArrowUp: () => step(rateSlider, 1),
    ArrowDown: () => step(rateSlider, -1),
    m: () => { methodMenu.selectedIndex = (methodMenu.selectedIndex + 1) % data.methods.length; show(); },
    t: () => { if (data.outline) { element("outline").checked = !element("outline").checked; show(); } },
    "+": () => look(zoom.scale * 1.5),
    "-": () => look(zoom.scale / 1.5),
    0: () => look(1),
    " ": () => { if (!showsOriginal) { showsOriginal = true; show(); } },
  };
  const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!action || (event.key === " " && event.target.type === "checkbox")) return;
  event.preventDefault();
  action();
}

for (const method of data.methods) methodMenu.add(new Option(method.label, method.name));
methodMenu.value = data.start.method;
rateSlider.max = data.rates.length - 1;
rateSlider.value = data.start.rate;
sliceSlider.max = data.original.length - 1;
sliceSlider.value = data.start.slice;
element("outline-box").hidden = !data.outline;
function brighten() {
  element("panels").style.setProperty("--brightness", brightnessSlider.value);
  element("brightness-text").textContent = `× ${brightnessSlider.value}`;
}

brightnessSlider.addEventListener("input", brighten);
for (const control of [methodMenu, rateSlider, sliceSlider, gainMenu, element("outline")]) control.addEventListener("input", show);
document.addEventListener("keydown", onKey);
document.addEventListener("keyup", (event) => { if (event.key === " " && showsOriginal) { showsOriginal = false; show(); } });
element("panels").addEventListener("wheel", (event) => {
  const before = sliceSlider.value;
  if (event.ctrlKey) look(zoom.scale * (event.deltaY < 0 ? 1.25 : 0.8));
  else step(sliceSlider, Math.sign(event.deltaY));
  if (event.ctrlKey || sliceSlider.value !== before) event.preventDefault(); // else the page scrolls on
}, { passive: false });
element("panels").addEventListener("pointermove", drag);
element("zoom").addEventListener("input", () => look(Number(element("zoom").value)));
look(1);
brighten();
show();
