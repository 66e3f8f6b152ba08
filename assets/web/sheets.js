// Sheets, as the kiosk counts them, and the buttons beside the copies. The kiosk has the last word.

import { fill, find, root } from "./page.js"
import { parse } from "./pages.js"

/** Sheets that a choice takes (job/ticket.rs); NaN when nobody can tell. */
export function sheets({ pages, total, copies, twoSided, numberUp }) {
  const chosen = total ? parse(pages, total)?.length : NaN
  return Math.ceil(Math.ceil(chosen / numberUp) / (twoSided ? 2 : 1)) * copies
}

/** `5 листов` of `лист|листа|листов` or `sheet|sheets`. */
export function counted(number, forms) {
  const words = forms.split("|")
  const order = words.length === 3 ? ["one", "few", "many"] : ["one", "other"]
  return `${number}\u00a0${words[order.indexOf(new Intl.PluralRules(root.lang).select(number))]}`
}

/** Says what the form's choice takes; whether it can be printed as far as is known here. */
export function tellSheets(form) {
  const output = find("output", form)
  if (!output) return true
  const { pages, copies, two_sided: sides, number_up: up } = form.elements
  const total = Number(form.dataset.pages)
  const choice = { pages: pages.value, total, copies: Number(copies.value), twoSided: sides?.value === "1", numberUp: Number(up?.value ?? 1) }
  const { most, left, text, over, short, wrong, forms, mostForms } = output.dataset
  const needed = sheets(choice)
  const values = { sheets: counted(needed, forms), left: counted(Number(left), forms), most: counted(Number(most), mostForms) }
  const known = total > 0
  const [look, told, good] =
    known && parse(pages.value, total) === null ? ["wrong", wrong, false]
    : !(needed > 0) ? ["", "", copies.checkValidity()]
    : needed > Number(most) ? ["wrong", over, false]
    : left !== undefined && needed > Number(left) ? ["short", short, true]
    : ["", text, true]
  output.value = fill(told, values)
  output.className = look
  pages.ariaInvalid = known && parse(pages.value, total) === null ? "true" : null
  return good
}

document.addEventListener("input", ({ target }) => target.form && tellSheets(target.form))
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-step]")
  if (!button) return
  const { copies } = button.form.elements
  copies.value = Math.min(copies.max, Math.max(1, Number(copies.value) + Number(button.dataset.step)))
  copies.dispatchEvent(new Event("input", { bubbles: true }))
})
