// Pages as pictures: ticks that agree with the field, pages added as one scrolls, pictures that follow the choice.

import { fill, find } from "./page.js"
import { format, parse } from "./pages.js"

/** Pages added at a time. */
const MORE = 40

/** Milliseconds until a picture that did not come is asked for again, once. */
const AGAIN = 2000

/** What the choice makes of a picture; for the strip every page is alone. */
export function choice(form, names) {
  const query = new URLSearchParams()
  for (const name of names) if (form?.elements[name]?.value) query.set(name, form.elements[name].value)
  return query
}

export function strip(form) {
  const box = find("#strip")
  if (!box) return
  const list = find("#pictures")
  const all = find("#tick-all")
  const told = find("#strip-told")
  const { pin, of, failed, one, look, print } = box.dataset
  const total = Number(of)
  const field = form?.elements.pages
  let chosen = new Set(field ? parse(field.value, total) ?? [] : [])

  const address = (page) => {
    const query = choice(form, ["scaling", "color"])
    query.set("number_up", 1)
    return `/j/${pin}/page-${page}.png?${query}`
  }
  const show = (item) => {
    const page = Number(item.dataset.page)
    const box = find("input", item)
    if (box) box.checked = chosen.has(page)
    item.classList.toggle("out", Boolean(box) && !box.checked)
  }
  const showAll = () => {
    for (const item of list.children) show(item)
    if (all) all.hidden = !field || chosen.size === total
  }
  const add = () => {
    const from = list.children.length
    for (let page = from + 1; page <= Math.min(total, from + MORE); page++) {
      const item = list.firstElementChild.cloneNode(true)
      item.dataset.page = page
      item.classList.remove("failed")
      find("a", item).href = `/j/${pin}/page-${page}.png?large=1`
      find("a", item).ariaLabel = fill(look, { page })
      find("img", item).src = address(page)
      const box = find("input", item)
      if (box) {
        box.ariaLabel = fill(print, { page })
        find("span", item).textContent = page
      }
      show(item)
      list.append(item)
    }
  }
  list.addEventListener("scroll", () => {
    const near = list.scrollLeft + 2 * list.clientWidth > list.scrollWidth
    if (near && list.children.length < total) add()
  }, { passive: true })

  list.addEventListener("error", ({ target: picture }) => {
    if (picture.dataset.again) {
      picture.closest("li").classList.add("failed")
      picture.alt = failed
      return
    }
    picture.dataset.again = "1"
    setTimeout(() => { picture.src = `${picture.src}&again=1` }, AGAIN)
  }, true)

  list.addEventListener("change", ({ target: box }) => {
    const page = Number(box.closest("li").dataset.page)
    const next = new Set(chosen)
    if (box.checked) next.add(page)
    else next.delete(page)
    if (!next.size) {
      box.checked = true
      told.textContent = one
      return
    }
    chosen = next
    told.textContent = ""
    field.value = format(chosen, total)
    field.dispatchEvent(new Event("input", { bubbles: true }))
  })
  all?.addEventListener("click", () => {
    field.value = ""
    field.dispatchEvent(new Event("input", { bubbles: true }))
    list.focus()
  })
  const follow = ({ type, target }) => {
    const pages = field && parse(field.value, total)
    if (pages) {
      chosen = new Set(pages)
      showAll()
    }
    if (type === "input" && !["scaling", "color"].includes(target.name)) return
    for (const item of list.children) find("img", item).src = address(item.dataset.page)
  }
  for (const name of ["input", "followed"]) form?.addEventListener(name, follow)
  showAll()
}
