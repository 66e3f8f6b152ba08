// A page looked at closely, as it comes out: with the choice that stands on the page.

import { fill, find } from "./page.js"
import { choice } from "./strip.js"

export function look(form) {
  const [dialog, picture, number, before, after] = ["#look", "#look-picture", "#look-number", "#look-before", "#look-after"].map((s) => find(s))
  const box = find("#strip")
  if (!box || dialog.dataset.ready) return
  dialog.dataset.ready = "1"
  const total = Number(box.dataset.of)
  let page = 1
  const show = (asked) => {
    page = Math.min(total, Math.max(1, asked))
    const query = choice(document.forms.options, ["scaling", "color", "number_up", "pages"])
    query.set("large", 1)
    picture.src = `/j/${box.dataset.pin}/page-${page}.png?${query}`
    number.textContent = picture.alt = fill(box.dataset.number, { page, of: total })
    before.disabled = page === 1
    after.disabled = page === total
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#pictures a")
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    show(Number(link.closest("li").dataset.page))
    dialog.showModal()
  })
  before.addEventListener("click", () => show(page - 1))
  after.addEventListener("click", () => show(page + 1))
  find("#look-close").addEventListener("click", () => dialog.close())
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close())
  dialog.addEventListener("keydown", ({ key }) => {
    if (key === "ArrowLeft") show(page - 1)
    if (key === "ArrowRight") show(page + 1)
  })
  picture.addEventListener("error", () => { picture.alt = box.dataset.failed })
}
