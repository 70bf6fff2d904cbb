// One question's inputs as a wire answer and back: the same small table of kinds as survey/forms.py.

const ASIDE = "not_applicable";
const DIGITS = /^[0-9]{1,15}$/;

const options = (card) => [...card.querySelectorAll(".option__input")].filter((input) => !input.name.endsWith("-keep"));
const picks = (card) => options(card).filter((input) => input.checked).map((input) => input.value);
const text = (card, name) => card.querySelector(`[name="${card.dataset.name}-${name}"]`);
const plain = (value) => value.trim();

function half(value) {
  return value.replace(/[０-９．]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).trim();
}

function texts(card, names) {
  const written = {};
  for (const name of names) {
    const value = text(card, name).value;
    if (plain(value)) written[name] = value;
  }
  return written;
}

const KINDS = {
  level: {
    inputs: () => [],
    mean: (chosen) => (DIGITS.test(chosen[0]) ? Number(chosen[0]) : chosen[0]),
    show: (value) => [String(value)],
  },
  choice: { inputs: () => [], mean: (chosen) => chosen[0], show: (value) => [value] },
  multiple: { inputs: () => [], mean: (chosen) => chosen, show: (value) => value },
  ratio: {
    inputs: () => ["part", "whole"],
    mean: (_chosen, written) => ({ part: "", whole: "", ...written }),
    write: (value) => ({ part: String(value.part), whole: String(value.whole) }),
  },
  number: {
    inputs: () => ["amount"],
    mean: (_chosen, written) => written.amount,
    write: (value) => ({ amount: String(value) }),
  },
  text: {
    inputs: () => ["words"],
    mean: (_chosen, written) => written.words,
    write: (value) => ({ words: value }),
  },
  grid: {
    inputs: (card) => [...card.querySelectorAll("[data-cell]")].map((cell) => cell.dataset.cell),
    mean(_chosen, written) {
      const rows = {};
      for (const [cell, amount] of Object.entries(written)) {
        const [row, column] = cell.split(".");
        rows[row] = { ...rows[row], [column]: amount };
      }
      return rows;
    },
    write(value) {
      const cells = {};
      for (const [row, given] of Object.entries(value))
        for (const [column, amount] of Object.entries(given)) cells[`${row}.${column}`] = amount;
      return cells;
    },
  },
};

/** What the inputs mean: a wire value, null for no answer. Nothing is judged here. */
export function read(card) {
  const kind = KINDS[card.dataset.kind];
  const chosen = picks(card);
  const written = texts(card, kind.inputs(card));
  if (!chosen.length && !Object.keys(written).length) return null;
  if (chosen.includes(ASIDE)) return { [ASIDE]: true, ...written };
  return kind.mean(chosen, written);
}

/** Put a wire value into the inputs; null empties them. */
export function write(card, value) {
  const kind = KINDS[card.dataset.kind];
  const aside = value !== null && typeof value === "object" && ASIDE in value;
  const chosen = aside ? [ASIDE] : value === null || !kind.show ? [] : kind.show(value);
  for (const input of options(card)) input.checked = chosen.includes(input.value);
  const rest = aside ? value : value === null || !kind.write ? {} : kind.write(value);
  for (const name of kind.inputs(card)) text(card, name).value = rest[name] ?? "";
  showPercent(card);
}

/** Show the answer the server sent, whatever a browser has filled in since. */
export function restore(card) {
  for (const input of options(card)) input.checked = input.defaultChecked;
  for (const name of KINDS[card.dataset.kind].inputs(card)) text(card, name).value = text(card, name).defaultValue;
  showPercent(card);
}

/** A wire value in words, taken from the labels beside the inputs. */
export function describe(card, value) {
  if (value === null || value === undefined) return "（未作答）";
  if (typeof value === "object" && ASIDE in value) return "不适用";
  if (card.dataset.kind === "ratio") return `${value.part} / ${value.whole}`;
  if (card.dataset.kind === "grid")
    return Object.values(value).flatMap((row) => Object.values(row)).join("；");
  const values = (Array.isArray(value) ? value : [value]).map(String);
  const labels = options(card)
    .filter((input) => values.includes(input.value))
    .map((input) => [...input.closest("label").children].map((part) => plain(part.textContent)).filter(Boolean).join(" "));
  return labels.length ? labels.join("、") : values.join("、");
}

/** Whether somebody is still in the middle of giving this answer. */
export function isHalfway(card) {
  const value = read(card);
  return card.dataset.kind === "ratio" && value !== null && !(ASIDE in value)
    && !(plain(value.part) && plain(value.whole));
}

/** The percentage two counts make, shown while they are typed; cut, never rounded. */
export function showPercent(card) {
  const place = card.querySelector("[data-percent]");
  if (!place) return;
  const [part, whole] = ["part", "whole"].map((name) => half(text(card, name).value));
  const good = DIGITS.test(part) && DIGITS.test(whole) && Number(whole) > 0 && Number(part) <= Number(whole);
  const tenths = good ? Number((BigInt(part) * 1000n) / BigInt(whole)) : 0;
  place.textContent = good ? `= ${Math.floor(tenths / 10)}${tenths % 10 ? `.${tenths % 10}` : ""}%` : "";
}

/** A box that stands alone empties the others, and they empty it. */
export function keepExclusive(card, changed) {
  if (changed.type !== "checkbox" || !changed.checked) return;
  const alone = changed.hasAttribute("data-exclusive");
  for (const input of card.querySelectorAll("input[type=checkbox].option__input"))
    if (input !== changed && (alone || input.hasAttribute("data-exclusive"))) input.checked = false;
  if (changed.value === ASIDE)
    for (const name of KINDS[card.dataset.kind].inputs(card)) text(card, name).value = "";
  showPercent(card);
}
