// Nobody is signed in on this page: nothing of an earlier reader may stay, unless they are to
// return to a page of theirs (then what they typed is kept for them until they have signed in).

import { anybodyMarked } from "./offline/mark.js";

if (!new URLSearchParams(location.search).has("next")) {
  sessionStorage.clear();
  if (anybodyMarked()) import("./offline/forget.js").then(({ dropKeys }) => dropKeys()).catch((fault) => console.error(fault));
}
