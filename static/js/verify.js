// Lets the holder of a document compare their file with it, on their own device.

import { verdict } from "./verdict.js";

const drop = document.getElementById("drop");
const field = document.getElementById("file");
const working = document.getElementById("working");
const computed = document.getElementById("computed");
let turn = 0; // the file chosen last is the one that is spoken of

function show(name, hash) {
  for (const each of document.querySelectorAll("[data-verdict]")) each.hidden = each.dataset.verdict !== name;
  working.hidden = name !== "";
  computed.hidden = !hash;
  computed.querySelector("code").textContent = hash;
}

async function judge(file) {
  const mine = (turn += 1);
  show("", "");
  let found = ["unread", ""];
  try {
    found = await verdict(new Uint8Array(await file.arrayBuffer()), drop.dataset);
  } catch {
    // it was moved, or is too large for this device
  }
  if (mine === turn) show(...found);
}

field.addEventListener("change", () => { if (field.files.length) judge(field.files[0]); });
for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, (event) => { event.preventDefault(); drop.dataset.over = ""; });
drop.addEventListener("dragleave", () => { delete drop.dataset.over; });
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  delete drop.dataset.over;
  if (event.dataTransfer.files.length) judge(event.dataTransfer.files[0]);
});
drop.hidden = false;
