// The page of notes: photos without leaving it, and a stopwatch; everything else is plain forms.

import * as evidence from "./evidence.js";
import { prepare as prepareStopwatch } from "./stopwatch.js";

const page = document.querySelector("[data-notes]");
const token = document.querySelector('meta[name="csrf-token"]').content;

function begin() {
  const { mostBytes, mostSize, visit } = page.dataset;
  for (const button of page.querySelectorAll("[data-plain-save]")) button.hidden = true;
  evidence.prepare(page, token, { mostBytes: Number(mostBytes), mostSize });
  for (const place of page.querySelectorAll("[data-stopwatch]")) prepareStopwatch(place, `stopwatch-${visit}`);
}

begin();
