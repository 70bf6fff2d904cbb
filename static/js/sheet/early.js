// In the head of a page of questions, before its modules run: what its reader touches until the page listens.
(() => {
  const touched = new Set();
  const note = ({ target }) => {
    touched.delete(target); // the last touch counts
    touched.add(target);
  };
  const types = ["input", "change"];
  for (const type of types) document.addEventListener(type, note);

  /** The inputs touched so far, in the order of their last touch; from now on the page listens itself. */
  window.touchedEarly = () => {
    for (const type of types) document.removeEventListener(type, note);
    return [...touched];
  };
})();
