// Nobody is signed in on this page: nothing of an earlier reader may stay, unless they are to
// return to a page of theirs (then what they typed is kept for them until they have signed in).
if (!new URLSearchParams(location.search).has("next")) {
  sessionStorage.clear();
}
