// How the page's saving stands, in a few words.

/** @returns {[string, string]} the words and their tone; `idle`: what is said before anything was saved */
export function stateOf({ queue, timers, savedAt }, idle) {
  const lines = [...queue.changes.values()];
  const stuck = lines.filter((line) => line.stopped).length;
  const ownWords = queue.inWords && queue.inWords(timers.size > 0);
  if (ownWords) return ownWords;
  if (queue.stopped) return ["未保存", "bad"];
  if (stuck) return [`有 ${stuck} 题未保存`, "bad"];
  if (lines.some((line) => line.attempt)) return ["未保存，正在重试", "warn"];
  if (timers.size || lines.some((line) => line.sent || line.next)) return ["正在保存…", "note"];
  return savedAt ? [`已保存 ${savedAt}`, "good"] : [idle, "plain"];
}
