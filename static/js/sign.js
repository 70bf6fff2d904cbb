// Places to sign: strokes of a finger, a pen or a mouse on a canvas, sent along as a PNG.

const INK = "#12343b";
const WIDTH = 5;

class Pad {
  constructor(place) {
    this.canvas = place.querySelector("[data-pad]");
    this.field = place.querySelector("input[type=hidden]");
    this.ink = this.canvas.getContext("2d");
    place.hidden = false;
    place.querySelector("[data-clear]").addEventListener("click", () => this.clear());
    this.canvas.addEventListener("pointerdown", (event) => this.begin(event));
    this.canvas.addEventListener("pointermove", (event) => this.move(event));
    this.clear();
  }

  clear() {
    this.ink.fillStyle = "#fff"; // what is printed has no transparent ground
    this.ink.fillRect(0, 0, this.canvas.width, this.canvas.height);
    Object.assign(this.ink, { strokeStyle: INK, lineWidth: WIDTH, lineCap: "round", lineJoin: "round" });
    this.field.value = "";
  }

  at({ clientX, clientY }) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return [((clientX - left) * this.canvas.width) / width, ((clientY - top) * this.canvas.height) / height];
  }

  begin(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.ink.beginPath();
    this.ink.moveTo(...this.at(event));
    this.draw(event); // a dot is a stroke, too
  }

  move(event) {
    if (this.canvas.hasPointerCapture(event.pointerId)) this.draw(event);
  }

  draw(event) {
    this.ink.lineTo(...this.at(event));
    this.ink.stroke();
    this.field.value = "drawn";
  }

  /** Put the picture into the form, where anything was drawn. */
  fill() {
    if (this.field.value) this.field.value = this.canvas.toDataURL("image/png");
  }
}

for (const form of document.querySelectorAll("form")) {
  const pads = [...form.querySelectorAll("[data-sign]")].map((place) => new Pad(place));
  form.addEventListener("submit", () => pads.forEach((pad) => pad.fill()));
}
