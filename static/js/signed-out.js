// Nobody is signed in on this page: nothing of an earlier reader may stay, unless they are to
// return to a page of theirs. Then what they typed is kept for them until they have signed in, and
// said to be: it is promised only where something is really there.
//
// What a consultant's device holds is locked only where somebody signed out. A browser that was killed
// forgets its session, and its consultant may stand where there is no network to sign in again.

import { anybodyMarked } from "./offline/mark.js";
import { ofTab } from "./keeping.js";

const asked = new URLSearchParams(location.search);
const next = asked.get("next");
if (asked.has("left") && anybodyMarked()) import("./offline/forget.js").then(({ dropKeys }) => dropKeys()).catch((fault) => console.error(fault));
if (next === null) ofTab().clear();
else {
  let kept = Object.keys(ofTab()).some((name) => name.startsWith("survey:unsaved:"));
  const typed = JSON.parse(ofTab().getItem("survey:typed") || "null");
  const told = document.querySelector("[data-between]"); // there a press alone is told of by the server
  if (typed && told && !typed.typed) ofTab().removeItem("survey:typed");
  else if (typed) {
    ofTab().setItem("survey:typed", JSON.stringify({ ...typed, why: typed.why || "door" }));
    kept = kept || typed.typed;
  }
  const words = document.querySelector("[data-kept]");
  if (words) words.hidden = !kept;
}
